"""The maximization lab on a page: the pictures and objectives there are, those that were kept, one of each layer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
import torch

from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.picture import to_bytes
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.widgets.maximization.handout import climbs
from deepvis_widgets.widgets.maximization.layer_gallery import Drawn
from deepvis_widgets.widgets.maximization.maximization_lab import MaximizationLab
from deepvis_widgets.widgets.page.parts import Chart, Picture, Text
from tests.small_nets import Plain
from tests.tools.pages import part_in, parts_in

SIDE = 32


@pytest.fixture(scope="module")
def lab() -> Iterator[MaximizationLab]:
    torch.manual_seed(0)
    network = Network(Plain(), Preprocess((SIDE, SIDE), None), name="small")
    made = MaximizationLab(network, layer="features.0", unit=1, seeds=2, seed=5, steps=4)
    made.start()
    assert made.engine.idle(60)
    yield made
    made.close()


def texts(lab: MaximizationLab) -> list[str]:
    return [text.text for text in parts_in(lab.page(), Text)]


def test_pictures_and_objectives_are_those_of_the_lab(lab: MaximizationLab) -> None:
    look = lab.look
    assert look is not None
    pictures = list(parts_in(lab.page(), Picture))
    for place, picture in enumerate(pictures[:2]):
        assert np.array_equal(picture.pixels, to_bytes(look.crops[place]))
        assert picture.caption == f"seed {5 + place}: {look.trace[-1, place]:.3g}"
    chart = part_in(lab.page(), Chart)
    assert [line.name for line in chart.lines] == ["seed 5", "seed 6"]
    assert list(chart.lines[1].y) == pytest.approx(look.trace[:, 1].tolist()) and list(chart.lines[1].x) == [0, 1, 2, 3]
    assert lab.panes.words.value in texts(lab)


def test_the_view_of_the_lab_is_that_of_the_page(lab: MaximizationLab) -> None:
    for lab.view, size in (("full frame", SIDE), ("true size", 3)):
        assert part_in(lab.page(), Picture).pixels.shape[:2] == (size, size)
    lab.view = "enlarged"


def test_kept_pictures_and_one_of_each_layer_stand_below(lab: MaximizationLab) -> None:
    lab.keep()
    drawn = Drawn(0, torch.full((3, 5, 4), 0.25), 1.5)
    lab.session.layers = [("0:1", drawn)]
    *_, kept, card = parts_in(lab.page(), Picture)
    assert np.array_equal(kept.pixels, to_bytes(lab.kept[0].picture)) and "after 4 steps" in kept.caption
    assert np.array_equal(card.pixels, to_bytes(drawn.picture)) and card.caption == "0:1\n5×4 px\n1.5"
    assert {"Kept", "One unit of each layer"} <= set(texts(lab))
    lab.forget_kept()
    lab.session.layers = []
    assert "Kept" not in texts(lab)


def test_one_of_each_layer_is_remembered_as_it_is_drawn(lab: MaximizationLab) -> None:
    lab.draw_sizes()
    assert lab.engine.idle(60)
    assert [title for title, _ in lab.session.layers] == [
        shown.children[0].title for shown in lab.panes.layers.strip.cards
    ]
    lab.session.layers = []


def test_two_scores_stand_below_each_other_and_turned_knobs_are_marked(lab: MaximizationLab) -> None:
    look = lab.look
    assert look is not None
    parts = climbs(lab.network, replace(look, turns=(2,), beside=look), "enlarged")
    titles = [text.text for part in parts for text in parts_in(part, Text) if text.role == "heading"]
    assert titles == ["Up the logit", "Up the probability"]
    mark = part_in(parts[1], Chart).lines[-1]
    assert mark.dots and list(mark.x) == [2] and list(mark.y) == pytest.approx([float(look.trace.min())])


def test_before_the_first_step_there_is_a_sentence() -> None:
    lab = MaximizationLab(Network(Plain(), Preprocess((SIDE, SIDE), None), name="small"), layer="features.0")
    assert texts(lab) == ["No picture was made yet."]
    lab.close()
