"""Networks that answer otherwise each time are named, once; others are not."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.widgets.explorer.panes import remark
from tests.small_nets import seeded

SIDE = 12
VARYING: dict[str, Callable[[Tensor], Tensor]] = {
    "dropout": lambda x: F.dropout(x),
    "dropout of maps": lambda x: F.dropout2d(x[:, :, None, None], 0.3).flatten(1),
    "noise": lambda x: x + 0.1 * torch.randn_like(x),
    "noise of its own": lambda x: x + torch.empty(x.shape[1]).uniform_(),
    "a mask": lambda x: x * torch.bernoulli(torch.full_like(x, 0.5)),
}
STEADY: dict[str, Callable[[Tensor], Tensor]] = {
    "nothing": lambda x: x,
    "dropout that is off": lambda x: F.dropout(x, 0.5, False),
    "dropout of nothing": lambda x: F.dropout(x, 0.0),
    "drawn and not used": lambda x: x + 0 * torch.rand(1),
}


class Drawn(nn.Module):
    """Features that something is done to before the last layer."""

    def __init__(self, between: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.maps, self.last, self.off = nn.Conv2d(3, 16, 3), nn.Linear(16, 5), nn.Dropout()
        self.between = between

    def forward(self, x: Tensor) -> Tensor:
        scores: Tensor = self.last(self.off(self.between(self.maps(x).relu().mean((2, 3)))))
        return scores


def make(between: Callable[[Tensor], Tensor]) -> Network:
    return Network(seeded(Drawn(between)), Preprocess((SIDE, SIDE), None), name="mine")


@pytest.mark.parametrize("between", VARYING)
def test_one_sentence_says_so(between: str) -> None:
    with pytest.warns(UserWarning, match="^mine answers otherwise each time it is asked") as said:
        net = make(VARYING[between])
    assert len(said) == 1 and net.varies
    assert remark(net, None) == "answers vary by chance"


@pytest.mark.parametrize("between", STEADY)
def test_nothing_is_said_of_others(between: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert not make(STEADY[between]).varies
