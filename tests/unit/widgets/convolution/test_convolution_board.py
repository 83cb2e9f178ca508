"""The convolution board without a page: its state, its words, its refusals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from deepvis_widgets.widgets.board.cells import Cell
from deepvis_widgets.widgets.convolution.convolution_board import ConvolutionBoard
from deepvis_widgets.widgets.convolution.state import PRESETS


@pytest.fixture
def board() -> Iterator[ConvolutionBoard]:
    made = ConvolutionBoard()
    yield made
    made.close()


def words(board: ConvolutionBoard) -> str:
    return str(board._words.value)


def test_it_opens_on_six_inputs_and_three_weights(board: ConvolutionBoard) -> None:
    assert board.input.shape == (6,) and board.kernel.shape == (3,) and board.matrix.shape == (4, 6)
    np.testing.assert_allclose(board.output, np.correlate(board.input, board.kernel, "valid"))
    board.step = 2
    a, b = board.input[2:5], board.kernel
    assert f"y(2) = {b[0]:g}·{a[0]:g} + {b[1]:g}·{a[1]:g} + (−1)·(−1) = {board.output[2]:g}" in words(board)
    assert "Cell 3 of 4" in words(board) and "row 2" in words(board)


@pytest.mark.parametrize("example", PRESETS)
@pytest.mark.parametrize("transposed", [False, True])
def test_every_example_at_every_step_equals_torch(board: ConvolutionBoard, example: str, transposed: bool) -> None:
    board.transposed = transposed
    board.load(example)
    x, kernel = (torch.from_numpy(np.atleast_2d(values))[None, None] for values in (board.input, board.kernel))
    flat = board.dims == 1
    options: dict[str, Any] = {
        "stride": (1, board.stride) if flat else board.stride,
        "padding": (0, board.padding) if flat else board.padding,
        "dilation": (1, board.dilation) if flat else board.dilation,
    }
    y = F.conv2d(x, kernel, **options)
    np.testing.assert_allclose(np.atleast_2d(board.output), y[0, 0].numpy())
    extra = tuple(a - b for a, b in zip(x.shape[2:], F.conv_transpose2d(y, kernel, **options).shape[2:], strict=True))
    back = F.conv_transpose2d(y, kernel, output_padding=extra, **options)
    np.testing.assert_allclose(np.atleast_2d(board.back), back[0, 0].numpy())
    for step in range(board.player.count):
        board.step = step
        assert f"Cell {step + 1} of {board.player.count}" in words(board)
    assert "agree" in board._facts.value and "differ" not in board._facts.value


def test_a_control_that_is_refused_goes_back_and_says_why(board: ConvolutionBoard) -> None:
    slider = board.controls.sizes["padding"]
    slider.value = 5
    assert (slider.value, board.padding) == (0, 0) and "nothing but padding" in board._notice.value
    slider.value = 1
    assert board.padding == 1 and board._notice.value == ""
    board.controls.input.value = "1 2 three"
    assert "“three” is no number" in board._notice.value and board.controls.input.value == "2 0 1 3 -1 2"


def test_python_and_the_controls_agree(board: ConvolutionBoard) -> None:
    board.arrange(dims=2, input_size=5, kernel_size=3, stride=2, padding=1)
    controls = board.controls
    assert (controls.dims.value, controls.sizes["stride"].value, controls.sizes["input_size"].max) == (2, 2, 7)
    controls.kernel.value = "1 0; 0 1"
    assert board.kernel.tolist() == [[1, 0], [0, 1]] and board.kernel_size == 2
    board.input = np.arange(8.0)
    assert board.dims == 1 and board.input_size == 8 and board.kernel.shape == (2,) and controls.dims.value == 1
    controls.dims.value = 2  # eight is more than a plane can have here: cut
    assert board.dims == 2 and board.input_size == 7
    controls.way.value = True
    assert board.transposed and board.player.count == 49


def test_numbers_are_typed_into_cells(board: ConvolutionBoard) -> None:
    board.selected = Cell("input", 0, 1)
    board.editor.field.value = "7"
    assert board.input[1] == 7 and board.editor.field.placeholder == "now 7"
    board.editor.field.value = "seven"
    assert board.input[1] == 7 and "“seven” is no number" in board._notice.value
    board.input_size = 3  # the cell is still there
    assert board.selected == Cell("input", 0, 1)
    board.selected = Cell("input", 0, 2)
    board.arrange(input_size=2, kernel_size=2)
    assert board.selected is None and board.editor.field.disabled


def test_pointing_lights_a_cell_and_leaving_goes_back(board: ConvolutionBoard) -> None:
    board.step = 1
    board.hovered = Cell("output", 0, 3)
    assert board.index == 3 and "Cell 4 of 4" in words(board)
    board.hovered = Cell("matrix", 0, 5)
    assert board.index == 0
    board.hovered = None
    assert board.index == 1 and board.step == 1
    board.press(Cell("y", 2, 0))
    assert board.step == 2


def test_a_deficient_matrix_and_a_zero_input_are_said(board: ConvolutionBoard) -> None:
    board.transposed = True
    board.kernel = [0, 0, 0]
    assert "its rank is only 0" in board._facts.value
    board.kernel, board.input = [1, 2, 3], np.zeros(6)
    assert "undefined, because x is zero" in board._facts.value and "has full rank 4" in board._facts.value


def test_every_reachable_setting_is_drawn() -> None:
    board = ConvolutionBoard(np.ones((7, 7)), np.ones((5, 5)), padding=4, transposed=True)
    assert board.player.count == 49 and board.size[0] < 1200
    board.arrange(dims=1, input_size=12, kernel_size=7, padding=6, stride=4, dilation=3)
    assert board.size[1] == 640
    board.close()
    assert board.canvas.comm is None and board.player.comm is None
