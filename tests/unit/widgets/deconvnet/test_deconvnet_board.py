"""The deconvnet board without a page: its steps, its words, its controls."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deepvis_widgets.widgets.board.cells import Cell
from deepvis_widgets.widgets.deconvnet.deconvnet_board import DeconvnetBoard


@pytest.fixture
def board() -> Iterator[DeconvnetBoard]:
    made = DeconvnetBoard()
    yield made
    made.close()


def words(board: DeconvnetBoard) -> str:
    return str(board._words.value)


def test_the_steps_come_one_after_the_other_and_go_back(board: DeconvnetBoard) -> None:
    panels = (3, 4, 5, 6, 7, 8, 10)
    for step in (*range(7), *range(6, -1, -1)):
        board.step = step
        assert len(board.cells.grids) == panels[step] and f"Step {step + 1} of 7" in words(board)


def test_the_step_tells_the_rule_and_the_start(board: DeconvnetBoard) -> None:
    board.step = 5
    assert "whatever z was" in words(board)
    board.rule = "guided"
    assert "only where it and z are positive" in words(board)
    board.step, board.seed = 3, "activation"
    assert "from one activation alone" in words(board)


def test_pointing_says_the_sum_the_switch_and_what_each_rule_lets_through(board: DeconvnetBoard) -> None:
    board.step = 6
    board.hovered = Cell("z", 0, 1)
    assert "z(0, 1) = 1·2 + 0·2 + (−1)·1 + 2·1 + 0·2 + (−2)·0 + 1·2 + 0·1 + (−1)·1 = 4." in words(board)
    board.hovered = Cell("pooled", 1, 1)
    assert "largest number is 0, at (2, 2). No number in it is positive" in words(board)
    board.hovered = Cell("behind", 2, 2)
    assert "z = −3, ReLU(z) = 0; a switch, unpooled signal 3" in words(board)
    assert "gradient 0, deconvnet 3, guided backprop 0" in words(board)
    board.hovered = Cell("back", 2, 2)
    assert "Back at x(2, 2): 0·2 + 1·3 = 3." in words(board)
    board.hovered = Cell("input", 0, 0)
    assert "x(0, 0) = 2; 1 cell of z sees it." in words(board)


def test_controls_cells_and_python_agree(board: DeconvnetBoard) -> None:
    board.controls.rule.value = "gradient"
    board.controls.seed.value = "map"
    assert (board.rule, board.seed) == ("gradient", "map")
    assert board.controls.numbers["signal"].value == "4 1; 3 0"
    board.controls.numbers["signal"].value = "1 2; 3 4"
    assert board.seed == "above" == board.controls.seed.value
    board.controls.numbers["input"].value = "1 2 3; 4 5 6; 7 8 9"
    assert "does not fit" in board._notice.value and board.input_size == 6
    board.controls.sizes["window"].value = 1
    assert board.window == 1 and board.pooled.shape == (4, 4) == board.signal.shape
    board.selected = Cell("kernel", 0, 0)
    board.editor.field.value = "5"
    assert board.kernel[0, 0] == 5


@pytest.mark.parametrize(("size", "kernel", "window"), [(3, 1, 1), (8, 1, 1), (8, 4, 4), (4, 4, 1)])
def test_every_size_is_drawn(board: DeconvnetBoard, size: int, kernel: int, window: int) -> None:
    board.step = 6
    board.arrange(input_size=size, kernel_size=kernel, window=window)
    boxes = [(grid.top, grid.left, grid.side, grid.shape) for grid in board.cells.grids]
    height, width = board.size
    assert all(top + rows * side <= height and left + cols * side <= width for top, left, side, (rows, cols) in boxes)
    assert board.seed == "above" and len(boxes) == 10
