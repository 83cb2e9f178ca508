"""Round numbers for a chart's axes."""

from __future__ import annotations

import pytest

from deepvis_widgets.widgets.kit.figure import round_ticks


@pytest.mark.parametrize("span", [(0.0, 0.98), (-0.3, 1.2), (-40.0, 1000.0), (0.0, 0.0), (-3e-7, 0.0)])
def test_ticks_are_round_and_hold_the_bars(span: tuple[float, float]) -> None:
    ticks = round_ticks(*span)
    assert len(ticks) <= 9 and ticks[0] <= span[0] + 1e-12 and ticks[-1] >= span[1] - 1e-12
