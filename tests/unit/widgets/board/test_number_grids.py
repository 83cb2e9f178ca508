"""Numbers as a reader types them."""

from __future__ import annotations

import pytest

from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.widgets.board.number_grids import read_grid, read_number, write_grid


def test_grids_are_read_as_they_are_written() -> None:
    assert read_grid("1 2; −3, 4.5") == [[1, 2], [-3, 4.5]]
    assert read_grid(" 1 2 3 ; ") == [[1, 2, 3]]
    grid = [[1.0, -0.25], [1e-3, 1234.0]]
    assert read_grid(write_grid(grid)) == grid


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1 x", "“x” is no number"),
        ("1 nan", "“nan” is no number"),
        ("1 2; 3", "equal length"),
        ("", "apart by spaces"),
        ("inf", "too large"),
        ("1;;2", "equal"),
    ],
)
def test_a_grid_that_is_none_is_one_sentence(text: str, words: str) -> None:
    with pytest.raises(DeepvisError, match=words):
        read_grid(text)


def test_a_number_has_limits() -> None:
    assert read_number(" −2 ") == -2
    with pytest.raises(DeepvisError, match="too large; type a number from -9999 to 9999"):
        read_number("10000")
