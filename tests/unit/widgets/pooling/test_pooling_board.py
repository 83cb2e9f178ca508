"""The pooling board without a page: its steps, its words, its controls."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.widgets.board.cells import Cell
from deepvis_widgets.widgets.pooling.pooling_board import PoolingBoard


@pytest.fixture
def board() -> Iterator[PoolingBoard]:
    made = PoolingBoard()
    yield made
    made.close()


def words(board: PoolingBoard) -> str:
    return str(board._words.value)


def test_the_steps_come_one_after_the_other(board: PoolingBoard) -> None:
    seen = []
    for step, panels in enumerate((2, 3, 4, 5, 6, 7, 8)):
        board.step = step
        assert len(board.cells.grids) == panels and f"Step {step + 1} of 7" in words(board)
        seen.append(words(board))
    assert len(set(seen)) == 7
    with pytest.raises(DeepvisError, match="from 0 to 6"):
        board.step = 7


def test_pointing_says_what_happened_there_and_back(board: PoolingBoard) -> None:
    board.step = 6
    board.hovered = Cell("deconvnet", 2, 0)  # the switch of a window without a positive number
    assert "x = −1, ReLU(x) = 0; a switch, unpooled signal 3" in words(board)
    assert "gradient 0, deconvnet 3, guided backprop 0" in words(board)
    assert board.lesson.lit(Cell("input", 2, 0)) == ({(2, 0)}, {(1, 0)})
    assert board.lesson.lit(Cell("signal", 0, 0)) == ({(1, 0)}, {(0, 0)})
    board.hovered = Cell("signal", 1, 0)
    assert "its largest number is 0, at (2, 0). No number in it is positive" in words(board)
    board.hovered = None
    assert "Step 7 of 7" in words(board)


def test_controls_cells_and_python_agree(board: PoolingBoard) -> None:
    board.step = 6
    board.selected = Cell("signal", 0, 1)
    board.editor.field.value = "4"
    assert board.signal[0, 1] == 4 and board.controls.numbers["signal"].value == "2 4; 3 -2"
    assert board.gradient[0, 2] == 4 == board.guided[0, 2]
    board.controls.numbers["input"].value = "1 2; 3 4"
    assert board.input_size == 2 and board.signal.shape == (1, 1) and board.controls.sizes["input_size"].value == 2
    assert board.selected is None
    board.controls.sizes["window"].value = 4
    assert board.window == 2 == board.controls.sizes["window"].value and "does not fit" in board._notice.value


@pytest.mark.parametrize(("stride", "side"), [(1, 3), (2, 2), (3, 1)])
def test_it_opens_with_any_stride(stride: int, side: int) -> None:
    board = PoolingBoard(stride=stride)
    assert board.signal.shape == board.pooled.shape == (side, side)
    board.close()
