"""Controls and a state that follow each other, without a page."""

from __future__ import annotations

import ipywidgets
import pytest
import traitlets

from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.widgets.board.binding import Binding, follow_steps
from deepvis_widgets.widgets.kit.player import Player


class State(traitlets.HasTraits):
    """A number up to 3, and a step."""

    number = traitlets.Int(1)
    step = traitlets.Int(0)

    @traitlets.validate("number")
    def _check(self, proposal: dict[str, int]) -> int:
        if proposal["value"] > 3:
            raise DeepvisError(f"{proposal['value']} is too large.")
        return proposal["value"]


def bound() -> tuple[State, ipywidgets.IntSlider, list[str], list[int]]:
    state, slider, said, seen = State(), ipywidgets.IntSlider(), [], []
    binding = Binding(lambda: slider.set_trait("value", state.number), said.append)
    binding.follow(slider, lambda value: state.set_trait("number", value))
    state.observe(lambda change: (binding.show(), seen.append(change["new"])), names="number")
    binding.show()
    return state, slider, said, seen


def test_a_control_sets_the_state_and_shows_it() -> None:
    state, slider, said, seen = bound()
    assert slider.value == 1 and seen == []
    slider.value = 2
    assert state.number == 2 and said == [""]
    state.number = 3
    assert slider.value == 3 and seen == [2, 3] and said == [""], "what Python sets is not set again by the control"


def test_what_is_refused_is_said_and_the_control_goes_back() -> None:
    state, slider, said, _ = bound()
    slider.value = 9
    assert (state.number, slider.value, said) == (1, 1, ["9 is too large."])


def test_steps_follow_both_ways() -> None:
    state, player = State(), Player(4)
    follow_steps(state, player)
    state.step = 2
    assert player.step == 2
    player.go(9)
    assert state.step == 3


def test_a_dragged_slider_is_not_told_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    state, player, gone = State(), Player(9), []
    follow_steps(state, player)
    monkeypatch.setattr(player, "go", gone.append)
    player._slider.value = 5
    assert state.step == 5 and gone == []
