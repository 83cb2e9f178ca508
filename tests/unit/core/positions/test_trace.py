"""Positions of tokens, against which patch of the picture really changes them."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from deepvis_widgets.core.attention.heads import Heads
from deepvis_widgets.core.network.layer import Layer
from deepvis_widgets.core.network.layout import Layout, Tokens
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.preprocess import Preprocess
from tests.small_nets import CLASSES, seeded
from tests.vision_transformers import KINDS, network, picture


def last_with_maps(net: Network) -> Layer:
    return [layer for layer in net.layers if layer.height * layer.width > 1][-1]


@pytest.mark.parametrize("name", KINDS)
def test_grid_and_names_of_tokens(name: str) -> None:
    layer = last_with_maps(network(name))
    assert (layer.height, layer.width) == KINDS[name].grid
    assert layer.extra == KINDS[name].extra


@pytest.fixture
def each_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every token attends to itself alone."""

    def softmax(scores: Tensor, *_: Any, **__: Any) -> Tensor:
        return torch.eye(scores.shape[-1], dtype=scores.dtype).expand_as(scores)

    monkeypatch.setattr(F, "scaled_dot_product_attention", lambda query, key, value, *_, **__: value)
    monkeypatch.setattr(F, "softmax", softmax)
    monkeypatch.setattr(nn.Softmax, "forward", lambda self, scores: softmax(scores))


@pytest.mark.parametrize("name", [name for name in KINDS if name != "timm maxvit"])  # its convolutions reach further
@pytest.mark.usefixtures("each_by_itself")
def test_a_patch_changes_its_own_tokens_alone(name: str) -> None:
    net = network(name)
    height, width = net.size
    layers = [layer for layer in net.layers if not isinstance(layer.layout, Heads)]
    names = [layer.name for layer in layers]
    plain = net.run(net.feed(picture(name)[None]), keep=names).outputs
    for row, col in ((1, 2), (3, 0)):
        view = picture(name)
        view[:, 16 * row + 1 : 16 * row + 15, 16 * col + 1 : 16 * col + 15] += 0.5
        changed = net.run(net.feed(view[None]), keep=names).outputs
        for layer in layers:
            if layer.height * layer.width == 1:
                continue
            difference = layer.layout.maps(changed[layer.name] - plain[layer.name])[0].abs().amax(0)
            found = (difference > 1e-7).nonzero()
            down, right = height // layer.height, width // layer.width
            assert len(found) and {(16 * row // 16, 16 * col // 16)} == {
                (int(r) * down // 16, int(c) * right // 16) for r, c in found
            }, layer.name
            others = layer.layout.others(changed[layer.name] - plain[layer.name])
            assert float(others.abs().sum()) == 0, layer.name


def test_what_has_no_positions_is_no_map() -> None:
    keys = network("timm vit of normed keys").layers["blocks.0.attn.k_norm"]
    assert keys.layout == Layout.FLAT and (keys.height, keys.width) == (1, 1)
    pooled = network("transformers swin").layers["swin.pooler"]
    assert (pooled.channels, pooled.height, pooled.width) == (32, 1, 1)
    swin = network("transformers swin")
    codes = [layer for layer in swin.layers if "position_bias" in layer.name]
    assert all(layer.layout == Layout.FLAT for layer in codes)
    # older versions of transformers have no module of them
    assert bool(codes) == any("position_bias" in name for name, _ in swin.module.named_modules())


# as transformers calls them in newer versions and in 5.0
NAMES = ("k", "key"), ("q", "query"), ("v", "value")
PROJECTIONS = [(f"0.attention.{new}_proj", f"0.attention.attention.{old}") for new, old in NAMES]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("timm vit", ["blocks.0.attn.qkv"]),
        ("transformers vit", PROJECTIONS),
        ("torchvision vit", []),
    ],
)
def test_queries_keys_and_values_are_known(name: str, found: list[str]) -> None:
    asked = [layer for layer in network(name).layers if layer.asked and isinstance(layer.layout, Tokens)]
    names = sorted(layer.name for layer in asked if "0" in layer.name)
    assert len(names) == len(found) and all(name.endswith(part) for name, part in zip(names, found, strict=True))


class Written(nn.Module):
    """Patches without a convolution, attention by hand, and `einsum`."""

    def __init__(self, einsum: bool) -> None:
        super().__init__()
        self.einsum = einsum
        self.patches, self.keys, self.mlp = nn.Linear(48, 6), nn.Linear(6, 18), nn.Linear(6, 6)
        self.mixed, self.last = nn.Linear(6, 6), nn.Linear(6, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        batch, channels, height, width = x.shape
        x = x.view(batch, channels, height // 4, 4, width // 4, 4).permute(0, 2, 4, 3, 5, 1).flatten(3).flatten(1, 2)
        x = self.patches(x)
        q, k, v = self.keys(x).chunk(3, -1)
        if self.einsum:
            weights = torch.einsum("bnd,bmd->bnm", q, k).softmax(-1)
            x = x + self.mixed(torch.einsum("bnm,bmd->bnd", weights, v))
        else:
            weights = (q @ k.transpose(1, 2)).softmax(-1)
            x = x + self.mixed(weights @ v)
        x = self.mlp(x)
        scores: Tensor = self.last(x.mean(1))
        return scores


@pytest.mark.parametrize("einsum", [False, True])
def test_attention_that_is_written_out(einsum: bool) -> None:
    net = Network(seeded(Written(einsum)), Preprocess((8, 20), None))
    for name in ("patches", "mixed", "mlp"):
        assert isinstance(net.layers[name].layout, Tokens)
        assert (net.layers[name].height, net.layers[name].width) == (2, 5)
    assert [layer.name for layer in net.layers if layer.asked] == ["keys"]


class Pooled(nn.Module):
    """Tokens that are pooled to a smaller grid, and joined again with a class token that knows the picture."""

    def __init__(self) -> None:
        super().__init__()
        self.patches, self.pool, self.fc = nn.Conv2d(3, 6, 4, 4), nn.Conv2d(6, 8, 2, 2), nn.Linear(6, 8)
        self.attention, self.norm = nn.MultiheadAttention(6, 2, batch_first=True), nn.LayerNorm(8)
        self.cls_token, self.reg_token = nn.Parameter(torch.ones(1, 1, 6)), nn.Parameter(torch.ones(1, 2, 6))
        self.last = nn.Linear(8, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        x = self.patches(x)
        height, width = x.shape[2:]
        x = torch.cat([x.flatten(2).mT, self.cls_token, self.reg_token], 1)  # behind the patches
        x = x + self.attention(x, x, x)[0]
        maps, others = x[:, :-3].mT.unflatten(2, (height, width)), self.fc(x[:, -3:])
        x = self.norm(torch.cat([others, self.pool(maps).flatten(2).mT], 1))
        scores: Tensor = self.last(x[:, 0])
        return scores


def test_tokens_that_are_pooled_keep_their_names() -> None:
    net = Network(seeded(Pooled()), Preprocess((16, 24), None))
    first, second = net.layers["attention"], net.layers["norm"]
    assert (first.height, first.width, first.extra) == (4, 6, ("class", "register 1", "register 2"))
    assert (second.height, second.width, second.extra) == (2, 3, ("class", "register 1", "register 2"))
    x = torch.randn(1, 9, 8)
    assert torch.equal(second.layout.maps(x), x[:, 3:].mT.unflatten(2, (2, 3)))
    assert torch.equal(second.layout.others(x), x[:, :3].mT)
    heads = net.layers["attention heads"]
    assert (heads.channels, heads.height, heads.width, heads.extra) == (2, 4, 6, first.extra)
