"""The grey embedded network and the one that flattens: small files, and what each is."""

from __future__ import annotations

from importlib.resources import files

import pytest
import torch
from torch import nn

import deepvis_widgets as dv
from deepvis_widgets.zoo.embedded import load_module
from deepvis_widgets.zoo.flattened import FLATTENED, load_flattened_module
from deepvis_widgets.zoo.grey import GREY, load_grey_module


@pytest.mark.parametrize("name", [GREY, FLATTENED])
def test_weights_are_small_and_networks_are_found_by_name(name: str) -> None:
    stored = files("deepvis_widgets.zoo") / "weights" / f"{name}.safetensors"
    assert len(stored.read_bytes()) <= 1_500_000
    net, again = dv.load(name), dv.load(name, weights="random")
    assert net.name == name and net.labels[:2] == ["husky", "wolf"] and not net.module.training
    assert {p.dtype for p in net.module.parameters()} == {torch.float32}
    assert net.probabilities(net.view(dv.scene("zebra", "meadow", seed=6))[None])[0].argmax() == 3
    assert [layer.name for layer in again.layers] == [layer.name for layer in net.layers]


def test_the_grey_network_has_one_channel_and_no_interest_in_colours() -> None:
    net, scene = dv.load(GREY), dv.scene("wolf", "snow", seed=3)
    assert load_grey_module()(torch.zeros(1, 1, 128, 128)).shape == (1, 12)
    grey = scene.image.convert("L").convert("RGB")
    logits = [net.logits(net.view(picture)[None]) for picture in (scene, grey)]
    assert torch.allclose(*logits, atol=0.05)  # a grey picture file is rounded to 256 levels
    gradient = dv.explain(net, scene, "gradient").attribution
    assert gradient is not None and gradient.shape == (1, 128, 128)
    assert torch.equal(dv.explain(net, scene, "saliency").heatmap, gradient[0].abs())


def test_the_flattened_network_shares_its_convolutions_and_has_two_hidden_linear_layers() -> None:
    twin, pooled = load_flattened_module(), load_module("husky-wolf")
    for name, value in pooled.get_submodule("features").state_dict().items():
        assert torch.equal(twin.features.state_dict()[name], value)
    linear = [layer for layer in twin.modules() if isinstance(layer, nn.Linear)]
    assert [(layer.in_features, layer.out_features) for layer in linear] == [(8192, 64), (64, 64), (64, 12)]
    maps = torch.rand(2, 128, 16, 16, generator=torch.Generator().manual_seed(0))
    turned = maps.roll((4, 6), (2, 3))
    mean = pooled.get_submodule("pool")
    assert torch.allclose(mean(maps), mean(turned)), "a mean does not care for places"
    flat = [twin.full1(twin.flatten(twin.pool(each))) for each in (maps, turned)]
    assert not torch.allclose(*flat, atol=0.1), "weights of their own do"
