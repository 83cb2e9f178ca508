"""Grad-CAM of a region of pixels: the weights by hand, in float64, and where they do not depend on the region."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import deepvis_widgets as dv

SIDE = 16
PREPARE = dv.Preprocess((SIDE, SIDE), None)
VIEW = torch.rand(3, SIDE, SIDE, generator=torch.Generator().manual_seed(5))
UPPER, LOWER = (1, 2, 5, 12), (10, 1, 4, 9)  # boxes


class Segmenter(nn.Module):
    """Two convolutions with rectifiers, a head of 1 × 1, and twice the size."""

    def __init__(self) -> None:
        super().__init__()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(2)
            self.first, self.second = nn.Conv2d(3, 6, 3, 2, 1), nn.Conv2d(6, 8, 3, padding=1)
            self.relu1, self.relu2, self.head = nn.ReLU(), nn.ReLU(), nn.Conv2d(8, 4, 1)

    def rest(self, maps: Tensor) -> Tensor:
        scores = self.head(self.relu2(self.second(maps)))
        return F.interpolate(scores, scale_factor=2, mode="bilinear", align_corners=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.rest(self.relu1(self.first(x)))


class Linear(nn.Module):
    """One convolution, its rectifier, and a head of 1 × 1: nothing after the rectifier knows of places."""

    def __init__(self) -> None:
        super().__init__()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(3)
            self.conv, self.relu, self.head = nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 4, 1)

    def forward(self, x: Tensor) -> Tensor:
        scores: Tensor = self.head(self.relu(self.conv(x)))
        return scores


def network(make: Callable[[], nn.Module]) -> dv.Network:
    return dv.Network(make().double().eval(), PREPARE, answers=dv.Pixels(list("abcd")))


def by_hand(net: dv.Network, box: tuple[int, int, int, int], channel: int) -> Tensor:
    """Vinogradova's sum over the region, over its size, one channel at a time."""
    module = net.module
    assert isinstance(module, Segmenter)
    maps = module.relu1(module.first(net.feed(VIEW[None]))).detach().requires_grad_()
    top, left, height, width = box
    region = module.rest(maps)[0, channel, top : top + height, left : left + width]
    (gradient,) = torch.autograd.grad(region.sum() / region.numel(), maps)
    found = torch.zeros(maps.shape[2:], dtype=torch.float64)
    for k in range(maps.shape[1]):
        found += gradient[0, k].sum() / gradient[0, k].numel() * maps[0, k].detach()
    return found.clamp(min=0)


@pytest.mark.parametrize("box", [UPPER, LOWER])
def test_the_default_layer_is_the_last_whose_weights_depend_on_the_region(box: tuple[int, int, int, int]) -> None:
    net = network(Segmenter)
    found = dv.explain(net.at(box), VIEW, "grad_cam", target="b")
    torch.testing.assert_close(found.coarse, by_hand(net, box, 1), rtol=1e-9, atol=1e-12)
    assert found.note == "maps of relu1"
    torch.testing.assert_close(found.coarse, dv.explain(net.at(box), VIEW, "grad_cam", target="b", at="relu1").coarse)


def test_two_regions_have_two_maps() -> None:
    net = network(Segmenter)
    one, other = (dv.explain(net.at(box), VIEW, "grad_cam", target="b").coarse for box in (UPPER, LOWER))
    assert float((one / one.norm() - other / other.norm()).norm()) > 0.1


@pytest.mark.parametrize("at", ["relu2", "head"])
def test_before_a_head_of_one_pixel_a_note_says_that_any_region_has_the_same_map(at: str) -> None:
    net = network(Segmenter)
    one, other = (dv.explain(net.at(box), VIEW, "grad_cam", target="b", at=at) for box in (UPPER, LOWER))
    torch.testing.assert_close(one.coarse, other.coarse, rtol=1e-9, atol=1e-12)
    assert one.note == f"any region gets the same map: after {at} all places are weighed alike"


def test_a_network_without_such_a_layer_says_so() -> None:
    net = network(Linear)
    assert isinstance(net.module, Linear)
    found = dv.explain(net.at(UPPER), VIEW, "grad_cam", target="b")
    assert found.note.startswith("any region gets the same map: after head")
    scores = net.module(net.feed(VIEW[None]))[0, 1].detach()
    torch.testing.assert_close(found.coarse, scores.clamp(min=0) / scores.numel(), rtol=1e-9, atol=1e-12)


def test_the_embedded_network_tells_regions_apart() -> None:
    net, scene = dv.load("husky-wolf-pixels"), dv.scene("wolf", "snow", seed=3)
    found = [dv.explain(net.at(box), scene, "grad_cam", target="wolf") for box in ((40, 30, 40, 40), (0, 0, 30, 30))]
    assert {result.note for result in found} == {"maps of head.relu1"}
    one, other = (result.coarse / result.coarse.norm() for result in found)
    assert float((one - other).norm()) > 0.05


def test_classes_are_weighed_as_before() -> None:
    assert dv.explain(dv.load("husky-wolf"), dv.scene("wolf", seed=3), "grad_cam").note == ""
