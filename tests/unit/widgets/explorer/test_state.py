"""The Explorer's state, without a widget and without an engine."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.network.target import Target
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.widgets.explorer import answers
from deepvis_widgets.widgets.explorer.commands import Commands
from deepvis_widgets.widgets.explorer.question import freeze
from deepvis_widgets.widgets.explorer.state import BACKWARD_MODES, ExplorerState
from tests.small_nets import Plain

SIDE = 32


@pytest.fixture
def state() -> ExplorerState:
    torch.manual_seed(0)
    made = ExplorerState()
    made.begin(Network(Plain(), Preprocess((SIDE, SIDE), None), name="small"), torch.rand(3, SIDE, SIDE))
    return made


@pytest.mark.parametrize(
    ("trait", "value", "words"),
    [
        ("layer", "nowhere", "no layer"),
        ("unit", 99, "no unit 99"),
        ("position", (99, 0), "no position"),
        ("target", 77, "no class 77"),
        ("method", "magic", "no method"),
        ("occluder", (0, 0, 99, 99), "inside the picture"),
        ("image", "missing.png", "no file"),
        ("image", None, "not a picture"),
    ],
)
def test_what_does_not_exist_is_refused_and_changes_nothing(
    state: ExplorerState, trait: str, value: Any, words: str
) -> None:
    before, view = getattr(state, trait), state.view
    with pytest.raises(DeepvisError, match=words):
        setattr(state, trait, value)
    assert getattr(state, trait) is before and state.view is view


@pytest.mark.parametrize("name", ["view", "cover", "opened", "top", "held", "visible"])
def test_what_follows_from_elsewhere_cannot_be_set(state: ExplorerState, name: str) -> None:
    before = getattr(state, name)
    with pytest.raises(DeepvisError, match=f"^{name} cannot be set: .*\\.$"):
        setattr(state, name, 1)
    assert getattr(state, name) is before


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"magic": {}}, 'no method "magic"'),
        ({"occlusion": {"windw": 3}}, 'no parameter "windw"'),
        ({"occlusion": {"window": 0}}, "window=0 is not accepted"),
        ({"occlusion": {"window": "wide"}}, "window='wide' is not accepted"),
        ({"occlusion": 3}, "is not accepted"),
        ("wide", "is not accepted"),
        (None, "is not accepted"),
    ],
)
def test_parameters_that_do_not_exist_are_refused_and_change_nothing(
    state: ExplorerState, params: Any, words: str
) -> None:
    assert state.params == {}
    state.params = before = {"occlusion": {"window": 24}}
    with pytest.raises(DeepvisError, match=words) as raised:
        state.params = params
    assert str(raised.value).endswith(".") and "\n" not in str(raised.value)
    assert state.params == before


def test_parameters_are_those_that_were_set_not_what_becomes_of_them(state: ExplorerState) -> None:
    given: dict[str, Any] = {"occlusion": {"window": 24}}
    state.params = given
    given["occlusion"]["window"] = -1
    assert state.params == {"occlusion": {"window": 24}} and ExplorerState().params == {}


def test_a_picture_brings_its_view_and_its_cover_and_forgets_the_top_class(state: ExplorerState) -> None:
    opened = state.opened
    state.know_top(state.view, 3)
    assert state.top == 3
    state.image = torch.zeros(3, SIDE, SIDE)
    assert state.opened == opened + 1 and state.top is None
    assert float(state.view.max()) == 0.0 and float(state.cover.min()) == 0.5
    state.fill = "black"
    assert float(state.cover.max()) == 0.0


def test_the_same_picture_is_opened_again_after_the_camera(state: ExplorerState) -> None:
    state.image = picture = torch.zeros(3, SIDE, SIDE)
    opened = state.opened
    state.film(torch.ones(3, SIDE, SIDE))
    assert state.opened == opened and float(state.view.min()) == 1.0
    state.image = picture
    assert state.opened == opened + 1 and float(state.view.max()) == 0.0


def test_another_layer_keeps_no_unit_and_no_position_that_it_has_not(state: ExplorerState) -> None:
    state.layer, state.unit, state.position = "features.4", 7, (2, 3)
    state.scroll(torch.tensor([6, 7]))
    state.layer = "features.0"
    assert (state.unit, state.position, state.on_screen.tolist()) == (0, None, list(range(6)))


def test_a_frozen_unit_is_held_with_its_place(state: ExplorerState) -> None:
    state.layer, state.unit, state.position = "features.4", 2, (1, 1)
    state.frozen = True
    state.unit = 5
    assert state.held == Target(2, "features.4", (1, 1))
    state.frozen = False
    assert state.held is None


def test_a_question_does_not_follow_the_state(state: ExplorerState) -> None:
    state.layer, state.params = "features.0", {"cam": {}}
    question = freeze(state, (0, 0, 8, 8), everything=False, dragged=True)
    assert question is not None and not question.settled
    view, units = question.view.clone(), question.units
    state.layer, state.fill, state.target, state.filming = "features.4", "black", 3, True
    state.image = torch.zeros(3, SIDE, SIDE)
    assert question.unit.layer == "features.0" and not question.filming and question.target is None
    assert units is not None and units.tolist() == list(range(6)) and torch.equal(question.view, view)


def test_only_what_rests_is_settled(state: ExplorerState) -> None:
    settled = freeze(state)
    assert settled is not None and settled.settled
    state.filming = True
    filmed = freeze(state)
    assert filmed is not None and filmed.filming and not filmed.settled


def test_without_a_picture_there_is_no_question(state: ExplorerState) -> None:
    state.film(None)
    assert freeze(state) is None


def test_every_backward_mode_has_its_rules() -> None:
    assert ("off", *answers.BACKWARD) == BACKWARD_MODES


def test_keys_set_the_state(state: ExplorerState) -> None:
    done: list[Any] = []
    commands = Commands(state, done.append, lambda: done.append("draw"))
    state.layer = state.network.layers.names[0]
    for command in ("layer-next", "gamma", "boost", "pattern", "camera", "probabilities", "freeze", "picture-next"):
        commands.press(command)
    assert state.layer == state.network.layers.names[1]
    assert (state.gamma, state.boost, state.tiles, state.filming) == (0.3, 0.3, "pictures", True)
    assert not state.shares and state.frozen
    commands.press("unit-pictures")
    commands.press("reset")
    assert (state.gamma, state.boost, state.tiles, state.frozen) == (0.5, 0.0, "activation", False)
    assert done == [1, "draw"]
