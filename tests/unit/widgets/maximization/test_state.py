"""What the MaximizationLab accepts, and what follows what, without a lab."""

from __future__ import annotations

from typing import Any

import pytest

from deepvis_widgets.core.answers.values import Values
from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.network.target import Target
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.methods.synthesis import SynthesisParams
from deepvis_widgets.widgets.maximization.state import MaximizationState
from tests.small_nets import Plain


@pytest.fixture
def state() -> MaximizationState:
    made = MaximizationState(Network(Plain(), Preprocess((32, 32), None)))
    made.layer = "features.4"
    return made


def test_choosing_a_unit_lets_the_class_go(state: MaximizationState) -> None:
    state.target = 2
    assert state.goal == Target(2)
    state.unit = 7
    assert state.goal == Target(7, "features.4")
    state.target = 1
    state.layer = "features.1"
    assert state.goal == Target(5, "features.1"), "the last unit of a layer that has fewer"


def test_another_preset_brings_its_own_numbers(state: MaximizationState) -> None:
    state.decay, state.rate = 0.5, 2.0
    state.preset = "yosinski-2"
    assert state.decay is None and state.rate == 2.0
    state.reset()
    assert state.params == SynthesisParams("yosinski-2", 4, fitted=True)


def test_running_is_for_reading(state: MaximizationState) -> None:
    with pytest.raises(Exception, match="read-only"):
        state.running = True


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("layer", "nowhere"),
        ("unit", 99),
        ("target", "unicorn"),
        ("preset", "x"),
        ("seeds", 0),
        ("view", "huge"),
        ("score", "odds"),
    ],
)
def test_what_does_not_exist_is_refused(state: MaximizationState, name: str, value: Any) -> None:
    old = getattr(state, name)
    with pytest.raises(DeepvisError):
        setattr(state, name, value)
    assert getattr(state, name) == old


def test_a_network_without_probabilities_refuses_them() -> None:
    made = MaximizationState(Network(Plain(), Preprocess((32, 32), None), answers=Values(list("abcde"))))
    with pytest.raises(DeepvisError, match=r"gives no probabilities; score=\"logit\" climbs its value\."):
        made.score = "both"
    assert made.score == "logit"
