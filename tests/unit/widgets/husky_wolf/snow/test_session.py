"""The session of a SnowLab with a pane that only listens: what is trained, explained and told, and on which thread."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.widgets.husky_wolf.scenes import drawn
from deepvis_widgets.widgets.husky_wolf.snow import samples
from deepvis_widgets.widgets.husky_wolf.snow import session as snow_session
from deepvis_widgets.widgets.husky_wolf.snow.answers import NetworkAnswer
from deepvis_widgets.widgets.husky_wolf.snow.session import SnowSession
from deepvis_widgets.widgets.husky_wolf.snow.state import SnowState
from deepvis_widgets.zoo.scenes import Scene

FEW = [("husky", "snow", 22), ("wolf", "meadow", 24)]
LESSON: Any = (FEW, (), 2, 5, {"steps": 2, "animals": 2, "grounds": 1})


class Listener:
    """A pane that keeps what it is told, and on which thread."""

    def __init__(self) -> None:
        self.networks: list[NetworkAnswer | None] = []
        self.progress: list[tuple[float | None, str | None]] = []
        self.complaints: list[str] = []
        self.samples: list[list[tuple[str, str]]] = []

    def show_samples(self, scenes: Sequence[Scene]) -> None:
        self.samples.append([(scene.label, scene.background) for scene in scenes])

    def show_network(self, found: NetworkAnswer | None) -> None:
        self.networks.append(found)

    def show_progress(self, fraction: float | None, doing: str | None = None) -> None:
        self.progress.append((fraction, doing))

    def complain(self, sentence: str) -> None:
        self.complaints.append(sentence)

    def last(self) -> NetworkAnswer:
        found = self.networks[-1]
        assert found is not None
        return found


@pytest.fixture
def state() -> SnowState:
    return SnowState(share=0.5)


@pytest.fixture
def pane() -> Listener:
    return Listener()


@pytest.fixture
def session(state: SnowState, pane: Listener) -> Iterator[SnowSession]:
    made = SnowSession(state, pane, *LESSON)
    yield made
    made.close()
    assert "deepvis-snow" not in {thread.name for thread in threading.enumerate()}


def train(session: SnowSession) -> None:
    session.train()
    assert session.idle(120)


def test_a_trained_network_becomes_a_point_and_is_explained(
    session: SnowSession, state: SnowState, pane: Listener
) -> None:
    train(session)
    (point,) = state.points
    assert (point["share"], point["seed"], state.shown, state.training) == (0.5, 5, 0, False)
    assert pane.progress[0] == (0.0, "Starting") and pane.progress[-1] == (None, None)
    assert {"Training", "Asking it about fresh animals", "Drawing the pictures"} <= {
        doing for _, doing in pane.progress
    }
    assert [len(found.maps) for found in pane.networks if found] == [0, 1, 2]
    made = pane.last().made
    assert made.scenes == tuple(map(drawn, FEW)) and made.point == point and pane.last().before is None
    assert [tuple(view.shape) for view in made.views] == [(3, 64, 64)] * 2
    assert all(mask is not None and mask.shape == (64, 64) for mask in made.masks)


def on_snow(samples: list[tuple[str, str]]) -> dict[str, int]:
    return {animal: samples.count((animal, "snow")) for animal in ("husky", "wolf")}


def test_it_begins_with_pictures_such_as_it_will_learn_from(
    session: SnowSession, state: SnowState, pane: Listener
) -> None:
    session.begin()
    assert session.idle(60)
    assert [len(shown) for shown in pane.samples] == list(range(1, 11)), "one after the other"
    assert on_snow(pane.samples[-1]) == {"husky": 0, "wolf": 3}
    state.share = 1.0
    assert session.idle(60)
    assert on_snow(pane.samples[-1]) == {"husky": 0, "wolf": 5}
    state.share = 0.0
    assert session.idle(60)
    assert on_snow(pane.samples[-1]) == {"husky": 1, "wolf": 1}


def test_they_make_way_for_the_answers_of_a_network(session: SnowSession, state: SnowState, pane: Listener) -> None:
    train(session)
    state.share = 1.0
    assert session.idle(60)
    assert pane.samples == []


def test_drawing_them_can_be_stopped(session: SnowSession, pane: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(*order: Any) -> Scene:
        begun.set()
        assert go_on.wait(30)
        return drawn(*order)

    monkeypatch.setattr(samples, "drawn", slow)
    session.begin()
    assert begun.wait(30)
    session.stop()
    go_on.set()
    assert session.idle(60) and pane.samples == []


def test_the_next_network_of_a_share_begins_from_the_next_seed(
    session: SnowSession, state: SnowState, pane: Listener
) -> None:
    train(session)
    train(session)
    assert [point["seed"] for point in state.points] == [5, 6]
    assert pane.last().made is session.made[1] and pane.last().before is session.made[0]


def test_only_maps_that_are_missing_are_asked_for(
    session: SnowSession, state: SnowState, pane: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    train(session)
    state.method = "occlusion"
    assert session.idle(60)
    asked: list[Any] = []
    monkeypatch.setattr(snow_session, "explain", lambda *given, **_: asked.append(given))
    state.method = "cam"
    assert session.idle(60)
    assert asked == [] and pane.last().method == "cam" and len(pane.last().maps) == len(FEW)


def test_what_is_trained_is_frozen_when_it_is_asked_for(
    session: SnowSession, state: SnowState, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Event(), threading.Event()
    real = snow_session.train_on_snow

    def slow(*given: Any, **more: Any) -> Any:
        begun.set()
        assert go_on.wait(30)
        return real(*given, **more)

    monkeypatch.setattr(snow_session, "train_on_snow", slow)
    session.train()
    assert begun.wait(30)
    state.share = 1.0
    go_on.set()
    assert session.idle(120)
    assert state.points[0]["share"] == 0.5


def test_one_training_at_a_time(session: SnowSession, state: SnowState) -> None:
    session.train()
    assert state.training
    with pytest.raises(DeepvisError, match="trained already"):
        session.train()
    session.stop()
    assert session.idle(120) and not state.training and state.points == ()


def test_what_fails_is_a_sentence(
    session: SnowSession, state: SnowState, pane: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("out of snow")

    monkeypatch.setattr(snow_session, "train_on_snow", broken)
    train(session)
    assert "out of snow" in pane.complaints[-1] and not state.training and pane.progress[-1] == (None, None)


def test_an_explanation_that_fails_leaves_the_training_alone(
    session: SnowSession, state: SnowState, pane: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    train(session)

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("no map")

    monkeypatch.setattr(snow_session, "explain", broken)
    go_on, told = threading.Event(), len(pane.progress)
    session._worker.submit("busy", lambda _: go_on.wait(30), long=True)
    state.method = "occlusion"
    session.train()
    go_on.set()
    assert session.idle(120)
    assert "no map" in " ".join(pane.complaints)
    assert [fraction for fraction, _ in pane.progress[told:]].count(None) == 1, "the training ended, and nothing else"


def test_observers_of_the_state_hear_on_the_main_thread_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a notebook: the event loop of the kernel runs on the main thread."""

    async def notebook() -> tuple[list[int], tuple[Any, ...], bool]:
        state, threads, heard = SnowState(share=0.5), [], {}
        state.observe(lambda change: heard.update({change["name"]: change["new"]}))
        state.observe(lambda _: threads.append(threading.get_ident()))
        session = SnowSession(state, Listener(), *LESSON)
        session.train()
        assert session.idle(120) and heard == {"training": True}, "the main thread was busy"
        assert len(state.points) == 1 and state.shown == 0 and not state.training, "and what it reads is true"
        while heard["training"]:
            await asyncio.sleep(0.01)
        session.close()
        assert heard == {"training": False, "points": state.points, "shown": 0}
        return threads, state.points, state.training

    threads, points, training = asyncio.run(notebook())
    assert set(threads) == {threading.get_ident()} and len(points) == 1 and not training
