"""What the convolution board shows and what it refuses, without a widget."""

from __future__ import annotations

import numpy as np
import pytest

from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.widgets.board.cells import Cell
from deepvis_widgets.widgets.convolution.state import ConvolutionState


@pytest.fixture
def state() -> ConvolutionState:
    return ConvolutionState()


def test_several_sizes_change_the_lesson_once(state: ConvolutionState) -> None:
    seen: list[object] = []
    state.observe(lambda change: seen.append(change["new"]), names="lesson")
    state.arrange(dims=2, input_size=5, kernel_size=3, stride=2, padding=1)
    assert seen == [state.lesson] and state.output.shape == (3, 3)
    state.stride = 1
    assert seen[1:] == [state.lesson] and state.output.shape == (5, 5)
    state.transposed = True
    assert seen[2:] == [state.lesson] and state.lesson.transposed


def test_the_step_stays_within_the_cells_that_come_out(state: ConvolutionState) -> None:
    state.step = 3
    state.arrange(input_size=4)
    assert (state.count, state.step) == (2, 1)
    with pytest.raises(DeepvisError, match="step is 2; here it goes from 0 to 1"):
        state.step = 2


def test_an_example_begins_at_its_first_cell_with_its_own_numbers(state: ConvolutionState) -> None:
    state.input, state.step = [9, 9, 9, 9, 9, 9], 2
    state.load("dilation 2")
    assert (state.step, state.dilation, state.input.tolist()) == (0, 2, [2, 0, 1, 3, -1, 2, 1, 2, 0])


def test_what_does_not_fit_is_refused_and_nothing_changes(state: ConvolutionState) -> None:
    before = (state.sizes(), state.output.tolist())
    for name, value, sentence in [
        ("kernel_size", 7, "spans 7 cells and does not fit into the 6 cells"),
        ("padding", 3, "nothing but padding"),
        ("stride", 9, "from 1 to 4"),
        ("dims", 3, "1 or 2 dimensions"),
    ]:
        with pytest.raises(DeepvisError, match=sentence):
            setattr(state, name, value)
    for values in ([[1, 2, 3], [4, 5, 6]], [], "text", [[1], [2, 3]], [float("nan")], [1e9], np.zeros((2, 2, 2))):
        with pytest.raises(DeepvisError):
            state.input = values
    with pytest.raises(DeepvisError, match="no example"):
        state.load("nothing")
    with pytest.raises(DeepvisError, match="no strides"):
        state.arrange(strides=2)
    assert (state.sizes(), state.output.tolist()) == before


def test_a_flipped_kernel_is_edited_where_it_is_drawn(state: ConvolutionState) -> None:
    state.transposed = True
    assert state.editable(Cell("kernel", 0, 0)) == Cell("kernel", 0, 2)
    assert state.editable(Cell("source", 0, 0)) is None and state.editable(Cell("x", 0, 4)) == Cell("input", 0, 4)
    state.load("3×3 over 5×5, padding 1, stride 2")
    assert state.editable(Cell("kernel", 0, 1)) == Cell("kernel", 2, 1)
    assert state.editable(Cell("x", 0, 7)) == Cell("input", 1, 2)
    state.transposed = False
    assert state.editable(Cell("source", 1, 1)) == Cell("input", 0, 0) and state.editable(Cell("source", 0, 1)) is None
