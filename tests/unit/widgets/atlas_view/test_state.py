"""Where one is in an atlas, without a widget."""

from __future__ import annotations

from pathlib import Path

import pytest

import deepvis_widgets as dv
from deepvis_widgets.widgets.atlas_view.state import AtlasState
from tests.unit.atlas.small import small_network


@pytest.fixture
def state(built: tuple[Path, Path]) -> AtlasState:
    made = AtlasState(dv.Atlas.open(built[1], small_network()))
    made.address = "features.1:2"
    return made


@pytest.mark.parametrize("address", ["nowhere", "features.1:999", "features.1:x", ":"])
def test_an_address_that_does_not_exist_changes_nothing(state: AtlasState, address: str) -> None:
    with pytest.raises(dv.DeepvisError):
        state.address = address
    assert state.address == "features.1:2" and state.place == ("features.1", 2)


def test_steps_go_round_and_round(state: AtlasState) -> None:
    channels = state.atlas.network.layers["features.1"].channels
    state.step(channels - 2)
    assert state.address == "features.1:0"
    state.step(-1)
    assert state.address == f"features.1:{channels - 1}"
    state.go_to_layer()
    assert state.address == "features.1"
