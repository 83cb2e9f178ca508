"""The network that names pixels: its shape, its size, and how much of the scenes it gets right."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from deepvis_widgets.core.answers.pixels import Pixels
from deepvis_widgets.zoo.embedded import SIZE, load_module, normalise
from deepvis_widgets.zoo.load import load
from deepvis_widgets.zoo.pixels import PIXEL_LABELS, PIXELS, PixelNet, load_pixel_module
from deepvis_widgets.zoo.scenes import CLASSES, scene
from deepvis_widgets.zoo.training.dataset import draw, fresh_orders
from deepvis_widgets.zoo.training.evaluate_pixels import intersection_over_union, named, pixel_ious
from deepvis_widgets.zoo.training.train_pixels import pixel_labels


@pytest.fixture(scope="module")
def network() -> PixelNet:
    return load_pixel_module()


def test_weights_are_small_and_do_not_hold_the_trunk_again() -> None:
    stored = files("deepvis_widgets.zoo") / "weights" / f"{PIXELS}.safetensors"
    assert len(stored.read_bytes()) <= 300_000


def test_the_trunk_is_that_of_the_embedded_network(network: PixelNet) -> None:
    trunk = load_module("husky-wolf").get_submodule("features").state_dict()
    own = network.features.state_dict()
    assert trunk.keys() == own.keys() and all(torch.equal(trunk[key], own[key]) for key in trunk)
    assert not network.training and {p.dtype for p in network.parameters()} == {torch.float32}


@pytest.mark.parametrize("side", [64, 128])
def test_there_is_a_score_of_each_label_at_each_pixel(network: PixelNet, side: int) -> None:
    assert network(torch.zeros(2, 3, side, side)).shape == (2, len(PIXEL_LABELS), side, side)
    assert ("background", *CLASSES) == PIXEL_LABELS


def test_fresh_scenes_are_named_pixel_by_pixel(network: PixelNet) -> None:
    orders = [order for order in fresh_orders(60, seed=5_000_000) if (order.label + order.background) % 2 == 0]
    ious = pixel_ious(network, draw(orders, quiet=True))
    assert ious.keys() == set(PIXEL_LABELS) and ious["background"] >= 0.93
    assert sum(ious.values()) / len(ious) >= 0.8 and min(ious.values()) >= 0.5, ious  # three scenes each


def test_what_is_right_comes_from_the_mask() -> None:
    data = draw(fresh_orders(7, seed=1), quiet=True)  # two classes
    right = pixel_labels(data)
    assert torch.equal(right > 0, data.masks)
    assert all(set(right[i].unique().tolist()) == {0, 1 + int(data.labels[i])} for i in range(7))


def test_intersection_over_union_counts_pixels() -> None:
    generator = torch.Generator().manual_seed(0)
    given, right = (torch.randint(3, (2, 9, 9), generator=generator) for _ in range(2))
    for label, found in enumerate(intersection_over_union(given, right, 4)[:3].tolist()):
        both, either = ((given == label) & (right == label)).sum(), ((given == label) | (right == label)).sum()
        assert found == pytest.approx(float(both / either))
    assert intersection_over_union(given, right, 4)[3].isnan()


def test_batches_do_not_change_what_is_named(network: PixelNet) -> None:
    data = draw(fresh_orders(3, seed=9), quiet=True)
    assert torch.equal(named(network, data, batch=3), named(network, data, batch=2))


def test_it_loads_by_name_as_a_network_that_names_pixels(tmp_path: Path) -> None:
    net = load(PIXELS)
    assert isinstance(net.answers, Pixels) and tuple(net.labels) == PIXEL_LABELS and net.size == (SIZE, SIZE)
    wolf = scene("wolf", "snow", 3)
    found = load_pixel_module()(normalise(torch.from_numpy(np.array(wolf.image)).permute(2, 0, 1)[None] / 255))
    torch.testing.assert_close(net.module(net.preprocess(wolf.image)[None]), found)
    share = (found.argmax(1) == PIXEL_LABELS.index("wolf")).float().mean()
    shown = net.answers.bars(net.answers.scores(found), net.answers.pick(found))
    assert shown[PIXEL_LABELS.index("wolf")] == pytest.approx(float(share)) and share > 0.1
    save_file(net.module.state_dict(), tmp_path / "whole.safetensors")
    again, random = load(PIXELS, tmp_path / "whole.safetensors"), load(PIXELS, "random")
    assert all(torch.equal(a, b) for a, b in zip(again.module.parameters(), net.module.parameters(), strict=True))
    assert not torch.equal(next(random.module.parameters()), next(net.module.parameters()))
