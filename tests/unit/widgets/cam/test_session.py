"""The session of a CAM board without a widget: what it asks, what it tells, and what it forgets."""

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
from deepvis_widgets.widgets.cam.answers import Explained, Located, Recorded, Summed
from deepvis_widgets.widgets.cam.session import CamSession
from deepvis_widgets.widgets.cam.state import CamState
from tests.small_nets import Plain


class Notebook:
    """Notes what is told."""

    def __init__(self) -> None:
        self.told: list[Any] = []
        self.steps: list[int] = []
        self.sentences: list[str] = []

    def recorded(self, answer: Recorded) -> None:
        self.told.append(answer)

    def explained(self, answer: Explained) -> None:
        self.told.append(answer)

    def summed(self, answer: Summed) -> None:
        self.told.append(answer)

    def located(self, answer: Located) -> None:
        self.told.append(answer)

    def adjust(self, answer: Explained, step: int) -> None:
        self.steps.append(step)

    def kinds(self) -> list[str]:
        kinds = [type(answer).__name__ for answer in self.told]
        self.told.clear()
        return kinds


class Lesson:
    """A state, a session, and what it told."""

    def __init__(self) -> None:
        torch.manual_seed(0)
        self.network = Network(Plain(), Preprocess((32, 32), None))
        self.notes = Notebook()
        self.state = CamState(self.network)
        self.client = Client(self.network, self.notes.sentences.append)
        self.session = CamSession(self.state, self.client, self.notes)

    def settle(self) -> None:
        assert self.client.idle(60)


@pytest.fixture
def lesson() -> Iterator[Lesson]:
    made = Lesson()
    yield made
    made.client.close()


def test_a_picture_is_recorded_and_explained(lesson: Lesson) -> None:
    lesson.state.target = 1
    assert not lesson.notes.told
    lesson.state.image = picture = torch.rand(3, 32, 32)
    lesson.settle()
    recorded, explained, summed, located = lesson.notes.told
    assert torch.equal(recorded.view, picture) and recorded.truth is None
    expected: Any = explain(lesson.network, picture, "cam", target=1)
    torch.testing.assert_close(explained.map, expected.coarse)
    torch.testing.assert_close(summed.values, expected.coarse)
    assert located.found == expected.box(0.2) and lesson.notes.steps == [8]


def test_class_step_and_threshold_are_answered_at_once(lesson: Lesson) -> None:
    lesson.state.image = torch.rand(3, 32, 32)
    lesson.settle()
    lesson.notes.kinds()
    lesson.state.target = 2
    assert lesson.notes.kinds() == ["Explained", "Summed", "Located"]
    lesson.state.step = 3
    assert lesson.notes.steps[-1] == 3 and lesson.notes.kinds() == ["Summed"]
    lesson.state.threshold = 0.5
    assert lesson.notes.kinds() == ["Located"]


def test_what_changes_while_it_is_asked_is_in_the_answer(lesson: Lesson) -> None:
    go = threading.Event()
    lesson.client.engine.submit("another widget", lambda _: go.wait(60))
    lesson.state.image = torch.rand(3, 32, 32)
    lesson.state.target, lesson.state.step = 3, 2
    go.set()
    lesson.settle()
    explained = [answer for answer in lesson.notes.told if isinstance(answer, Explained)]
    summed = [answer for answer in lesson.notes.told if isinstance(answer, Summed)]
    assert [each.channel for each in explained] == [3] and [each.count for each in summed] == [2]


def test_a_failing_network_is_a_sentence_and_no_answer(lesson: Lesson, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("the network broke")

    monkeypatch.setattr(lesson.network.module, "forward", broken)
    lesson.state.image = torch.rand(3, 32, 32)
    lesson.settle()
    assert "the network broke" in lesson.notes.sentences[0] and not lesson.notes.told


def test_what_was_asked_before_it_forgets_is_not_answered(lesson: Lesson) -> None:
    go = threading.Event()
    lesson.client.engine.submit("another widget", lambda _: go.wait(60))
    lesson.state.image = torch.rand(3, 32, 32)
    lesson.session.forget()
    go.set()
    lesson.settle()
    assert not lesson.notes.told and lesson.session.explained is None
