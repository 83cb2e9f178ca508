"""The controls of the overlay, without an engine: they show the state, and set it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import torch

from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.widgets.explorer.overlay_controls import OverlayControls
from deepvis_widgets.widgets.explorer.state import ExplorerState
from deepvis_widgets.widgets.kit.layout import close_all
from tests.small_nets import Plain

SIDE = 32


@dataclass
class Shown:
    state: ExplorerState
    controls: OverlayControls
    said: list[str]

    def control(self, name: str) -> Any:
        (made,) = self.controls.params.children
        return made.by_name[name]


@pytest.fixture
def shown() -> Iterator[Shown]:
    torch.manual_seed(0)
    state, said = ExplorerState(), []
    state.begin(Network(Plain(), Preprocess((SIDE, SIDE), None)), torch.rand(3, SIDE, SIDE))
    state.method = "smoothgrad"
    found = Shown(state, OverlayControls(state, print, said.append), said)
    yield found
    found.controls.close()
    close_all(found.controls.rows)


def test_controls_set_the_parameters_of_their_method(shown: Shown) -> None:
    shown.control("samples").value = 7
    assert shown.state.params["smoothgrad"]["samples"] == 7


def test_parameters_that_are_set_move_the_controls_and_are_kept_as_they_were_set(shown: Shown) -> None:
    shown.state.params = {"smoothgrad": {"samples": 7, "noise": 1}, "lime": {}}
    assert (shown.control("samples").value, shown.control("noise").value) == (7, 1.0)
    assert shown.state.params == {"smoothgrad": {"samples": 7, "noise": 1}, "lime": {}}
    shown.state.params = {}
    assert (shown.control("samples").value, shown.control("noise").value) == (50, 0.15)
    assert shown.state.params == {}


def test_controls_that_are_made_later_show_what_was_set_before(shown: Shown) -> None:
    shown.state.params = {"occlusion": {"window": 24}}
    shown.state.method = "occlusion"
    assert shown.control("window").value == 24
    assert shown.state.params == {"occlusion": {"window": 24}}


def test_controls_out_of_sight_follow_too(shown: Shown) -> None:
    shown.state.method = "cam"
    shown.state.params = {"smoothgrad": {"samples": 9}}
    shown.state.method = "smoothgrad"
    assert shown.control("samples").value == 9


def test_bad_parameters_leave_the_controls(shown: Shown) -> None:
    shown.state.params = {"smoothgrad": {"samples": 7}}
    with pytest.raises(DeepvisError):
        shown.state.params = {"smoothgrad": {"samples": 0}}
    assert shown.control("samples").value == 7 and shown.said == []


def test_a_control_that_is_refused_says_why_and_goes_back(shown: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Any) -> None:
        raise DeepvisError("Not this one.")

    shown.state.params = {"smoothgrad": {"samples": 7}}
    monkeypatch.setattr("deepvis_widgets.widgets.explorer.state.as_params", refuse)
    shown.control("samples").value = 8
    assert shown.said == ["Not this one."]
    assert shown.control("samples").value == 7 and shown.state.params == {"smoothgrad": {"samples": 7}}
