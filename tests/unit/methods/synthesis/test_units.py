"""Tiles of a layer in batches: each is the picture of its unit alone, in a few looks."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.core.results import Pictures
from deepvis_widgets.methods import explain
from deepvis_widgets.methods.synthesis import SynthesisParams, units
from deepvis_widgets.methods.synthesis.units import UnitsDrawn, batches, draw_units
from tests.small_nets import Fire


@pytest.fixture
def net() -> Network:
    torch.manual_seed(0)
    return Network(nn.Sequential(Fire(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(9, 4)), Preprocess((20, 20)))


def test_a_batch_holds_what_was_made_in_one_place(net: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(units, "TOGETHER", 3)
    found = [[unit.channel for unit in batch] for batch in batches(net, "0", [8, 0, 1, 5, 6, 7, 3])]
    assert found == [[8, 5, 6], [7], [0, 1, 3]]
    assert batches(net, "0", []) == []


def test_every_tile_is_the_picture_of_its_unit_alone(net: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(units, "LOOK", 4)
    told: list[tuple[float, UnitsDrawn | None]] = []
    params = SynthesisParams(pictures=4, steps=10)
    draw_units(net, "0", [0, 6, 8], params, lambda fraction, part=None: told.append((fraction, part)))
    assert [round(30 * fraction) for fraction, _ in told] == [*range(1, 11), *range(12, 31, 2)]
    looks = [(sorted(part.pictures), part.done) for _, part in told if part]
    assert looks == [([0], False), ([0], False), ([0], True), ([6, 8], False), ([6, 8], False), ([6, 8], True)]
    finished = {c: picture for _, part in told if part and part.done for c, picture in part.pictures.items()}
    for channel, picture in finished.items():
        alone = explain(net, None, "activation_maximization", layer="0", unit=channel, pictures=1, steps=10)
        assert isinstance(alone, Pictures)
        torch.testing.assert_close(picture, alone.crops[0], rtol=0, atol=1e-3)
    assert float((finished[6] - finished[8]).abs().max()) > 0.05
