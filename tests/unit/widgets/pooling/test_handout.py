"""The pooling board on a page: what lights up, and is said, at each cell."""

from __future__ import annotations

import deepvis_widgets as dv
from deepvis_widgets.widgets.board.cells import Cell
from deepvis_widgets.widgets.page.parts import Choice, Drawing, Text
from tests.tools.pages import drawn, painted, part_in, picked


def test_each_cell_is_lit_as_if_the_pointer_were_on_it() -> None:
    board = dv.PoolingBoard([[1, -2, 3], [0, 4, -1], [2, 1, -3]], window=2, stride=1)
    cells = picked(board.page(), "cell by cell")
    assert len(part_in(cells, Choice).labels) == 9
    board.step = 6
    for row, col in ((0, 0), (1, 1), (2, 0)):
        board.hovered = Cell("input", row, col)
        shown = picked(cells, f"({row}, {col})")
        assert painted(part_in(shown, Drawing)) == drawn(board)
        assert part_in(shown, Text).text == board.words()
