"""Work in small pieces on a network's engine."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from deepvis_widgets.engine.engine import Engine
from deepvis_widgets.widgets.atlas_view.stream import Stream
from tests.unit.atlas.small import small_network


@pytest.fixture
def engine() -> Iterator[Engine]:
    network = small_network()
    with Engine.of(network) as made:
        yield made


def settle(engine: Engine) -> None:
    """Wait for streams too: each of their steps asks for the next."""
    for _ in range(40):
        assert engine.idle(60)
        threading.Event().wait(0.005)


def test_a_newer_stream_takes_the_place_of_the_older(engine: Engine) -> None:
    went: list[str] = []
    stream = Stream(engine, "test")

    def steps(name: str) -> Iterator[None]:
        for _ in range(200):
            went.append(name)
            yield

    ended: list[str] = []
    stream.start(steps("old"), ended.append, lambda: ended.append("old"))
    stream.start(steps("new"), ended.append, lambda: ended.append("new"))
    settle(engine)
    assert ended == ["new"] and went.count("new") == 200 and went.index("new") > went.count("old") - 1


def test_streams_of_two_widgets_leave_each_other_alone(engine: Engine) -> None:
    ended: list[str] = []
    for name in ("one", "two"):
        Stream(engine, "test").start(iter(range(50)), ended.append, lambda name=name: ended.append(name))
    settle(engine)
    assert sorted(ended) == ["one", "two"]
