"""Which cells of the pooling board belong together."""

from __future__ import annotations

from deepvis_widgets.widgets.board.cells import Cell
from deepvis_widgets.widgets.pooling.lesson import PANELS, SMALL
from deepvis_widgets.widgets.pooling.state import PoolingState


def test_a_window_and_its_switch_are_lit_together() -> None:
    lesson = PoolingState().lesson
    assert lesson.lit(Cell("pooled", 0, 0)) == ({(1, 0)}, {(0, 0)}) == lesson.lit(Cell("gradient", 1, 0))
    assert lesson.lit(Cell("input", 0, 0)) == ({(0, 0)}, set())


def test_windows_that_overlap_may_share_a_switch() -> None:
    state = PoolingState()
    state.stride = 1
    assert state.lesson.sources[1, 0] == [(0, 0), (1, 0)]


def test_every_panel_has_numbers() -> None:
    lesson = PoolingState().lesson
    assert {name: len(lesson.values(name)) for name in PANELS} == {name: 2 if name in SMALL else 4 for name in PANELS}
