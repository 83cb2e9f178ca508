"""Networks with gradient checkpointing are explained as without it, and left as they are; others checkpoint on."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import torch
import torch.utils.checkpoint
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from deepvis_widgets.core.network.checkpoints import _STAND_INS, without_checkpoints
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.core.results import HeatMap
from deepvis_widgets.methods import explain
from tests.small_nets import seeded
from tests.untouched import Untouched

SIDE = 16
METHODS = ("gradient", "guided_backprop", "deconvnet", "lrp", "grad_cam", "cam", "occlusion", "integrated_gradients")


class Checkpointed(nn.Module):
    """A trunk that is computed again on the way back, or not (`kind` None)."""

    def __init__(self, kind: bool | None) -> None:
        super().__init__()
        self.trunk = nn.Sequential(nn.Conv2d(3, 6, 3), nn.BatchNorm2d(6), nn.ReLU(), nn.Conv2d(6, 6, 3), nn.ReLU())
        self.last, self.kind = nn.Linear(6, 5), kind

    def forward(self, x: Tensor) -> Tensor:
        maps = self.trunk(x) if self.kind is None else checkpoint(self.trunk, x, use_reentrant=self.kind)
        scores: Tensor = self.last(maps.mean((2, 3)))
        return scores


def network(kind: bool | None, train: bool = False) -> Network:
    return Network(seeded(Checkpointed(kind)).double().train(train), Preprocess((SIDE, SIDE), None))


def picture() -> Tensor:
    return torch.rand(3, SIDE, SIDE, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("train", [False, True], ids=["eval", "train"])
@pytest.mark.parametrize("kind", [False, True], ids=["not reentrant", "reentrant"])
@pytest.mark.parametrize("name", METHODS)
def test_it_is_explained_as_without_checkpoints(name: str, kind: bool, train: bool) -> None:
    plain, net = network(None), network(kind, train)
    untouched = Untouched(net.module)
    found, expected = (explain(each, picture(), name, target=1) for each in (net, plain))
    assert isinstance(found, HeatMap) and isinstance(expected, HeatMap)
    torch.testing.assert_close(found.heatmap, expected.heatmap)
    untouched.check()


@pytest.mark.parametrize("kind", [False, True], ids=["not reentrant", "reentrant"])
def test_a_hidden_unit_inside_a_checkpoint_has_its_gradient(kind: bool) -> None:
    asked: dict[str, Any] = {"layer": "trunk.3", "unit": (1, (4, 4))}
    found, expected = (explain(network(each), picture(), "gradient", **asked) for each in (kind, None))
    assert isinstance(found, HeatMap) and isinstance(expected, HeatMap)
    assert expected.heatmap.any()
    torch.testing.assert_close(found.heatmap, expected.heatmap)


def calls_of(kind: bool) -> int:
    """How often a checkpointed function runs for one step, way back included."""
    calls: list[int] = []

    def function(x: Tensor) -> Tensor:
        calls.append(1)
        return x.exp()

    checkpoint(function, torch.ones(2, requires_grad=True), use_reentrant=kind).sum().backward()
    return len(calls)


@pytest.mark.parametrize("kind", [False, True], ids=["not reentrant", "reentrant"])
def test_other_threads_checkpoint_on(kind: bool) -> None:
    calls: list[int] = []
    with without_checkpoints():
        other = threading.Thread(target=lambda: calls.append(calls_of(kind)))
        other.start()
        other.join()
        calls.append(calls_of(kind))
    assert calls == [2, 1]
    assert calls_of(kind) == 2, "after a pass everything is as it was"


def test_pytorch_is_left_as_it_was_also_after_an_error() -> None:
    before = {name: getattr(torch.utils.checkpoint, name, None) for name in _STAND_INS}
    with pytest.raises(RuntimeError), without_checkpoints(), without_checkpoints():
        raise RuntimeError
    assert {name: getattr(torch.utils.checkpoint, name, None) for name in _STAND_INS} == before
