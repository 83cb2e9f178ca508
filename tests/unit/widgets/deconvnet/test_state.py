"""The numbers of the deconvnet board against autograd, and against the methods of the package on a network."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

import deepvis_widgets as dv
from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.widgets.board.cells import Cell
from deepvis_widgets.widgets.deconvnet.state import DeconvnetState


@pytest.fixture
def state() -> DeconvnetState:
    return DeconvnetState()


def boards() -> Iterator[DeconvnetState]:
    for seed in range(6):
        state = DeconvnetState()
        state.arrange(input_size=4 + seed % 5, kernel_size=1 + seed % 3, window=1 + seed % 2)
        state.shuffle(seed)
        yield state


def forward(state: DeconvnetState, x: torch.Tensor) -> torch.Tensor:
    return F.max_pool2d(F.relu(F.conv2d(x[None], torch.tensor(state.kernel)[None, None])), state.window)[0]


def test_its_gradient_is_autograds() -> None:
    for state in boards():
        state.rule = "gradient"
        x = torch.tensor(state.input, requires_grad=True)
        pooled = forward(state, x)
        (gradient,) = torch.autograd.grad(pooled, x, torch.tensor(state.signal))
        assert state.pooled.tolist() == pooled.tolist() and state.back.tolist() == gradient.tolist()


@pytest.mark.parametrize(("method", "rule"), [("deconvnet", "deconvnet"), ("guided_backprop", "guided")])
@pytest.mark.parametrize("seed", ["one", "activation", "map"])
def test_the_way_back_is_what_the_method_gives_on_a_network(method: str, rule: str, seed: str) -> None:
    state = DeconvnetState()
    module = nn.Sequential(nn.Conv2d(1, 1, 3, bias=False), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(4, 2))
    module[0].weight.data = torch.tensor(state.kernel, dtype=torch.float32)[None, None]
    plain = dv.Preprocess((6, 6), resize=None, mean=(0.0,), std=(1.0,), window=(0, 1))
    network = dv.Network(module, preprocess=plain, labels=["a", "b"])
    state.input = state.input / 2
    picture = torch.tensor(state.input, dtype=torch.float32)[None]
    state.rule, state.seed = rule, seed
    for row, col in ((0, 0), (0, 1), (1, 0), (1, 1)):
        state.position = (row, col)
        found = dv.explain(network, picture, method, layer="2", unit=(0, (row, col)), seed=seed)
        assert found.attribution[0].tolist() == pytest.approx(state.back, abs=1e-6)


def test_the_first_numbers_tell_the_three_rules_apart(state: DeconvnetState) -> None:
    backs = []
    for rule in ("gradient", "deconvnet", "guided"):
        state.rule = rule
        backs.append(str(state.back.tolist()))
    assert len(set(backs)) == 3


def test_what_starts_the_way_back(state: DeconvnetState) -> None:
    state.position = (1, 0)
    started = {}
    for seed in ("one", "activation", "map", "above"):
        state.seed = seed
        started[seed] = state.signal.tolist()
    assert started == {
        "one": [[0, 0], [1, 0]],
        "activation": [[0, 0], [3, 0]],
        "map": [[4, 1], [3, 0]],
        "above": [[2, -1], [-2, 3]],
    }


def test_a_signal_of_ones_own_starts_the_way_back(state: DeconvnetState) -> None:
    state.seed = "map"
    assert state.editable(Cell("signal", 0, 0)) is None
    state.signal = [[1, 2], [3, 4]]
    assert state.seed == "above" and state.editable(Cell("signal", 0, 0)) == Cell("signal", 0, 0)
    assert state.signal.tolist() == [[1, 2], [3, 4]]


def test_a_pressed_cell_is_where_the_way_back_starts(state: DeconvnetState) -> None:
    state.press(Cell("pooled", 0, 1))
    assert state.position == (0, 0)  # the signal of a layer above has no one place
    state.seed = "one"
    state.press(Cell("pooled", 0, 1))
    state.press(Cell("z", 3, 3))
    assert state.position == (0, 1)
    state.window = 4
    assert state.position == (0, 0) and state.signal.tolist() == [[1]]


def test_the_flipped_kernel_is_the_kernel(state: DeconvnetState) -> None:
    cell = state.editable(Cell("flipped", 0, 2))
    assert cell == Cell("kernel", 2, 0)
    state.write(cell, 7)
    assert state.kernel[2, 0] == 7 == state.lesson.values("flipped")[0, 2]


def test_what_belongs_together_is_what_is_computed_from_it(state: DeconvnetState) -> None:
    """A cell is lit exactly where a change of it is felt: in the input, by the convolution, forward and back."""
    x, lesson = torch.tensor(state.input, requires_grad=True), state.lesson
    z = F.conv2d(x[None, None], lesson.kernel.ne(99).double()[None, None])[0, 0]  # no weight is zero
    for row, col in ((0, 0), (1, 2), (3, 3)):
        (used,) = torch.autograd.grad(z[row, col], x, retain_graph=True)
        assert lesson.lit(Cell("z", row, col))["input"] == {tuple(at) for at in used.nonzero().tolist()}
    place = Cell("input", 2, 3)
    feels = {(r, c) for r in range(4) for c in range(4) if torch.autograd.grad(z[r, c], x, retain_graph=True)[0][2, 3]}
    assert lesson.lit(place)["z"] == feels == lesson.lit(Cell("back", 2, 3))["behind"]
    assert lesson.lit(Cell("signal", 0, 1))["rectified"] == {(0, 2)}


def test_what_does_not_fit_is_refused_and_nothing_changes(state: DeconvnetState) -> None:
    before = (state.sizes(), state.back.tolist())
    for name, value, sentence in [
        ("window", 5, "from 1 to 4"),
        ("input_size", 9, "from 3 to 8"),
        ("rule", "guess", "gradient, deconvnet, guided"),
        ("seed", "all", "above, one, activation, map"),
        ("position", (0, 2), "from 0 to 1"),
        ("signal", np.ones((3, 3)), "3 × 3, but 2 × 2 cells are pooled"),
        ("input", [1, 2, 3], "square"),
    ]:
        with pytest.raises(DeepvisError, match=sentence):
            setattr(state, name, value)
    state.window = 4
    with pytest.raises(DeepvisError, match="window of 4 does not fit into an input of 3"):
        state.input_size = 5
    state.window = 2
    state.signal = [[2, -1], [-2, 3]]
    assert (state.sizes(), state.back.tolist()) == before
