"""Rectifiers are known by what they do, however they are written."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from deepvis_widgets.core.network.backward_rules import DECONVNET, GUIDED, RuleMode
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.methods import explain
from deepvis_widgets.passes.plan.ways import GROUPS, PLAIN
from deepvis_widgets.passes.window_ways import WindowWays
from tests.small_nets import seeded

SIDE = 16
WRITTEN: dict[str, Callable[[Tensor], Tensor]] = {
    "clamp": lambda x: x.clamp(min=0),
    "clamp, by place": lambda x: torch.clamp(x, 0.0),
    "clamp in place": lambda x: (x + 0).clamp_(0),
    "clip": lambda x: x.clip(0),
    "clamp_min": lambda x: x.clamp_min(0),
    "clamp_min of a tensor": lambda x: torch.clamp_min(x, torch.zeros(())),
    "maximum": lambda x: torch.maximum(x, torch.zeros_like(x)),
    "maximum, turned round": lambda x: torch.max(torch.tensor(0.0, dtype=x.dtype), x),
    "threshold": lambda x: F.threshold(x, 0.0, 0.0),
    "threshold in place": lambda x: F.threshold(x + 0, 0.0, 0.0, True),
    "leaky without a leak": lambda x: F.leaky_relu(x, 0.0),
    "where": lambda x: torch.where(x > 0, x, 0.0),
    "where, of zeros": lambda x: torch.where(x >= 0, x, torch.zeros_like(x)),
    "where, turned round": lambda x: torch.where(x < 0, 0.0, x),
    "where, turned round, of zeros": lambda x: torch.where(x <= 0, torch.zeros_like(x), x),
    "filled": lambda x: x.masked_fill(x < 0, 0),
    "filled in place": lambda x: (x + 0).masked_fill_(~(x > 0), 0.0),
    "fmax": lambda x: torch.fmax(x, torch.zeros_like(x)),
    "parametric without a slope": lambda x: F.prelu(x, torch.zeros(1, dtype=x.dtype)),
    "exponential of nothing": lambda x: F.elu(x, 0.0),
    "random without a leak": lambda x: F.rrelu(x, 0.0, 0.0),
}
BOUNDED: dict[str, Callable[[Tensor], Tensor]] = {
    "clamp": lambda x: x.clamp(0, 1.5),
    "hardtanh": lambda x: F.hardtanh(x, 0.0, 1.5),
    "clip, by name": lambda x: torch.clip(x, min=0, max=1.5),
}
OTHERS: dict[str, Callable[[Tensor], Tensor]] = {
    "leaky": lambda x: F.leaky_relu(x, 0.1),
    "hardtanh": lambda x: F.hardtanh(x),
    "from below 0": lambda x: x.clamp(min=-1),
    "at most": lambda x: x.clamp(max=1),
    "shifted": lambda x: F.threshold(x, 0.5, 0.0),
    "larger of two": lambda x: torch.maximum(x, 0 * x + 0.25),
    "maximum of all": lambda x: x.max(1, keepdim=True).values,
    "where, of another": lambda x: torch.where(x > 1, x, torch.zeros_like(x)),
    "where, of what is below": lambda x: torch.where(x < 0, x, torch.zeros_like(x)),
    "filled with another": lambda x: x.masked_fill(x < 0, -1.0),
    "filled above": lambda x: x.masked_fill(x > 0, 0),
    "exponential": lambda x: F.elu(x),
}


class Written(nn.Module):
    """Two convolutions, each with the rectifier that is asked about."""

    def __init__(self, rectify: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.first, self.second, self.last = nn.Conv2d(3, 6, 3), nn.Conv2d(6, 6, 3), nn.Linear(6, 4)
        self.rectify = rectify

    def forward(self, x: Tensor) -> Tensor:
        maps = self.rectify(self.second(self.rectify(self.first(x))))
        scores: Tensor = self.last(maps.mean((2, 3)))
        return scores


def network(rectify: Callable[[Tensor], Tensor]) -> Network:
    return Network(seeded(Written(rectify)).double(), Preprocess((SIDE, SIDE), None))


def picture() -> Tensor:
    return torch.rand(3, SIDE, SIDE, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("method", ["guided_backprop", "deconvnet", "gradient"])
@pytest.mark.parametrize("written", WRITTEN)
def test_one_that_is_written_by_hand_is_one(written: str, method: str) -> None:
    found, expected = (
        explain(network(rectify), picture(), method, target=1).heatmap for rectify in (WRITTEN[written], F.relu)
    )
    torch.testing.assert_close(found, expected)


@pytest.mark.parametrize("rules", [GUIDED, DECONVNET], ids=lambda rules: rules.name)
@pytest.mark.parametrize("written", BOUNDED)
def test_a_bounded_one_is_one(written: str, rules: object) -> None:
    signals = []
    for rectify in (BOUNDED[written], lambda x: F.relu6(4 * x) / 4):
        x = torch.linspace(-2, 3, 11, dtype=torch.float64, requires_grad=True)
        with RuleMode(rules):  # type: ignore[arg-type]
            y = rectify(x)
        (signal,) = torch.autograd.grad(y, x, torch.tensor([1.0, -1.0] * 5 + [2.0], dtype=torch.float64))
        signals.append((y.detach(), signal))
    torch.testing.assert_close(signals[0], signals[1])


@pytest.mark.parametrize("written", OTHERS)
def test_what_is_none_keeps_its_gradient(written: str) -> None:
    x = torch.linspace(-2, 2, 10, dtype=torch.float64).reshape(1, 5, 2).requires_grad_()
    seed = torch.linspace(-1, 1, 10, dtype=torch.float64).reshape(1, 5, 2)
    signals = []
    for rules in (GUIDED, DECONVNET, None):
        with RuleMode(rules) if rules else torch.enable_grad():
            y = OTHERS[written](x)
        signals.append(torch.autograd.grad(y, x, seed[:, : y.shape[1]])[0])
    assert torch.equal(signals[0], signals[2]) and torch.equal(signals[1], signals[2])


@pytest.mark.parametrize("written", [written for written in WRITTEN if written != "random without a leak"])
def test_it_may_be_traced_all_the_same(written: str) -> None:
    net = network(WRITTEN[written])
    ways = WindowWays(net, net.view(picture()), torch.full((3, SIDE, SIDE), 0.5))
    assert ways.can(GROUPS)
    boxes = torch.tensor([[1, 2, 4, 4], [9, 8, 4, 4]])
    torch.testing.assert_close(ways.by(GROUPS, boxes).logits, ways.by(PLAIN, boxes).logits)


@pytest.mark.parametrize("method", ["guided_backprop", "deconvnet"])
def test_a_network_without_one_that_can_be_seen_says_that_its_map_is_the_gradient(method: str) -> None:
    for rectify in (F.gelu, lambda x: x * (x > 0)):
        found = explain(network(rectify), picture(), method, target=1)
        assert found.note.startswith("the plain gradient")
        torch.testing.assert_close(found.heatmap, explain(network(rectify), picture(), "gradient", target=1).heatmap)
    assert explain(network(F.relu), picture(), method, target=1).note == ""
