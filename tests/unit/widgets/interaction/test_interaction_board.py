"""The interaction board without a page: its words, its controls, where its units are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

import pytest

from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.widgets.board.cells import Cell
from deepvis_widgets.widgets.interaction.interaction_board import InteractionBoard
from deepvis_widgets.widgets.interaction.stack import Stack


@pytest.fixture
def board() -> Iterator[InteractionBoard]:
    made = InteractionBoard()
    made.redraw()
    yield made
    made.close()


def words(board: InteractionBoard) -> str:
    return str(board._words.value)


def test_the_lit_unit_is_told_sparse_and_dense(board: InteractionBoard) -> None:
    assert board.unit == (3, 4) and "Unit 4 of layer 3. Sparse, it sees inputs 1 to 7; dense, all 9." in words(board)
    board.hovered = (0, 0)
    assert "Input 0. Sparse, it reaches 4 of the 9 units of layer 3; dense, all of them." in words(board)
    board.hovered = None
    assert "Unit 4 of layer 3" in words(board)
    board.arrange(input_size=15, dilation=2, padding=2, depth=1, kernel_size=3)
    board.unit = (1, 7)
    assert "inputs 5 to 9, 3 of them; dilation leaves the others out" in words(board)
    board.arrange(input_size=4, kernel_size=5, stride=3, padding=4, depth=2, dilation=1)
    assert "sees" in words(board)


def test_the_facts_count_connections_and_weights(board: InteractionBoard) -> None:
    assert "1 + 2 + 2 + 2 = 7 inputs" in board._facts.value
    assert "dense 9 × 9 = 81 weights; sparse 25 connections that share 3 weights" in board._facts.value


def test_both_drawings_have_every_unit_where_the_pointer_finds_it(board: InteractionBoard) -> None:
    wide = {"input_size": 16, "padding": 0}
    for sizes in ({}, {"stride": 2, "input_size": 16}, {"depth": 5, **wide}, {"input_size": 2}):
        board.arrange(**asdict(Stack(**sizes)))
        board.redraw()
        assert len(board.cells.grids) == 2 * sum(board.stack.sizes)
        for grid in board.cells.grids:
            assert grid.left >= 0 and grid.left + grid.side <= board.size[1]
            middle = grid.top + grid.side / 2, grid.left + grid.side / 2
            assert 0 <= middle[0] <= board.size[0]
            assert board.cells.find(*middle) == Cell("unit", grid.first.row, grid.first.col)


def test_controls_and_python_agree_and_what_does_not_fit_goes_back(board: InteractionBoard) -> None:
    board.controls["padding"].value = 0
    assert board.padding == 0 and board.stack.sizes == (9, 7, 5, 3) and board.unit == (3, 1)
    board.unit = (1, 2)
    board.depth = 4
    assert board.controls["depth"].value == 4 and board.unit == (1, 2)
    board.controls["depth"].value = 5
    assert board.depth == 4 == board.controls["depth"].value
    assert "Layer 5 does not fit. The kernel spans 3 cells" in board._notice.value
    board.input_size = 12
    assert board._notice.value == ""
    for unit in ((5, 0), (4, 9), (0, -1), "x"):
        with pytest.raises(DeepvisError, match="is no unit"):
            board.unit = unit
    assert board.unit == (1, 2)
