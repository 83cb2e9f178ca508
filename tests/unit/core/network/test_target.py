"""Targets from what a user says."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import numpy as np
import pytest
import torch

from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.network.target import Target, unit_target
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.core.results import HeatMap
from deepvis_widgets.methods import explain
from tests import vision_transformers
from tests.small_nets import Plain, seeded


@pytest.fixture(scope="module")
def net() -> Network:
    return Network(seeded(Plain()), Preprocess((12, 12), None), labels=["a", "b", "c", "d", "e"])


def test_numbers_of_every_kind_are_numbers(net: Network) -> None:
    assert net.target(np.int64(3)) == net.target(torch.tensor(3)) == net.target("d") == Target(3)
    asked = net.target(None, "features.3", [np.int32(2), [torch.tensor(1), np.uint8(4)]])
    assert asked == Target(2, "features.3", (1, 4))
    assert net.target(None) is None


def test_a_target_is_a_value() -> None:
    assert {Target(1), Target(1), Target(1, "features.0")} == {Target(1), Target(1, "features.0")}
    with pytest.raises(FrozenInstanceError):
        Target(1).channel = 2  # type: ignore[misc]


def test_a_unit_of_a_layer(net: Network) -> None:
    layer = net.layers["features.0"]
    assert unit_target(layer, 5) == Target(5, "features.0")
    assert unit_target(layer, (5, (11, 0))) == Target(5, "features.0", (11, 0))
    with pytest.raises(DeepvisError, match="its units are 0 to 5"):
        unit_target(layer, 6)
    with pytest.raises(DeepvisError, match="its maps are 12 rows × 12 columns"):
        unit_target(layer, (5, (12, 0)))


def test_a_token_is_a_position_with_a_name() -> None:
    name = "timm vit with registers"
    net, view = vision_transformers.network(name, torch.float64), vision_transformers.picture(name)
    x = net.feed(view[None]).requires_grad_()
    module = net.module
    tokens = module.blocks[0](module.norm_pre(module._pos_embed(module.patch_embed(x))))
    for token, place in (("class", 0), ("register 2", 2)):
        (expected,) = torch.autograd.grad(tokens[0, place, 5], x, retain_graph=True)
        found = explain(net, view, "gradient", layer="blocks.0", unit=(5, token))
        assert isinstance(found, HeatMap) and found.attribution is not None
        assert found.target == f"blocks.0:5 at {token}"
        assert torch.allclose(found.attribution, expected[0], rtol=1e-9, atol=1e-12)
    occluded = explain(net, view, "occlusion", layer="blocks.0", unit=(5, "class"), window=64, stride=64)
    assert isinstance(occluded, HeatMap) and bool(occluded.heatmap.any())
    with pytest.raises(DeepvisError, match="its other tokens class, register 1"):
        net.target(None, "blocks.0", (5, "distillation"))
