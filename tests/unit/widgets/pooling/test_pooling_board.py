"""The pooling board without a page: its steps, its words, its refusals. The arithmetic is tested in core."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from torch.nn import functional as F

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


def test_its_numbers_are_autograds_after_every_change(board: PoolingBoard) -> None:
    for seed in range(5):
        board.arrange(input_size=3 + seed, window=2 + seed % 2, stride=1 + seed % 3)
        board.shuffle(seed)
        x = torch.tensor(board.input, requires_grad=True)
        pooled = F.max_pool2d(F.relu(x)[None], board.window, board.stride)[0]
        (gradient,) = torch.autograd.grad(pooled, x, torch.tensor(board.signal))
        assert board.gradient.tolist() == gradient.tolist() and board.pooled.tolist() == pooled.tolist()
        assert board.deconvnet.tolist() == board.unpooled.clip(0).tolist()
        assert board.guided.tolist() == (board.unpooled.clip(0) * (board.input > 0)).tolist()


def test_the_first_numbers_tell_the_three_rules_apart(board: PoolingBoard) -> None:
    rules = [board.gradient.tolist(), board.deconvnet.tolist(), board.guided.tolist()]
    assert len({str(rule) for rule in rules}) == 3


def test_the_steps_come_one_after_the_other(board: PoolingBoard) -> None:
    seen = []
    for step, panels in enumerate((2, 3, 4, 5, 6, 7, 8)):
        board.step = step
        assert len(board.places._places) == panels and f"Step {step + 1} of 7" in words(board)
        seen.append(words(board))
    assert len(set(seen)) == 7
    with pytest.raises(DeepvisError, match="from 0 to 6"):
        board.step = 7


def test_pointing_says_what_happened_there_and_back(board: PoolingBoard) -> None:
    board.step = 6
    board._hover(Cell("deconvnet", 2, 0))  # the switch of a window without a positive number
    assert "x = −1, ReLU(x) = 0; a switch, unpooled signal 3" in words(board)
    assert "gradient 0, deconvnet 3, guided backprop 0" in words(board)
    assert board.lesson.lit(Cell("input", 2, 0)) == ({(2, 0)}, {(1, 0)})
    assert board.lesson.lit(Cell("signal", 0, 0)) == ({(1, 0)}, {(0, 0)})
    board._hover(Cell("signal", 1, 0))
    assert "its largest number is 0, at (2, 0). No number in it is positive" in words(board)
    board._hover(None)
    assert "Step 7 of 7" in words(board)


def test_what_does_not_fit_is_refused_and_nothing_changes(board: PoolingBoard) -> None:
    before = (board._now(), board.guided.tolist())
    for name, value, sentence in [
        ("window", 5, "from 1 to 4"),
        ("input_size", 9, "from 2 to 8"),
        ("stride", 0, "from 1"),
    ]:
        with pytest.raises(DeepvisError, match=sentence):
            setattr(board, name, value)
    board.window = 4
    with pytest.raises(DeepvisError, match="window of 4 does not fit into an input of 3"):
        board.input_size = 3
    board.window = 2
    with pytest.raises(DeepvisError, match="3 × 3, but 2 × 2 cells are pooled"):
        board.signal = np.ones((3, 3))
    with pytest.raises(DeepvisError, match="square"):
        board.input = [1, 2, 3]
    assert board._now() == before[0] and board.input.tolist() == PoolingBoard().input.tolist()


def test_controls_cells_and_python_agree(board: PoolingBoard) -> None:
    board.step = 6
    board.select(Cell("signal", 0, 1))
    board.editor.field.value = "4"
    assert board.signal[0, 1] == 4 and board._fields["signal"].value == "2 4; 3 -2"
    assert board.gradient[0, 2] == 4 == board.guided[0, 2]
    board._fields["input"].value = "1 2; 3 4"
    assert board.input_size == 2 and board.signal.shape == (1, 1) and board._sliders["input_size"].value == 2
    assert board.selected is None
    board._sliders["window"].value = 4
    assert board.window == 2 == board._sliders["window"].value and "does not fit" in board._notice.value
