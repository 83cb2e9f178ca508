"""What the relevance board shows and what it refuses, without a widget."""

from __future__ import annotations

import pytest

from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.widgets.relevance.board_state import RelevanceState
from deepvis_widgets.widgets.relevance.toy_network import START_BIASES, START_INPUTS


@pytest.fixture
def state() -> RelevanceState:
    return RelevanceState()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("inputs", (1, 2)),
        ("inputs", "123"),
        ("inputs", (1, 2, float("nan"))),
        ("weights", {(1, 7): 1}),
        ("weights", [1]),
        ("biases", {3: 1}),
        ("rule", "delta"),
        ("epsilon", 0),
        ("gamma", -1),
        ("alpha", 0.5),
        ("step", 8),
        ("chosen", "w17"),
    ],
)
def test_what_does_not_fit_raises_and_changes_nothing(state: RelevanceState, name: str, value: object) -> None:
    old = getattr(state, name)
    with pytest.raises(DeepvisError):
        setattr(state, name, value)
    assert getattr(state, name) == old


def test_one_number_is_set_by_its_name(state: RelevanceState) -> None:
    state.set("w67", 0.75)
    state.set("a2", -1)
    state.set("b5", 2)
    assert [state.value_of(name) for name in ("w67", "a2", "b5")] == [0.75, -1, 2]
    state.set("w67", None)
    assert (6, 7) not in state.weights and state.value_of("w67") == 0


def test_a_chosen_number_is_pointed_at_until_the_next_step(state: RelevanceState) -> None:
    state.chosen = "w14"
    assert state.pointed == (1, 4)
    state.set("w14", None)
    assert state.pointed is None, "an edge that is gone"
    state.chosen = "w15"
    assert state.pointed is None, "an edge that never was"
    state.chosen = "b6"
    state.step = 1
    assert state.pointed is None


def test_all_numbers_change_at_once(state: RelevanceState) -> None:
    seen: list[float] = []
    state.observe(lambda _: seen.append(state.flow.sums[4]), names=["inputs", "weights"])
    state.replace((1, 1, 1), {(1, 4): 2.0, (4, 7): 1.0}, START_BIASES)
    assert seen == [2.1, 2.1] and state.inputs != START_INPUTS
