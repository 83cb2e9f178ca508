"""What the occlusion lab accepts, and what follows what, without a lab."""

from __future__ import annotations

from typing import Any

import pytest

from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.widgets.occlusion.state import OcclusionState, last_maps
from tests.small_nets import Plain


@pytest.fixture
def state() -> OcclusionState:
    made = OcclusionState(Network(Plain(), Preprocess((32, 32), None)))
    made.window = 8
    made.layer = last_maps(made.network)
    return made


def test_the_last_layer_with_maps_knows_where_things_are(state: OcclusionState) -> None:
    assert state.layer == "features.4"


def test_a_smaller_window_pulls_the_stride_and_the_occluder_after_it(state: OcclusionState) -> None:
    state.occluder = (3, 4, 8, 8)
    state.window = 6
    assert (state.stride, state.occluder) == (6, (3, 4, 6, 6))


def test_an_occluder_of_another_size_makes_a_window_of_its_longer_side(state: OcclusionState) -> None:
    state.occluder = (24, 4, 6, 12)
    assert state.window == 12 and state.occluder == (20, 4, 12, 12)
    state.occluder = None
    assert state.occluder == (0, 0, 12, 12)


def test_another_layer_lets_the_unit_go(state: OcclusionState) -> None:
    state.unit = 7
    state.layer = "features.1"
    assert state.unit is None


@pytest.mark.parametrize(
    ("trait", "value", "words"),
    [
        ("window", 3, "window=3 is not accepted; accepted: 4 to 32."),
        ("stride", 9, "stride=9 is not accepted; accepted: 1 to the window, 8."),
        ("unit", 99, "no unit 99"),
        ("occluder", (30, 30, 8, 8), "does not lie inside"),
    ],
)
def test_what_does_not_exist_is_refused(state: OcclusionState, trait: str, value: Any, words: str) -> None:
    before = getattr(state, trait)
    with pytest.raises(DeepvisError, match=words):
        setattr(state, trait, value)
    assert getattr(state, trait) == before
