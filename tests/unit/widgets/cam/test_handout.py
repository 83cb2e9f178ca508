"""What stays of a CAM board: its sum against dv.explain, its classes, boxes and patterns."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

import deepvis_widgets as dv
from deepvis_widgets.widgets.cam.handout import CLASSES
from deepvis_widgets.widgets.page.parts import Chart, Map, Picture, Sum
from tests.part_tree import every, notes, only
from tests.small_nets import Plain, seeded

SIDE, PICTURE = 32, torch.rand(3, 32, 32, generator=torch.Generator().manual_seed(1))


def settled(network: dv.Network, **options: object) -> dv.CamBoard:
    board = dv.CamBoard(network, PICTURE, pictures=[PICTURE], **options)  # type: ignore[arg-type]
    assert board.engine.idle(60)
    return board


def network(module: nn.Module | None = None) -> dv.Network:
    return dv.Network(seeded(module or Plain()), dv.Preprocess((SIDE, SIDE), None), name="small")


def added(part: Sum, channel: int) -> np.ndarray:
    """All terms of a class, added up slowly."""
    total = np.zeros(part.maps.shape[1:])
    for weight, values in zip(part.weights[channel].tolist(), part.maps, strict=True):
        total += weight * values.astype(np.float64)
    return total


def test_all_terms_of_every_class_are_its_map_and_its_score() -> None:
    net = network()
    board = settled(net)
    part, maps = only(board.page(), Sum), every(board.page(), Map)
    logits = net.logits(net.view(PICTURE)[None])[0]
    assert part.labels[part.chosen] == net.labels[int(logits.argmax())]
    assert sorted(part.labels) == sorted(net.labels) and len(maps) == 5
    for channel, label in enumerate(part.labels):
        expected = dv.explain(net, PICTURE, "cam", target=label)
        np.testing.assert_allclose(added(part, channel), expected.coarse.numpy(), atol=1e-5)  # type: ignore[attr-defined]
        score = added(part, channel).mean() + part.biases[channel]
        np.testing.assert_allclose(score, float(logits[net.class_index(label)]), atol=1e-5)
    for shown, label in zip(maps, part.labels, strict=True):
        expected = dv.explain(net, PICTURE, "cam", target=label)
        np.testing.assert_allclose(shown.values, expected.coarse.numpy(), atol=1e-6)  # type: ignore[attr-defined]
        assert shown.title == label and list(shown.boxes) == [box for box in [expected.box(0.2)] if box]  # type: ignore[attr-defined]
        assert shown.group == maps[0].group and shown.ends == maps[0].ends
    board.close()


def test_the_page_begins_with_as_many_terms_and_the_class_as_on_screen() -> None:
    board = settled(network(), target=3)
    board.step = 4
    part, chart = only(board.page(), Sum), only(board.page(), Chart)
    assert part.count == 4 and part.labels[part.chosen] == board.network.labels[3]
    here = next(line for line in chart.lines if line.dots)
    shown = board.session.explained.terms.partial(4)  # type: ignore[union-attr]
    assert list(here.x) == [4] and here.y[0] == pytest.approx(float(shown.mean()), abs=1e-6)
    board.step = None
    assert only(board.page(), Sum).count is None
    board.close()


class Many(Plain):
    """More classes than a page knows."""

    def __init__(self) -> None:
        super().__init__()
        self.classifier = nn.Linear(8, 300)


def test_a_page_knows_the_strongest_classes_and_those_on_screen() -> None:
    net = network(Many())
    last = int(net.logits(net.view(PICTURE)[None])[0].argmin())
    board = settled(net, target=last)
    part = only(board.page(), Sum)
    strongest = net.logits(net.view(PICTURE)[None])[0].argsort(descending=True)[:CLASSES].tolist()
    assert [net.class_index(label) for label in part.labels] == [*strongest, last]
    assert part.weights.shape == (CLASSES + 1, 8) and part.maps.dtype == np.float32
    board.close()


def test_units_have_the_patterns_that_are_known_and_none_is_drawn_for_a_page() -> None:
    board = settled(network())
    drawn = len(board.engine.cache)
    part = only(board.page(), Sum)
    assert len(board.engine.cache) == drawn, "the page computes nothing"
    assert len(part.patterns) == 8 and all(pattern is not None for pattern in part.patterns)
    found = dv.explain(board.network, None, "activation_maximization", layer="features.4", unit=2, pictures=1, steps=2)
    expected = torch.nn.functional.interpolate(
        found.crops,  # type: ignore[attr-defined]
        part.patterns[2].shape[:2],  # type: ignore[union-attr]
        mode="bilinear",
        antialias=True,
    )[0]
    np.testing.assert_allclose(part.patterns[2], expected.permute(1, 2, 0).numpy() * 255, atol=1.01)
    board.engine.cache.clear()
    assert all(pattern is None for pattern in only(board.page(), Sum).patterns)
    board.close()


def test_before_the_answer_there_is_the_picture_and_a_note() -> None:
    board = settled(network())
    board.session.forget()
    page = board.page()
    assert only(page, Picture).pixels.shape == (SIDE, SIDE, 3) and "had not come yet" in notes(page)[0]
    board.close()
