"""A head is known where class activation maps are exact for it, and nowhere else."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.core.network.cam_head import Head
from deepvis_widgets.core.network.network import Network
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
    "over a map": lambda m, x: m.maps(x).softmax(1).mean((2, 3)),
    "changed after it": lambda m, x: m.last(x.mean((2, 3))).softmax(1).sqrt(),
}


@pytest.mark.parametrize("end", OTHERS)
def test_other_softmaxes_are_taken_for_what_they_are(end: str) -> None:
    net = Network(seeded(Headed(OTHERS[end])).double(), SMALL)
    views = torch.stack([picture(SIDE), picture(SIDE).flip(2)])
    torch.testing.assert_close(net.logits(views), net.module(net.feed(views)))
