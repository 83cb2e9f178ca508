"""The state of a lesson without a widget: what may be set, what follows from it, and when a vote stands."""

from __future__ import annotations

from typing import Any

import pytest

from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.widgets.husky_wolf.scenes import BIASED, HONEST
from deepvis_widgets.widgets.husky_wolf.state import HuskyWolfState, checked_votes, offered
from deepvis_widgets.widgets.husky_wolf.vote import SNOW, Vote


@pytest.mark.parametrize(
    ("trait", "value", "words"),
    [
        ("stage", 5, "no step 5"),
        ("stage", 0, "no step 0"),
        ("stage", "two", "no step"),
        ("network", "C", "accepted: A, B"),
        ("method", "magic", "no method"),
        ("method", "activation_maximization", "accepted"),
        ("voters", "two", "accepted: one, class"),
        ("picture", 10, "accepted are 0 to 9"),
        ("picture", -2, "accepted are 0 to 9"),
        ("votes", {"C": {}}, "votes are"),
        ("votes", {"A": {"later": {}}}, "votes are"),
        ("votes", {"A": {"before": {"yes": -1}}}, "number of hands"),
        ("votes", {"A": {"before": {"named": {"its tail": 1}}}}, "names something else"),
    ],
)
def test_bad_input_is_one_sentence_and_changes_nothing(trait: str, value: Any, words: str) -> None:
    state = HuskyWolfState()
    before = getattr(state, trait)
    with pytest.raises(DeepvisError, match=words):
        setattr(state, trait, value)
    assert getattr(state, trait) == before


def test_votes_are_filled_in() -> None:
    state = HuskyWolfState()
    assert state.votes == checked_votes({}) and not state.voted
    state.votes = {"B": {"after": {"no": 2}}}
    assert state.vote("after", "B") == Vote(0, 2) and state.vote("before", "A") == Vote() and state.voted


def test_pictures_are_those_that_were_given() -> None:
    state = HuskyWolfState()
    state.given = [("wolf", "snow", 7)]
    state.picture = 0
    with pytest.raises(DeepvisError, match="accepted are 0 to 0"):
        state.picture = 1


def test_a_vote_goes_to_the_network_and_the_time_of_the_step() -> None:
    state = HuskyWolfState()
    state.cast(1, 0, {"the coat": 1})
    state.stage = 3
    state.cast(0, 1, {SNOW: 1})
    assert state.vote("before", "A") == Vote(1, 0, {"the coat": 1}) and state.vote("after", "A") == Vote(
        0, 1, {SNOW: 1}
    )
    state.stage = 2
    with pytest.raises(DeepvisError, match="Step 2 has no vote"):
        state.cast(1, 0)


def test_nobody_goes_on_without_a_vote() -> None:
    state = HuskyWolfState()
    with pytest.raises(DeepvisError, match="Nobody has voted"):
        state.next()
    state.cast(0, 0, {SNOW: 1})
    with pytest.raises(DeepvisError, match="Nobody has voted"):
        state.next()
    state.cast(0, 1)
    state.next()
    assert state.stage == 2


def test_the_first_vote_stands_once_the_explanations_were_seen() -> None:
    state = HuskyWolfState()
    assert not state.locked
    state.cast(1, 0)
    state.next()
    assert state.opened == ("A",)
    state.back()
    assert state.locked
    with pytest.raises(DeepvisError, match="first vote stands"):
        state.cast(0, 1)
    state.next()
    assert state.stage == 2, "it need not be cast again"


def test_what_was_seen_cannot_be_unseen_in_the_same_step() -> None:
    state = HuskyWolfState(stage=2)
    state.opened = ()
    assert state.opened == ("A",)


def test_the_other_network_begins_with_its_answers() -> None:
    state = HuskyWolfState(stage=3)
    state.network = "B"
    assert (state.stage, state.opened) == (1, ("A",))
    state.stage = 4
    assert state.opened == ("A", "B")
    state.network = "A"
    assert state.stage == 4, "this network's explanations were seen before"
    state.other()
    assert (state.stage, state.network) == (1, "B")


def test_another_network_keeps_the_step_and_the_votes() -> None:
    state = HuskyWolfState()
    state.cast(1, 0)
    state.network = "B"
    assert state.stage == 1
    state.cast(0, 1)
    state.stage = 3
    state.network = "A"
    assert (state.stage, state.left, state.opened) == (3, 0, ("A", "B"))
    assert state.vote("before", "A") == Vote(1, 0) and state.vote("before", "B") == Vote(0, 1)


def test_the_step_left_for_a_first_vote_comes_back() -> None:
    state = HuskyWolfState()
    state.cast(1, 0)
    state.stage = 3
    state.network = "B"
    assert (state.stage, state.left) == (1, 3), "nobody has voted on it yet"
    state.network = "A"
    assert (state.stage, state.left) == (3, 0)
    state.network = "B"
    state.cast(0, 1)
    state.next()
    assert (state.stage, state.left) == (2, 0)
    state.network = "A"
    assert state.stage == 2
    state.network = "B"
    state.restart(0)
    assert (state.stage, state.left) == (1, 0)


def test_votes_are_those_of_one_kind_of_voters() -> None:
    state = HuskyWolfState(voters="class")
    state.cast(17, 4)
    with pytest.raises(DeepvisError, match="restart"):
        state.voters = "one"
    state.restart(0)
    state.voters = "one"
    assert state.voters == "one"


def test_starting_again_forgets_the_votes_and_draws_anew() -> None:
    state, seen = HuskyWolfState(stage=4, picture=3), set()
    for seed in range(6):
        state.cast(1, 0) if state.stage == 1 else None
        state.restart(seed)
        assert (state.stage, state.network, state.picture, state.opened, state.voted) == (1, "A", -1, (), False)
        assert set(state.network_names.values()) == {HONEST, BIASED}
        seen.add(state.network_names["A"])
    assert seen == {HONEST, BIASED}


def test_a_wrong_seed_leaves_the_votes() -> None:
    state = HuskyWolfState()
    state.cast(1, 0)
    with pytest.raises(DeepvisError, match="seed"):
        state.restart(-1)
    assert state.voted


def test_others_see_the_state_when_all_has_followed() -> None:
    state, seen = HuskyWolfState(stage=2), []
    state.observe(lambda _: seen.append((state.network, state.stage)), names=["network"])
    state.network = "B"
    assert seen == [("B", 1)]


def test_methods_offered_draw_maps_over_pictures() -> None:
    names = [name for _, name in offered()]
    assert {"cam", "lime", "occlusion", "lrp"} <= set(names) and "activation_maximization" not in names
