"""What the pooling board shows and what it refuses, without a widget."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.widgets.board.cells import Cell
from deepvis_widgets.widgets.pooling.state import PoolingState


@pytest.fixture
def state() -> PoolingState:
    return PoolingState()


def test_several_sizes_change_the_lesson_once(state: PoolingState) -> None:
    seen: list[object] = []
    state.observe(lambda change: seen.append(change["new"]), names="lesson")
    state.arrange(input_size=5, window=3, stride=1)
    assert seen == [state.lesson] and state.lesson.sizes == state.sizes()
    state.window = 2
    assert seen[1:] == [state.lesson] and state.signal.shape == (4, 4)


def test_cells_that_are_gone_are_let_go(state: PoolingState) -> None:
    state.hovered, state.selected = Cell("pooled", 1, 1), Cell("input", 0, 1)
    state.input = [[1, 2], [3, 4]]
    assert state.hovered is None and state.selected == Cell("input", 0, 1)


def test_its_numbers_are_autograds_after_every_change(state: PoolingState) -> None:
    for seed in range(5):
        state.arrange(input_size=3 + seed, window=2 + seed % 2, stride=1 + seed % 3)
        state.shuffle(seed)
        x = torch.tensor(state.input, requires_grad=True)
        pooled = F.max_pool2d(F.relu(x)[None], state.window, state.stride)[0]
        (gradient,) = torch.autograd.grad(pooled, x, torch.tensor(state.signal))
        assert state.gradient.tolist() == gradient.tolist() and state.pooled.tolist() == pooled.tolist()
        assert state.deconvnet.tolist() == state.unpooled.clip(0).tolist()
        assert state.guided.tolist() == (state.unpooled.clip(0) * (state.input > 0)).tolist()


def test_the_first_numbers_tell_the_three_rules_apart(state: PoolingState) -> None:
    rules = [state.gradient.tolist(), state.deconvnet.tolist(), state.guided.tolist()]
    assert len({str(rule) for rule in rules}) == 3


def test_what_does_not_fit_is_refused_and_nothing_changes(state: PoolingState) -> None:
    before = (state.sizes(), state.guided.tolist())
    for name, value, sentence in [
        ("window", 5, "from 1 to 4"),
        ("input_size", 9, "from 2 to 8"),
        ("stride", 0, "from 1"),
    ]:
        with pytest.raises(DeepvisError, match=sentence):
            setattr(state, name, value)
    state.window = 4
    with pytest.raises(DeepvisError, match="window of 4 does not fit into an input of 3"):
        state.input_size = 3
    state.window = 2
    with pytest.raises(DeepvisError, match="3 × 3, but 2 × 2 cells are pooled"):
        state.signal = np.ones((3, 3))
    with pytest.raises(DeepvisError, match="square"):
        state.input = [1, 2, 3]
    assert state.sizes() == before[0] and state.input.tolist() == PoolingState().input.tolist()
