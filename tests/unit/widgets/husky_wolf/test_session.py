"""The session of a lesson with a pane that only listens: what is asked, and what is told of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from deepvis_widgets.engine.engine import Engine
from deepvis_widgets.widgets.husky_wolf import questions
from deepvis_widgets.widgets.husky_wolf.answers import NetworkAnswers, PicturesAnswer
from deepvis_widgets.widgets.husky_wolf.scenes import BIASED, HONEST, drawn
from deepvis_widgets.widgets.husky_wolf.session import HuskyWolfSession, Question
from deepvis_widgets.widgets.husky_wolf.state import HuskyWolfState

FEW = [("husky", "snow", 22), ("wolf", "snow", 7), ("wolf", "meadow", 24)]
FRESH = [("husky", "snow", 22), ("wolf", "snow", 7)]


class Listener:
    """A pane that keeps what it is told."""

    def __init__(self) -> None:
        self.pictures: list[PicturesAnswer] = []
        self.answers: list[NetworkAnswers] = []
        self.fresh: list[NetworkAnswers] = []
        self.drawing: list[float] = []
        self.progress: list[tuple[float | None, str, bool]] = []
        self.complaints: list[str] = []

    def show_pictures(self, pictures: PicturesAnswer) -> None:
        self.pictures.append(pictures)

    def show_answers(self, found: NetworkAnswers) -> None:
        self.answers.append(found)

    def show_drawing(self, fraction: float) -> None:
        self.drawing.append(fraction)

    def show_fresh(self, found: NetworkAnswers) -> None:
        self.fresh.append(found)

    def show_progress(self, fraction: float | None, doing: str = "", stoppable: bool = False) -> None:
        self.progress.append((fraction, doing, stoppable))

    def complain(self, sentence: str) -> None:
        self.complaints.append(sentence)


class Lesson:
    """A state, a pane that listens, and the session between them."""

    def __init__(self, drawn_before: bool = True) -> None:
        self.state, self.pane = HuskyWolfState(), Listener()
        self.state.name_networks([BIASED, HONEST])
        self.state.given = FEW
        scenes = [drawn(order) for order in FEW] if drawn_before else []
        self.session = HuskyWolfSession(self.state, self.pane, scenes, FRESH)
        self.session.begin()
        self.settle()

    def settle(self) -> None:
        assert self.session.idle(60)

    def shown(self) -> PicturesAnswer:
        return self.pane.pictures[-1]


@pytest.fixture
def lesson() -> Iterator[Lesson]:
    made = Lesson()
    yield made
    made.session.close()


def test_answers_are_published_with_their_pictures(lesson: Lesson) -> None:
    shown = lesson.shown()
    assert shown.letter == "A" and [scene.seed for scene in shown.scenes] == [22, 7, 24] and not shown.maps
    assert [answer.label for answer in shown.answers if answer] == ["wolf", "wolf", "husky"], "the biased network"
    assert [tuple(view.shape) for view in shown.views] == [(3, 128, 128)] * 3
    assert set(lesson.pane.answers[-1].answers) == {HONEST, BIASED}
    lesson.state.network = "B"
    assert lesson.shown().letter == "B"
    assert [answer.label for answer in lesson.shown().answers if answer] == ["husky", "wolf", "wolf"]


def test_pictures_that_were_not_given_are_drawn_one_by_one() -> None:
    lesson = Lesson(drawn_before=False)
    counts = [len(pictures.scenes) for pictures in lesson.pane.pictures]
    assert counts == sorted(counts) and set(counts) == {0, 1, 2, 3}
    assert (0.0, "Drawing the pictures", False) in lesson.pane.progress and lesson.pane.progress[-1][0] is None
    assert all(answer is not None for answer in lesson.shown().answers)
    lesson.session.close()


def test_explanations_come_one_by_one_and_only_in_steps_that_show_them(lesson: Lesson) -> None:
    told = len(lesson.pane.pictures)
    lesson.state.stage = 2
    lesson.settle()
    assert [len(pictures.maps) for pictures in lesson.pane.pictures[told:]] == [0, 1, 2, 3]
    assert lesson.pane.progress[-1] == (None, "", False) and (0.0, "Explaining", True) in lesson.pane.progress
    lesson.state.stage = 1
    assert not lesson.shown().maps
    lesson.state.stage = 3
    assert len(lesson.shown().maps) == 3, "what was explained is kept"
    lesson.settle()
    assert lesson.pane.progress.count((0.0, "Explaining", True)) == 1, "nothing is asked again"


def test_the_picture_looked_at_is_explained_first(lesson: Lesson) -> None:
    lesson.state.picture = 2
    told = len(lesson.pane.pictures)
    lesson.state.stage = 2
    lesson.settle()
    first = next(pictures for pictures in lesson.pane.pictures[told:] if pictures.maps)
    assert set(first.maps) == {2}


def test_maps_of_one_network_are_never_shown_with_the_other(lesson: Lesson) -> None:
    lesson.state.stage = 2
    lesson.settle()
    lesson.state.network = "B"
    lesson.state.stage = 2
    assert lesson.shown().letter == "B" and not any(
        pictures.maps and pictures.letter == "A" for pictures in lesson.pane.pictures[-1:]
    )
    lesson.settle()
    assert len(lesson.shown().maps) == 3
    assert all(pictures.maps.keys() <= {0, 1, 2} for pictures in lesson.pane.pictures)


def test_a_question_is_frozen_when_the_state_changes(lesson: Lesson, monkeypatch: pytest.MonkeyPatch) -> None:
    """A job that is under way goes on with what it was asked, whatever the state says meanwhile."""
    begun, go_on, asked = threading.Event(), threading.Event(), []
    real = questions.explain

    def slow(network: Any, view: Any, method: str, **more: Any) -> Any:
        asked.append((network.name, method))
        begun.set()
        assert go_on.wait(30)
        return real(network, view, method, **more)

    monkeypatch.setattr(questions, "explain", slow)
    lesson.state.stage = 2
    assert begun.wait(30)
    with lesson.state.hold_trait_notifications():
        lesson.state.method = "gradient"  # nobody has been told yet
        go_on.set()
        lesson.settle()
    assert set(asked[:3]) == {(BIASED, "cam")}
    lesson.settle()
    assert asked[-1] == (BIASED, "gradient") and {found.method for found in lesson.shown().maps.values()} == {
        "gradient"
    }


def test_what_fails_is_a_sentence(lesson: Lesson, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("the method broke")

    monkeypatch.setattr(questions, "explain", broken)
    lesson.state.stage = 2
    lesson.settle()
    assert "the method broke" in lesson.pane.complaints[-1] and lesson.pane.progress[-1][0] is None


def test_new_scenes_are_drawn_once_and_told_when_both_networks_have_answered(lesson: Lesson) -> None:
    lesson.state.stage = 2
    lesson.settle()
    assert not lesson.pane.drawing
    lesson.state.stage = 3
    lesson.settle()
    (found,) = lesson.pane.fresh
    assert [(scene.label, scene.background, scene.seed) for scene in found.scenes] == FRESH
    assert [answer.label for answer in found.answers[BIASED]] == ["wolf", "wolf"]
    lesson.state.stage = 4
    lesson.settle()
    assert len(lesson.pane.fresh) == 1


def test_other_letters_are_other_answers(lesson: Lesson) -> None:
    lesson.state.name_networks([HONEST, BIASED])
    assert [answer.label for answer in lesson.shown().answers if answer] == ["husky", "wolf", "wolf"]


def test_nothing_is_told_after_the_end(lesson: Lesson) -> None:
    lesson.state.stage = 2
    lesson.session.close()
    told = len(lesson.pane.pictures), len(lesson.pane.progress)
    lesson.state.stage = 3
    assert (len(lesson.pane.pictures), len(lesson.pane.progress)) == told
    assert all(Engine.of(network)._worker is None for network in lesson.session.networks.values())


def test_a_question_holds_what_an_answer_depends_on() -> None:
    state = HuskyWolfState(stage=2, method="lrp")
    question = Question.of(state)
    state.method, state.stage = "cam", 1
    assert question.explained == (HONEST, "lrp") and question.with_maps
    assert not Question.of(state).with_maps
