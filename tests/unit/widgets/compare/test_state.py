"""What a comparison accepts, without a widget and without an engine."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest

from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.widgets.compare.question import Question
from deepvis_widgets.widgets.compare.state import CompareState
from tests.unit.widgets.compare.nets import SIDE, NoHead, network, picture


@pytest.fixture
def state() -> CompareState:
    made = CompareState([network(0, "one"), network(1, "two", side=2 * SIDE)])
    made.methods = ["cam", "occlusion"]
    return made


@pytest.mark.parametrize(
    ("trait", "value", "sentence"),
    [
        ("image", "nowhere.png", "There is no file"),
        ("target", "unicorn", "There is no class"),
        ("methods", ["activation_maximization"], "draws pictures of its own"),
        ("methods", ["cam", "cam"], "named twice"),
        ("methods", ["nonsense"], "There is no method"),
        ("methods", [], "is not accepted"),
        ("methods", "cam", "is not accepted"),
        ("params", {"occlusion": {"window": 0}}, "window"),
        ("params", [1], "is not accepted"),
        ("selected", "lrp", "not among the methods here: cam, occlusion"),
        ("colormaps", {"signed": "inferno", "unsigned": "inferno"}, "no colour map for signed maps"),
        ("colormaps", {"signed": "blue-red"}, "one for signed and one for unsigned"),
        ("cursor", (SIDE, 0), "no place in the picture"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(
    state: CompareState, trait: str, value: Any, sentence: str
) -> None:
    before = getattr(state, trait)
    with pytest.raises(DeepvisError, match=sentence):
        setattr(state, trait, value)
    assert getattr(state, trait) is before


def test_what_is_accepted_is_kept_in_one_form(state: CompareState) -> None:
    state.target, state.cursor, state.methods = "class 3", [3, 4], ["lrp"]
    assert (state.target, state.cursor, state.methods) == (3, (3, 4), ("lrp",))


def test_a_picture_is_read_once_for_every_network(state: CompareState) -> None:
    state.image = picture(1)
    assert state.seen is not None
    assert [tuple(view.shape) for view in state.seen.views] == [(3, SIDE, SIDE), (3, 2 * SIDE, 2 * SIDE)]
    assert state.seen.masks == (None, None)


def test_a_mask_goes_with_its_picture_and_leaves_the_views(state: CompareState) -> None:
    state.image = picture(1)
    before = state.seen
    mask = np.zeros((SIDE, SIDE), bool)
    mask[3:9, 4:10] = True
    state.mask = mask
    assert before is not None and state.seen is not None and state.seen.views is before.views
    assert [None if found is None else int(found.sum()) for found in state.seen.masks] == [36, 144]
    with pytest.raises(DeepvisError, match="mask is 3×3"):
        state.mask = np.ones((3, 3), bool)
    assert state.mask is mask
    state.image = picture(2)
    assert state.mask is None and state.seen.masks == (None, None)


def test_a_method_that_goes_is_not_selected_any_more(state: CompareState) -> None:
    state.selected = "occlusion"
    state.remove("occlusion")
    assert state.selected is None and state.methods == ("cam",)
    with pytest.raises(DeepvisError, match="The last method stays"):
        state.remove("cam")


def test_a_method_that_no_network_can_serve_is_not_added() -> None:
    state = CompareState([network(0, "two", NoHead)])
    state.methods = ["grad_cam"]
    with pytest.raises(DeepvisError, match="no exact CAM"):
        state.add("cam")
    state.add("lrp")
    assert state.methods == ("grad_cam", "lrp")


def test_a_question_does_not_follow_the_state(state: CompareState) -> None:
    state.params = {"occlusion": {"window": 8}}
    question = Question.of(state)
    state.params, state.scale, state.curves, state.methods = {"occlusion": {"window": 9}}, "own", True, ["lrp"]
    assert question.params == {"occlusion": {"window": 8}} and question.methods == ("cam", "occlusion")
    assert (question.scale, question.measures, Question.of(state).measures) == ("shared", False, True)


def test_a_state_begins_no_thread(state: CompareState) -> None:
    threads = threading.active_count()
    state.image = picture(1)
    assert threading.active_count() == threads
