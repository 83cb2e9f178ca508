"""Many units in one batch: each picture is the one it would be alone."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.methods.synthesis.many import Stage, grow, saturated

STAGES = (Stage(16, 5), Stage(24, 4, 1.0))


def network(dtype: torch.dtype = torch.float64) -> Network:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        layers = [nn.Conv2d(3, 6, 5, 2, 2), nn.ReLU(True), nn.Conv2d(6, 8, 3, 1, 1), nn.ReLU(True)]
        module = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 4))
    return Network(module.to(dtype).eval(), Preprocess((32, 32), None, (0.5,) * 3, (0.25,) * 3))


@pytest.mark.parametrize("layer, channels", [("2", [0, 3, 5, 7]), ("3", [1, 6]), (None, [0, 1, 3])])
def test_a_batch_is_one_at_a_time(layer: str | None, channels: list[int]) -> None:
    net = network()
    together = grow(net, layer, channels, STAGES)
    alone = torch.cat([grow(net, layer, [channel], STAGES) for channel in channels])
    assert together.shape == (len(channels), 3, 24, 24)
    torch.testing.assert_close(together, alone, rtol=0, atol=1e-6)  # of float32 pictures; computed in float64
    apart = (together[:, None] - together[None]).abs().amax((2, 3, 4))
    assert (apart + torch.eye(len(channels)) > 0.05).all()


def test_a_unit_likes_its_own_picture_best() -> None:
    net = network(torch.float32)
    channels = list(range(8))
    made = grow(net, "2", channels, (Stage(16, 40), Stage(32, 20)))
    output = net.run(net.feed(made), keep=["2"]).outputs["2"]
    assert output.mean((2, 3)).argmax(0).tolist() == channels


def test_the_picture_is_full_of_it_and_of_contrast() -> None:
    (made,) = grow(network(torch.float32), "2", [5], (Stage(24, 40),))
    assert float(made.min()) == 0 or float(made.max()) == 1
    quarters = made.unfold(1, 12, 12).unfold(2, 12, 12)
    assert float(quarters.std((0, 3, 4)).min()) > 0.3 * float(made.std())  # no corner stays grey


def test_full_contrast_leaves_a_percent_outside() -> None:
    boxes = 0.5 + torch.linspace(-0.1, 0.1, 1001).view(1, 1, 1, -1)
    shown = saturated(boxes, torch.full((1, 1, 1), 0.5))
    assert 0.005 < float(((shown == 0) | (shown == 1)).float().mean()) <= 0.012
    grey = torch.full((2, 3, 4, 4), 0.5)
    assert torch.equal(saturated(grey, torch.full((3, 1, 1), 0.5)), grey)


def test_no_number_is_one_sentence() -> None:
    net = network(torch.float32)
    with torch.no_grad():
        net.module[2].weight.fill_(float("inf"))
    with pytest.raises(DeepvisError, match="NaN or infinite; try a lower"):
        grow(net, "2", [0], (Stage(16, 1),))


def test_the_rate_falls_at_the_end() -> None:
    assert list(Stage(8, 10, 2.0).rates()) == [2.0] * 7 + [0.8] * 3
