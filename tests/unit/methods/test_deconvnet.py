"""What a deconvnet projection says of itself."""

from __future__ import annotations

import pytest
import torch
from torch import nn

import deepvis_widgets as dv
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.methods.deconvnet import CHECKERS, checkers


def network(kernel: int, stride: int, groups: int) -> Network:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        first = [nn.Conv2d(3, 8, 3, 1, 1), nn.ReLU(), nn.Conv2d(8, 8, kernel, stride, kernel // 2, groups=groups)]
        module = nn.Sequential(*first, nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 2))
    return Network(module, Preprocess((16, 16), None, (0.5,) * 3, (0.25,) * 3))


@pytest.mark.parametrize(
    "kernel, stride, groups, said", [(3, 2, 8, True), (4, 2, 8, False), (3, 1, 8, False), (3, 2, 1, False)]
)
def test_a_strided_depthwise_layer_below_is_named(kernel: int, stride: int, groups: int, said: bool) -> None:
    net, view = network(kernel, stride, groups), torch.rand(3, 16, 16)
    found = dv.explain(net, view, "deconvnet", layer="3", unit=2)
    assert found.note == (CHECKERS if said else "") and (CHECKERS in repr(found)) is said
    assert dv.explain(net, view, "deconvnet", layer="1", unit=2).note == ""  # below it
    assert checkers(net, None) is said


def test_the_pattern_is_that_of_the_overlap() -> None:
    """A kernel of ones, stride 2, size 3: going down, every second row and column is covered twice."""
    net = network(3, 2, 8)
    with torch.no_grad():
        for module in (net.module[0], net.module[2]):
            module.weight.fill_(1.0)
    signal = dv.explain(net, torch.ones(3, 16, 16), "deconvnet", layer="2", unit=0, seed="map").attribution
    row = signal[0, 8, 4:12]
    assert len(row.unique()) == 2 and torch.equal(row[0::2], row[0::2][:1].expand(4))
