"""Networks whose answers depend on what else is in the batch are passed one picture at a time: every answer is the one
that the picture gets alone.
"""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import deepvis_widgets as dv
from deepvis_widgets.scores import curves

SIDE = 16
PREPARE = dv.Preprocess((SIDE, SIDE), None)
VIEW = torch.rand(3, SIDE, SIDE, generator=torch.Generator().manual_seed(5))


def alone(x: Tensor) -> Tensor:
    assert len(x) == 1
    return x


COUPLED: dict[str, Callable[[Tensor], Tensor]] = {
    "less the batch's mean": lambda x: x - 0.5 * x.mean(0, keepdim=True),
    "by the batch's length": lambda x: x / x.norm(),
    "the first one only": lambda x: x[:1].expand(len(x), -1, -1, -1),
    "by the batch's statistics": lambda x: nn.functional.batch_norm(x, None, None, training=True),
    "one at a time": alone,
    "a batch of one written out": lambda x: x.reshape(1, 3, SIDE, SIDE),
}


class Coupled(nn.Module):
    def __init__(self, couple: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(1)
            self.conv, self.last = nn.Conv2d(3, 8, 3), nn.Linear(8, 4)
        self.couple = couple

    def forward(self, x: Tensor) -> Tensor:
        scores: Tensor = self.last(torch.relu(self.conv(self.couple(x))).mean((2, 3)))
        return scores


def network(name: str) -> dv.Network:
    return dv.Network(Coupled(COUPLED[name]).eval(), PREPARE)


def score(net: dv.Network, view: Tensor) -> float:
    with torch.no_grad():
        return float(net.module(net.feed(view[None]))[0, 1])


@pytest.mark.parametrize("name", COUPLED)
def test_answers_are_those_of_each_picture_alone(name: str) -> None:
    net = network(name)
    assert not net.independent
    views = torch.stack([VIEW, VIEW.flip(2), VIEW * 0.3])
    expected = torch.cat([net.module(net.feed(view[None])) for view in views]).detach()
    torch.testing.assert_close(net.logits(views), expected)

    swept = dv.explain(net, VIEW, "occlusion", target=1, window=8, stride=8)
    hidden = VIEW.clone()
    hidden[:, 8:, :8] = 0.5
    assert float(swept.scores[1, 0]) == pytest.approx(score(net, hidden), rel=1e-4)

    found = dv.explain(net, VIEW, "integrated_gradients", target=1, steps=300)
    difference = score(net, VIEW) - score(net, torch.zeros_like(VIEW))
    assert found.difference == pytest.approx(difference, rel=1e-4, abs=1e-6)
    assert abs(found.completeness_error) < 0.05 * abs(difference) + 1e-3

    lime = dv.explain(net, VIEW, "lime", target=1, samples=6, segmentation="slic", score="logit")
    assert float(lime.answers[0]) == pytest.approx(score(net, VIEW), rel=1e-4)

    drawn = curves(net, VIEW, swept.heatmap, 1, steps=2)
    first = torch.softmax(net.module(net.feed(VIEW[None])), 1)[0, 1]
    assert float(drawn.deletion[0]) == pytest.approx(float(first), rel=1e-4)


@pytest.mark.parametrize("name", COUPLED)
def test_gradients_and_synthesis_are_those_of_each_picture_alone(name: str) -> None:
    net = network(name)
    params: dict[str, Any] = {"samples": 2, "noise": 0.0}
    smooth = dv.explain(net, VIEW, "smoothgrad", target=1, **params)
    x = net.feed(VIEW[None]).requires_grad_()
    (gradient,) = torch.autograd.grad(net.module(x)[0, 1], x)
    torch.testing.assert_close(smooth.attribution, gradient[0], rtol=1e-4, atol=1e-7)
    made = [
        dv.explain(net, None, "activation_maximization", target=1, pictures=count, steps=2, seed=3).pictures[0]
        for count in (1, 2)
    ]
    torch.testing.assert_close(made[0], made[1], rtol=1e-3, atol=1e-3)


def test_others_are_passed_together() -> None:
    passed: list[int] = []

    class Counting(Coupled):
        def forward(self, x: Tensor) -> Tensor:
            passed.append(len(x))
            return super().forward(x)

    net = dv.Network(Counting(lambda x: x).eval(), PREPARE)
    assert net.independent
    passed.clear()
    net.logits(VIEW.expand(5, -1, -1, -1))
    assert passed == [5]
