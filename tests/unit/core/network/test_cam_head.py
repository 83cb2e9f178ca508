"""A head is known where class activation maps are exact for it, and nowhere else."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.core.inputs.numbers import Numbers
from deepvis_widgets.core.network.cam_head import Head
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.network.pass_options import PassOptions
from deepvis_widgets.core.network.recording import record
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.methods import explain
from tests.families import picture
from tests.small_nets import CLASSES, seeded

SIDE = 12
SMALL = Preprocess((SIDE, SIDE), None)


class Headed(nn.Module):
    """A convolution and what a test makes of its maps."""

    def __init__(self, head: Any) -> None:
        super().__init__()
        self.conv, self.last, self._head = nn.Conv2d(3, 6, 3), nn.Linear(6, CLASSES), head
        self.maps = nn.Conv2d(6, CLASSES, 1)

    def forward(self, x: Tensor) -> Tensor:
        scores: Tensor = self._head(self, self.conv(x).relu())
        return scores


EXACT = {
    "mean": lambda m, x: m.last(x.mean((2, 3))),
    "mean, negative": lambda m, x: m.last(x.mean(dim=[-1, -2])),
    "adaptive": lambda m, x: m.last(F.adaptive_avg_pool2d(x, 1).flatten(1)),
    "whole window": lambda m, x: m.last(F.avg_pool2d(x, 10).view(-1, 6)),
    "dropout between": lambda m, x: m.last(F.dropout(x.mean((2, 3)), training=False)),
    "class maps": lambda m, x: F.adaptive_avg_pool2d(m.maps(x), (1, 1)).squeeze(-1).squeeze(-1),
    "pool, then 1×1": lambda m, x: m.maps(F.adaptive_avg_pool2d(x, 1)).flatten(1),
    "softmax at the end": lambda m, x: m.last(x.mean((2, 3))).softmax(1),
    "log-softmax at the end": lambda m, x: F.log_softmax(m.last(x.mean((2, 3))), 1),
    "softmax, then squeezed": lambda m, x: (
        m.maps(F.adaptive_avg_pool2d(x, 1)).flatten(1).softmax(1).unsqueeze(2).squeeze(-1)
    ),
    "softmax, then a copy": lambda m, x: m.last(x.mean((2, 3))).softmax(1).clone().contiguous().view(len(x), -1),
    "softmax of maps of one position": lambda m, x: m.maps(F.adaptive_avg_pool2d(x, 1)).softmax(1).flatten(1),
    "log-softmax of maps, squeezed": lambda m, x: (
        F.log_softmax(m.maps(F.adaptive_avg_pool2d(x, 1)), dim=1).squeeze(-1).squeeze(-1)
    ),
    "reshaped and detached": lambda m, x: m.last(x.mean((2, 3)).to(x).unsqueeze(1).reshape(-1, 6).contiguous()),
    "no bias": lambda m, x: F.linear(x.mean((2, 3)), m.last.weight),
}
INEXACT = {
    "a part of the window": lambda m, x: m.last(F.avg_pool2d(x, 6).flatten(1)),
    "a padded window": lambda m, x: m.last(F.avg_pool2d(x, 12, padding=1).flatten(1)),
    "maximum": lambda m, x: m.last(x.amax((2, 3))),
    "two layers": lambda m, x: m.last(x.mean((2, 3))) @ torch.eye(CLASSES),
    "rectified after": lambda m, x: m.last(x.mean((2, 3)) - 1).relu(),
    "rectified in place": lambda m, x: m.last(x.mean((2, 3)).sub_(0.5).relu_()),
    "scores in place": lambda m, x: m.last(x.mean((2, 3))).mul_(3),
    "rounded between": lambda m, x: m.last(x.mean((2, 3)).half().to(x)),
    "turned round": lambda m, x: m.last(x.mean((2, 3))).flip(1),
    "averages of rows": lambda m, x: m.last(x.mean((1, 2))[:, :6]),
}


@pytest.mark.parametrize("head", EXACT)
def test_heads_with_exact_maps(head: str) -> None:
    net = Network(seeded(Headed(EXACT[head]), dtype=torch.float64), SMALL)
    found = net.record(picture(SIDE))
    assert net.has_head and isinstance(found.head, Head)
    maps = found.head.features[0].detach()
    if found.head.weight is not None:
        maps = torch.einsum("ck,khw->chw", found.head.weight, maps)
    bias = 0 if found.head.bias is None else found.head.bias
    torch.testing.assert_close(maps.mean((1, 2)) + bias, found.logits[0].detach())


@pytest.mark.parametrize("head", INEXACT)
def test_heads_without_exact_maps(head: str) -> None:
    net = Network(seeded(Headed(INEXACT[head])), SMALL)
    assert not net.has_head
    with pytest.raises(DeepvisError, match="grad_cam"):
        explain(net, picture(SIDE), "cam")


class Joining(nn.Module):
    """Means of maps joined to two numbers that are given beside the picture."""

    def __init__(self, join: Any) -> None:
        super().__init__()
        self.conv, self.last, self._join = nn.Conv2d(3, 6, 3), nn.Linear(8, CLASSES), join

    def forward(self, x: Tensor, beside: Tensor) -> Tensor:
        maps = self.conv(x).relu()
        scores: Tensor = self.last(self._join(maps, maps.mean((2, 3)), beside))
        return scores


def joined(join: Any) -> Network:
    numbers = Numbers(["a", "b"], [(-9, 9), (-9, 9)])
    return Network(seeded(Joining(join), dtype=torch.float64), SMALL, inputs={"beside": numbers})


JOINED = {
    "after the means": lambda maps, means, beside: torch.cat([means, beside], 1),
    "before the means": lambda maps, means, beside: torch.cat((beside, means), dim=-1),
    "by another name": lambda maps, means, beside: torch.concat(tensors=[means, beside], dim=1),
    "shaped first": lambda maps, means, beside: torch.cat([means, beside.double().contiguous().reshape(-1, 2)], 1),
    "maps scaled by it": lambda maps, means, beside: torch.cat(
        [(maps * beside[:, :1, None, None]).mean((2, 3)), beside], 1
    ),
    "dropout between": lambda maps, means, beside: F.dropout(torch.cat([means, beside], 1), training=False),
}
NOT_JOINED = {
    "to what the picture says": lambda maps, means, beside: torch.cat([means, maps.amax((2, 3))[:, :2]], 1),
    "to what was changed": lambda maps, means, beside: torch.cat([means, beside.clone().mul_(means[:, :2])], 1),
    "along the batch": lambda maps, means, beside: torch.cat([torch.cat([means, beside], 1)] * 2)[: len(maps)],
    "changed after it": lambda maps, means, beside: torch.cat([means, beside], 1).mul_(2),
}


@pytest.mark.parametrize("join", JOINED)
def test_what_is_given_beside_the_picture_has_no_place_in_the_map(join: str) -> None:
    """Held against the gradient of the score by the maps, which a slow sum over positions makes a map of."""
    net = joined(JOINED[join]).given(beside=(3.0, -2.0))
    head = net.record(picture(SIDE)).head
    assert net.has_head and isinstance(head, Head) and head.weight is not None
    beside = torch.tensor([[3.0, -2.0]], dtype=torch.float64)
    maps = net.module.conv(net.feed(picture(SIDE)[None])).relu().detach().requires_grad_()
    scores = net.module.last(JOINED[join](maps, maps.mean((2, 3)), beside))[0]  # type: ignore[operator]
    found = explain(net, picture(SIDE), "cam", target=1)
    (gradient,) = torch.autograd.grad(scores[1], maps)
    expected = (gradient * maps)[0].sum(0).detach() * maps.shape[2] * maps.shape[3]
    torch.testing.assert_close(found.coarse, expected)  # type: ignore[attr-defined]
    total = sum(float(found.coarse[row, col]) for row in range(10) for col in range(10)) / 100  # type: ignore[attr-defined]
    assert total + float(head.bias[1]) == pytest.approx(float(scores[1].detach()), abs=1e-9)  # type: ignore[index]


@pytest.mark.parametrize("join", NOT_JOINED)
def test_means_joined_to_anything_else_have_no_exact_maps(join: str) -> None:
    assert not joined(NOT_JOINED[join]).has_head


def test_rows_that_differ_are_no_bias() -> None:
    net = joined(JOINED["after the means"])
    rows = torch.rand(2, 2, dtype=torch.float64)
    net.inputs.tensors["beside"] = rows  # type: ignore[index]
    options = PassOptions(given=net.inputs, answers=net.answers)
    assert record(net.module, net.feed(torch.rand(2, 3, SIDE, SIDE)), options).head is None


SOFTMAXES = [name for name in EXACT if name.startswith("softmax")]


@pytest.mark.parametrize("head", SOFTMAXES)
def test_probabilities_are_those_of_the_network_itself(head: str) -> None:
    net = Network(seeded(Headed(EXACT[head])).double(), SMALL)
    views = torch.stack([picture(SIDE), picture(SIDE).flip(2)])
    own = net.module(net.feed(views))
    torch.testing.assert_close(net.logits(views).softmax(1), own)
    assert float((net.logits(views).sum(1) - 1).abs().max()) > 1e-3, "these are no probabilities"


OTHERS = {
    "over pictures": lambda m, x: m.maps(F.adaptive_avg_pool2d(x, 1)).softmax(0).flatten(1),
    "changed after it": lambda m, x: m.last(x.mean((2, 3))).softmax(1).sqrt(),
}


@pytest.mark.parametrize("end", OTHERS)
def test_other_softmaxes_are_taken_for_what_they_are(end: str) -> None:
    net = Network(seeded(Headed(OTHERS[end])).double(), SMALL)
    views = torch.stack([picture(SIDE), picture(SIDE).flip(2)])
    alone = torch.cat([net.module(net.feed(view[None])) for view in views])
    torch.testing.assert_close(net.logits(views), alone)


def test_means_of_a_softmax_over_maps_are_probabilities_and_no_class_maps_of_a_score() -> None:
    net = Network(seeded(Headed(lambda m, x: m.maps(x).softmax(1).mean((2, 3)))).double(), SMALL)
    views = torch.stack([picture(SIDE), picture(SIDE).flip(2)])
    torch.testing.assert_close(net.probabilities(views), net.module(net.feed(views)).float())
    assert not net.has_head
