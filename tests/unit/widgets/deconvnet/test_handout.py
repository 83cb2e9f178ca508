"""The deconvnet board on a page: every rule, every seed, every cell of z."""

from __future__ import annotations

import deepvis_widgets as dv
from deepvis_widgets.widgets.board.cells import Cell
from deepvis_widgets.widgets.deconvnet.words import RULE_NAMES, SEED_NAMES
from deepvis_widgets.widgets.page.parts import Choice, Drawing, Text
from tests.tools.pages import drawn, painted, part_in, picked

X, KERNEL = [[1, 0, 2, 1], [0, 3, 0, 2], [1, 0, 0, 1], [2, 1, 3, 0]], [[1, -1], [0, 1]]


def test_every_rule_and_seed_is_drawn_as_the_board_draws_it() -> None:
    board = dv.DeconvnetBoard(X, KERNEL, position=(0, 0), seed="one")
    steps = picked(board.page(), "step by step")
    board.step = 6
    for board.rule, rule in RULE_NAMES.items():
        for board.seed, seed in SEED_NAMES.items():
            shown = part_in(picked(steps, rule, seed), Choice).parts[6]
            assert painted(part_in(shown, Drawing)) == drawn(board), (rule, seed)
            assert part_in(shown, Text).text == board.words()


def test_each_cell_of_z_is_lit_as_if_the_pointer_were_on_it() -> None:
    board = dv.DeconvnetBoard(X, KERNEL, rule="guided")
    cells = picked(board.page(), "cell by cell")
    board.step, board.hovered = 6, Cell("z", 1, 2)
    shown = picked(cells, "z(1, 2)")
    assert painted(part_in(shown, Drawing)) == drawn(board) and part_in(shown, Text).text == board.words()
