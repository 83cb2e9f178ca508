"""A network that passes two pictures, one after the other, through the same layers."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

import deepvis_widgets as dv
from deepvis_widgets.widgets.explorer.explorer import Explorer
from tests.small_nets import Plain, seeded

SIDE = 24
PREPARE = dv.Preprocess((SIDE, SIDE), None)
ONE, OTHER = (torch.rand(3, SIDE, SIDE, generator=torch.Generator().manual_seed(seed)) for seed in (1, 2))


class Both(Plain):
    """The picture first, or the other one."""

    def __init__(self, first: bool) -> None:
        super().__init__()
        self.first = first

    def forward(self, x: Tensor, other: Tensor) -> Tensor:
        own, given = [super(Both, self).forward(each) for each in ((x, other) if self.first else (other, x))]
        return own - given if self.first else given - own


@pytest.mark.parametrize("first", [True, False])
def test_grad_cam_weighs_maps_of_the_picture(first: bool) -> None:
    net = dv.Network(seeded(Both(first)), PREPARE, inputs={"other": dv.Picture(PREPARE)}).given(other=OTHER)
    plain = seeded(Plain())
    plain.load_state_dict(net.module.state_dict())
    expected = dv.explain(dv.Network(plain, PREPARE), ONE, "grad_cam", target=1)
    found = dv.explain(net, ONE, "grad_cam", target=1)
    torch.testing.assert_close(found.coarse, expected.coarse)


def test_the_explorer_shows_layers_of_the_other_picture() -> None:
    net = dv.Network(seeded(Both(True)), PREPARE, inputs={"other": dv.Picture(PREPARE)}).given(other=OTHER)
    explorer = Explorer(net, ONE)
    try:
        for layer in net.layers.names:
            explorer.layer, explorer.tiles = layer, "gradient"
            assert explorer.session.idle(60)
            assert explorer.panes.stage.port.values["notice"] == ""
    finally:
        explorer.close()
