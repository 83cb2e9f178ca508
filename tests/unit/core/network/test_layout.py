"""Where rows, columns and channels lie in what a layer returns."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from deepvis_widgets.core.network.layout import Layout, Tokens
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.preprocess import Preprocess
from tests.families import network, picture
from tests.small_nets import CLASSES, seeded

SIDE = 12
SMALL = Preprocess((SIDE, SIDE), None)


class Vision(nn.Module):
    """Maps, then maps with their channels last, then tokens, then a vector."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.norm, self.mlp = nn.Conv2d(3, 6, 2, 2), nn.LayerNorm(6), nn.Linear(6, 6)
        self.turn = Turn()
        self.attention = nn.MultiheadAttention(6, 2, batch_first=True)
        self.token, self.last = nn.Parameter(torch.ones(1, 1, 6)), nn.Linear(6, CLASSES)
        self.mixed = nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        x = self.mlp(self.norm(self.turn(self.conv(x))))
        x = torch.cat([self.token.expand(len(x), -1, -1), x.flatten(1, 2)], 1)
        x = self.mixed(x + self.attention(x, x, x)[0])
        scores: Tensor = self.last(x[:, 0])
        return scores


class Turn(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x.permute(0, 2, 3, 1)


def test_layouts() -> None:
    """6 channels, rows and columns: only where they lie tells them apart."""
    net = Network(seeded(Vision()), SMALL)
    expected = {
        "conv": Layout.MAPS,
        "turn": Layout.LAST,
        "norm": Layout.LAST,
        "mlp": Layout.LAST,
        "last": Layout.VECTOR,
    }
    assert {layer.name: layer.layout for layer in net.layers if layer.name in expected} == expected
    assert all(isinstance(net.layers[name].layout, Tokens) for name in ("attention", "mixed"))
    shapes = {layer.name: (layer.channels, layer.height, layer.width) for layer in list(net.layers)[:-1]}
    assert shapes.pop("attention heads") == (2, 6, 6)
    assert set(shapes.values()) == {(6, 6, 6)}
    found = net.record(picture(SIDE)).outputs
    turned = net.layers["turn"].layout.maps(found["turn"])
    assert torch.equal(turned, found["conv"])
    tokens = net.layers["mixed"].layout.maps(found["mixed"])
    assert torch.equal(tokens[0, 2, 1, 3], found["mixed"][0, 1 + 1 * 6 + 3, 2])
    assert net.layers["mlp"].field.size == (2, 2) and net.layers["mixed"].field.whole
    assert net.layers["mixed"].extra == ("token",)


def test_layouts_of_torchvision() -> None:
    layers = network("convnext_tiny").layers
    assert layers["features.1.0.block.1"].layout == Layout.LAST  # the first Permute of a stage
    assert layers["features.1.0.block.2"].layout == Layout.LAST
    assert layers["features.1.0.block.5"].layout == Layout.LAST
    assert layers["features.1.0.block.0"].layout == Layout.MAPS
    assert network("swin_t").layers["features.0.1"].layout == Layout.LAST
    assert network("swin_t").layers["features.1.0"].field.whole  # attention and a sum: no position is local any more
    assert isinstance(network("vit_b_32").layers["encoder.ln"].layout, Tokens)
