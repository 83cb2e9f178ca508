"""The session of an occlusion lab without a widget: experiments, windows by hand, sweeps."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
import torch

from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.engine.client import Client
from deepvis_widgets.methods import explain
from deepvis_widgets.widgets.occlusion.experiment import Experiment
from deepvis_widgets.widgets.occlusion.probe import Seen
from deepvis_widgets.widgets.occlusion.session import OcclusionSession
from deepvis_widgets.widgets.occlusion.state import OcclusionState, last_maps
from tests.small_nets import Plain


class Notebook:
    """Notes what is told."""

    def __init__(self) -> None:
        self.begun_: list[Experiment] = []
        self.visited_: list[Seen] = []
        self.sweeps: list[float | None] = []
        self.sentences: list[str] = []
        self.over = 0
        self.projected_: list[tuple[Experiment, Any, str]] = []

    def left(self) -> None:
        self.over += 1

    def begun(self, answer: Experiment) -> None:
        self.begun_.append(answer)

    def visited(self, answer: Experiment, seen: Seen, shares: torch.Tensor) -> None:
        self.visited_.append(seen)

    def grown(self, answer: Experiment) -> None:
        assert answer.colours.colour(answer.probe.whole.label)

    def projected(self, answer: Experiment, found: Any, sentence: str = "") -> None:
        self.projected_.append((answer, found, sentence))

    def swept(self, fraction: float | None) -> None:
        self.sweeps.append(fraction)

    def say(self, sentence: str) -> None:
        self.sentences.append(sentence)


class Lesson:
    """A state, a session, and what it told."""

    def __init__(self) -> None:
        torch.manual_seed(0)
        self.network = Network(Plain(), Preprocess((32, 32), None))
        self.notes = Notebook()
        self.state = OcclusionState(self.network)
        self.state.window, self.state.layer, self.state.target = 8, last_maps(self.network), 1
        self.client = Client(self.network, self.notes.say)
        self.session = OcclusionSession(self.state, self.client, self.notes)

    def settle(self) -> None:
        assert self.client.idle(60)


@pytest.fixture
def lesson() -> Iterator[Lesson]:
    made = Lesson()
    yield made
    made.client.close()


def test_a_picture_begins_an_experiment_with_the_window_in_its_corner(lesson: Lesson) -> None:
    lesson.state.image = torch.rand(3, 32, 32)
    lesson.settle()
    assert [each.question.target for each in lesson.notes.begun_] == [1]
    assert lesson.state.occluder == (0, 0, 8, 8)
    assert [seen.box for seen in lesson.notes.visited_] == [(0, 0, 8, 8)]


def test_settings_that_change_meanwhile_are_not_in_the_experiment(lesson: Lesson) -> None:
    """The window, the stride and the class of an experiment are those it was asked with."""
    go = threading.Event()
    lesson.client.engine.submit("another widget", lambda _: go.wait(60))
    lesson.state.image = torch.rand(3, 32, 32)
    lesson.state.window = 10
    lesson.state.target = 2
    go.set()
    lesson.settle()
    (begun,) = lesson.notes.begun_
    question = begun.question
    assert (question.window, question.target, begun.probe.target) == (10, 2, 2)
    assert begun.trail.boxes[0, 0].tolist() == [0, 0, 10, 10]


def test_every_step_of_a_drag_is_over_in_any_case(lesson: Lesson, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    lesson.session.look((1, 1, 8, 8), lambda: done.append("nothing is known yet"))
    lesson.state.image = torch.rand(3, 32, 32)
    lesson.settle()
    lesson.session.look((1, 1, 8, 8), lambda: done.append("answered"))
    lesson.settle()

    def broken(*_: Any) -> None:
        raise RuntimeError("the network broke")

    monkeypatch.setattr(lesson.network.module, "forward", broken)
    lesson.session.look((2, 2, 8, 8), lambda: done.append("failed"))
    lesson.settle()
    assert done == ["nothing is known yet", "answered", "failed"]
    assert "the network broke" in lesson.notes.sentences[-1]


def test_a_sweep_that_is_asked_early_follows_the_look_at_the_whole_picture(lesson: Lesson) -> None:
    lesson.state.image = picture = torch.rand(3, 32, 32)
    lesson.session.sweep()
    lesson.settle()
    experiment = lesson.session.experiment
    assert experiment is not None and experiment.trail.swept and lesson.notes.sweeps[-1] is None
    expected: Any = explain(lesson.network, picture, "occlusion", target=1, window=8, stride=8)
    torch.testing.assert_close(
        experiment.trail.average([experiment.probe.whole.score - seen.score for seen in experiment.trail.seen]).float(),
        expected.heatmap.float(),
    )


def test_what_was_asked_before_it_forgets_is_not_answered(lesson: Lesson) -> None:
    go = threading.Event()
    lesson.client.engine.submit("another widget", lambda _: go.wait(60))
    lesson.state.image = torch.rand(3, 32, 32)
    lesson.session.forget()
    go.set()
    lesson.settle()
    assert not lesson.notes.begun_ and lesson.session.experiment is None


def test_the_watched_map_is_projected_down_once(lesson: Lesson) -> None:
    picture = torch.rand(3, 32, 32)
    lesson.state.unit = 2
    lesson.state.image = picture
    lesson.settle()
    experiment, found, sentence = lesson.notes.projected_[-1]
    asked = {"layer": lesson.state.layer, "unit": 2, "seed": "map"}
    expected = explain(lesson.network, picture, "deconvnet", **asked)
    assert experiment is lesson.session.experiment and sentence == ""
    torch.testing.assert_close(found.attribution, expected.attribution)  # type: ignore[attr-defined]
    lesson.state.fill = "black"
    lesson.settle()
    assert lesson.notes.projected_[-1][0] is lesson.session.experiment and lesson.notes.projected_[-1][1] is found


def test_without_a_way_back_a_sentence_says_so_and_the_experiment_goes_on(lesson: Lesson) -> None:
    lesson.network.module.register_forward_pre_hook(lambda _, given: tuple(each.detach() for each in given))
    lesson.state.image = torch.rand(3, 32, 32)
    lesson.settle()
    _, found, sentence = lesson.notes.projected_[-1]
    assert found is None and "No gradient comes back" in sentence
    assert lesson.notes.sentences == [""] and len(lesson.notes.visited_) == 1
