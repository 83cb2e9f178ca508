"""The feed of an atlas with a listener that shows nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

import deepvis_widgets as dv
from deepvis_widgets.atlas import Unit
from deepvis_widgets.engine.engine import Engine
from deepvis_widgets.widgets.atlas_view.answers import TopAnswer, UnitsAnswer
from deepvis_widgets.widgets.atlas_view.feed import AtlasFeed
from tests.unit.atlas.small import small_network

LAYER, UNIT = "features.1", 2


class Told:
    """A listener that keeps what it is told."""

    def __init__(self) -> None:
        self.answers: list[TopAnswer | UnitsAnswer | tuple[Unit, str]] = []
        self.refused: list[tuple[str, str]] = []

    def show_top(self, answer: TopAnswer) -> None:
        self.answers.append(answer)

    def show_units(self, answer: UnitsAnswer) -> None:
        self.answers.append(answer)

    def show_facts(self, unit: Unit, name: str) -> None:
        self.answers.append((unit, name))

    def refuse(self, kind: str, sentence: str) -> None:
        self.refused.append((kind, sentence))


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def feed(built: tuple[Path, Path], told: Told) -> Iterator[AtlasFeed]:
    network = small_network()
    with Engine.of(network) as engine:
        made = AtlasFeed(network, engine, told)
        made.atlas = dv.Atlas.open(built[1], network)
        yield made
        made.close()


def settle(feed: AtlasFeed) -> None:
    """Wait for streams too: each of their steps asks for the next."""
    with Engine.of(feed.network) as engine:
        for _ in range(40):
            assert engine.idle(60)
            threading.Event().wait(0.005)


def test_pictures_come_one_by_one(feed: AtlasFeed, told: Told) -> None:
    feed.show(LAYER, UNIT, ["top"])
    settle(feed)
    assert feed.atlas is not None
    tops = [answer for answer in told.answers if isinstance(answer, TopAnswer)]
    assert [None if answer.pictures is None else len(answer.pictures) for answer in tops] == [None, *range(1, 10)]
    assert {(answer.kind, answer.name) for answer in tops} == {("top", f"{LAYER}:{UNIT}")}
    for picture, top in zip(tops[-1].pictures or (), feed.atlas.unit(LAYER, UNIT).top, strict=True):
        torch.testing.assert_close(picture, top.patch)


def test_pictures_are_read_once_and_take_no_place_of_explanations(feed: AtlasFeed) -> None:
    assert feed.atlas is not None
    top = feed.atlas.unit(LAYER, UNIT).top[0]
    assert not feed.is_known(feed.atlas, top, "top")
    with Engine.of(feed.network) as engine:
        kept = engine.cache.bytes
        first = feed.picture(feed.atlas, top, "top")
        assert engine.cache.bytes == kept
    assert feed.is_known(feed.atlas, top, "top") and feed.picture(feed.atlas, top, "top") is first


def test_what_was_begun_goes_on_with_its_own_atlas(feed: AtlasFeed, told: Told) -> None:
    feed.show(LAYER, UNIT)
    feed.atlas = None
    settle(feed)
    tops = [answer for answer in told.answers if isinstance(answer, TopAnswer)]
    assert len(tops[-1].pictures or ()) == 9 and told.refused == []
    before = len(told.answers)
    feed.show(LAYER, UNIT)
    assert len(told.answers) == before and feed.sheet_picture(LAYER, UNIT) is None


def test_the_class_asked_for_is_searched(feed: AtlasFeed, told: Told) -> None:
    feed.search("1", None)
    settle(feed)
    found = told.answers[-1]
    assert feed.atlas is not None and isinstance(found, UnitsAnswer)
    assert (found.kind, found.units, len(found.pictures or ())) == ("find", feed.atlas.search(1, 8), 8)
    feed.search("no such class", None)
    settle(feed)
    assert [kind for kind, _ in told.refused] == ["find"] and "no such class" in told.refused[0][1]
