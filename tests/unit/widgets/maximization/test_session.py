"""The session of the MaximizationLab without a widget: runs, another goal, one unit of each layer."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
import torch

from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.engine.client import Client
from deepvis_widgets.methods.synthesis import Ascent
from deepvis_widgets.widgets.maximization.ascent_run import Look
from deepvis_widgets.widgets.maximization.layer_gallery import Drawn
from deepvis_widgets.widgets.maximization.session import MaximizationSession
from deepvis_widgets.widgets.maximization.state import MaximizationState
from tests.small_nets import Plain


class Notebook:
    """Notes what is told."""

    def __init__(self) -> None:
        self.looks: list[Look] = []
        self.cards: list[tuple[str, tuple[int, int]]] = []
        self.pictures: list[Drawn] = []
        self.fractions: list[float | None] = []
        self.sentences: list[str] = []
        self.empty = 0

    def looked(self, answer: Look) -> None:
        self.looks.append(answer)

    def cleared(self) -> None:
        self.empty += 1

    def sized(self, cards: list[tuple[str, tuple[int, int]]]) -> None:
        self.cards = cards

    def drawn(self, answer: Drawn) -> None:
        self.pictures.append(answer)

    def drawing(self, fraction: float | None) -> None:
        self.fractions.append(fraction)

    def say(self, sentence: str) -> None:
        self.sentences.append(sentence)


class Lesson:
    """A state, a session, and what it told."""

    def __init__(self) -> None:
        torch.manual_seed(0)
        self.network = Network(Plain(), Preprocess((32, 32), None))
        self.notes = Notebook()
        self.state = MaximizationState(self.network)
        self.state.layer, self.state.seeds, self.state.steps = "features.1", 2, 6
        self.client = Client(self.network, self.notes.say)
        self.session = MaximizationSession(self.state, self.client, self.notes)

    def settle(self) -> None:
        assert self.client.idle(60)


@pytest.fixture
def lesson() -> Iterator[Lesson]:
    made = Lesson()
    yield made
    made.client.close()


def test_a_run_ends_with_a_look_at_its_last_step(lesson: Lesson) -> None:
    lesson.session.start()
    assert lesson.state.running
    lesson.settle()
    look = lesson.session.look
    assert not lesson.state.running and look is not None and look.done and lesson.notes.looks[-1] is look
    ascent = Ascent(lesson.network, lesson.state.goal, lesson.state.params)
    while not ascent.done:
        ascent.step()
    assert torch.equal(look.pictures, ascent.pictures())
    assert look.best == int(ascent.trace[-1].argmax()) and look.crops.shape == (2, 3, 3, 3)


def test_a_class_is_climbed_by_both_scores_in_two_rows_of_their_own(lesson: Lesson) -> None:
    lesson.state.target, lesson.state.score = 3, "both"
    lesson.session.start()
    lesson.settle()
    look = lesson.session.look
    assert look is not None and look.beside is not None and look.beside.beside is None
    for row, score in ((look, "logit"), (look.beside, "probability")):
        ascent = Ascent(lesson.network, lesson.state.goal, replace(lesson.state.params, score=score))
        while not ascent.done:
            ascent.step()
        assert row.params.score == score and row.done and torch.equal(row.trace, ascent.trace)
        assert torch.equal(row.pictures, ascent.pictures())
        assert row.scores is not None and ascent.scores is not None and torch.equal(row.scores, ascent.scores)
    lesson.state.decay = 0.2
    lesson.session.go_on()
    lesson.settle()
    further = lesson.session.look
    assert further is not None and further.beside is not None
    assert len(further.trace) == len(further.beside.trace) == 12
    assert [row.params.decay for row in (further, further.beside)] == [0.2, 0.2]
    assert further.beside.params.score == "probability"


def test_another_score_begins_anew_and_a_unit_has_one_row(lesson: Lesson) -> None:
    lesson.state.score = "both"
    assert lesson.state.scores == ("logit",)
    lesson.state.target = 3
    lesson.session.start()
    lesson.settle()
    empty = lesson.notes.empty
    lesson.state.score = "probability"
    assert lesson.notes.empty == empty + 1 and lesson.session.look is None
    lesson.session.start()
    lesson.settle()
    assert lesson.session.look is not None and lesson.session.look.beside is None
    assert lesson.session.look.params.score == "probability"


def test_another_view_looks_again_and_another_goal_clears(lesson: Lesson) -> None:
    lesson.session.start()
    lesson.settle()
    told = len(lesson.notes.looks)
    lesson.state.view = "full frame"
    assert len(lesson.notes.looks) == told + 1
    empty = lesson.notes.empty
    lesson.state.target = 3
    assert lesson.notes.empty == empty + 1 and lesson.session.look is None


def test_a_run_that_was_superseded_does_not_end_the_new_one(lesson: Lesson) -> None:
    go = threading.Event()
    lesson.client.engine.submit("another widget", lambda _: go.wait(60))
    lesson.session.start()
    lesson.session.pause()  # ends at once, as it never began
    assert not lesson.state.running
    lesson.session.start()
    lesson.state.unit = 2  # begins anew
    assert lesson.state.running
    go.set()
    lesson.settle()
    assert {look.target.channel for look in lesson.notes.looks} == {2} and not lesson.state.running


def test_one_unit_of_each_layer_is_told_one_by_one(lesson: Lesson) -> None:
    lesson.session.draw_sizes()
    lesson.settle()
    assert [each.place for each in lesson.notes.pictures] == list(range(len(lesson.notes.cards)))
    assert [tuple(each.picture.shape[1:]) for each in lesson.notes.pictures] == [size for _, size in lesson.notes.cards]
    assert lesson.notes.fractions[0] == 0.0 and lesson.notes.fractions[-1] is None
