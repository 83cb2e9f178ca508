"""The state of a SnowLab without a widget: what may be set, and what a trained network changes."""

from __future__ import annotations

from typing import Any

import pytest
import traitlets

from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.widgets.husky_wolf.snow.state import SnowState

POINT = {"share": 0.5, "seed": 0, "accuracy": 0.9, "called_wolf": 0.5, "mass": 0.4, "seconds": 10.0}


@pytest.mark.parametrize(
    ("trait", "value", "words"),
    [
        ("share", 2, "no share of snow"),
        ("share", True, "no share of snow"),
        ("share", "half", "no share of snow"),
        ("shown", 0, "there is none yet"),
        ("shown", "first", "there is none yet"),
        ("method", "lrp", "accepted: cam, occlusion"),
        ("method", "magic", "magic"),
    ],
)
def test_what_does_not_exist_changes_nothing(trait: str, value: Any, words: str) -> None:
    state = SnowState()
    before = getattr(state, trait)
    with pytest.raises(DeepvisError, match=words):
        setattr(state, trait, value)
    assert getattr(state, trait) == before


def test_steps_of_a_slider_are_exact() -> None:
    assert SnowState(share=0.1 + 0.2).share == 0.3


@pytest.mark.parametrize("trait", ["points", "training"])
def test_what_was_trained_is_there_to_be_read(trait: str) -> None:
    with pytest.raises(traitlets.TraitError):
        setattr(SnowState(), trait, ())


def test_a_network_that_was_trained_is_the_one_shown() -> None:
    state = SnowState()
    for count in (1, 2):
        state.begin_training()
        with pytest.raises(DeepvisError, match="trained already"):
            state.begin_training()
        state.add(POINT)
        assert (len(state.points), state.shown, state.training) == (count, count - 1, False)
    state.shown = 0
    with pytest.raises(DeepvisError, match="accepted are 0 to 1"):
        state.shown = 2
    with pytest.raises(DeepvisError, match="accepted are 0 to 1"):
        state.shown = -1


def test_a_training_that_was_stopped_leaves_no_point() -> None:
    state = SnowState()
    state.begin_training()
    state.end_training()
    assert not state.training and state.points == () and state.shown == -1
