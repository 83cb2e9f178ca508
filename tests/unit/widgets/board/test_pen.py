"""Numbers and colours as a board draws them."""

from __future__ import annotations

import pytest

from deepvis_widgets.widgets.board.pen import fitting, mix, short


@pytest.mark.parametrize(
    ("value", "text"), [(3.0, "3"), (0.25, "0.25"), (-1.5, "−1.5"), (-0.125, "−.125"), (12.44, "12.4"), (0.0, "0")]
)
def test_numbers_are_short(value: float, text: str) -> None:
    assert short(value) == text


def test_text_fits_and_colours_mix() -> None:
    assert all(len(text) * 0.6 * fitting(text, 32) <= 32 for text in ("3", "−1.5", "−.125", "1.2e+03"))
    assert mix("#000000", "#ff8000", 0.5) == "#804000"
    assert short(-0.0) == "0" and short(1234.0) == "1234" and short(-0.0468, 2) == "−.047"
