"""What is asked of the networks, on their engines: drawing, answering, explaining."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
import torch

from deepvis_widgets.core.results import HeatMap
from deepvis_widgets.engine.client import explanation_key
from deepvis_widgets.engine.engine import Engine
from deepvis_widgets.methods import explain
from deepvis_widgets.widgets.husky_wolf.questions import SAMPLES, Questions, answers_to
from deepvis_widgets.widgets.husky_wolf.scenes import BIASED, drawn
from deepvis_widgets.zoo.load import load

SCENES = tuple(drawn(order) for order in [("husky", "snow", 22), ("wolf", "meadow", 24)])


@pytest.fixture
def asking() -> Iterator[tuple[Questions, Any, list[str]]]:
    said: list[str] = []
    network = load(BIASED)
    made = Questions({BIASED: network}, said.append)
    yield made, network, said
    made.close()


def explained(questions: Questions, method: str, first: int = 0, of: Any = SCENES) -> list[tuple[int, HeatMap]]:
    found, ended = [], threading.Event()
    questions.explain(
        BIASED,
        method,
        of,
        lambda: first,
        lambda _, one: found.append(one) if one is not None else None,
        ended.set,
    )
    assert ended.wait(60)
    return found


def test_answers_are_those_of_the_network(asking: tuple[Questions, Any, list[str]]) -> None:
    questions, network, _ = asking
    got: list[Any] = []
    questions.answer(BIASED, "some", SCENES, got.append)
    assert questions.idle(60)
    assert got == [answers_to(network, [network.view(scene) for scene in SCENES])]
    for answer, scene in zip(got[0], SCENES, strict=True):
        shares = network.probabilities(network.view(scene)[None])[0]
        assert answer.label == network.labels[int(shares.argmax())]
        assert answer.share == pytest.approx(float(shares.max()))


def test_maps_are_those_of_the_method_and_the_first_is_asked_for(asking: tuple[Questions, Any, list[str]]) -> None:
    questions, network, _ = asking
    found = explained(questions, "cam", first=1)
    assert [index for index, _ in found] == [1, 0]
    for index, result in found:
        expected = explain(network, SCENES[index], "cam")
        assert isinstance(expected, HeatMap) and torch.allclose(result.heatmap, expected.heatmap, atol=1e-5)


def test_maps_are_kept_where_every_widget_finds_them(asking: tuple[Questions, Any, list[str]]) -> None:
    questions, network, _ = asking
    found = dict(explained(questions, "cam"))
    key = explanation_key(network, network.view(SCENES[0]), "cam", None)
    assert Engine.of(network).cache.get(key, None) is found[0]
    assert dict(explained(questions, "cam"))[0] is found[0]


def test_lime_takes_few_samples(asking: tuple[Questions, Any, list[str]]) -> None:
    questions, network, _ = asking
    explained(questions, "lime", of=SCENES[:1])
    key = explanation_key(network, network.view(SCENES[0]), "lime", None, SAMPLES["lime"])
    assert Engine.of(network).cache.get(key, None) is not None


def test_scenes_are_reported_while_they_are_drawn(asking: tuple[Questions, Any, list[str]]) -> None:
    questions, _, _ = asking
    steps: list[Any] = []
    done: list[Any] = []
    orders = [("husky", "snow", 22), ("wolf", "meadow", 24)]
    questions.draw("some", orders, lambda fraction, scene: steps.append((fraction, scene)), done.append)
    assert questions.idle(60)
    assert steps == [(0.0, None), (0.5, SCENES[0])] and done == [SCENES]


def test_what_fails_is_told(asking: tuple[Questions, Any, list[str]]) -> None:
    questions, _, said = asking
    questions.answer(BIASED, "some", ["no scene"], lambda _: None)  # type: ignore[list-item]
    assert questions.idle(60)
    assert len(said) == 1
