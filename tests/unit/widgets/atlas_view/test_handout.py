"""The atlas on a page: units with what is known of each, as the atlas itself has it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

import deepvis_widgets as dv
from deepvis_widgets.core.picture.picture import to_bytes
from deepvis_widgets.core.results import Pictures
from deepvis_widgets.widgets.atlas_view import handout
from deepvis_widgets.widgets.atlas_view.frames import contrasted, statistics
from deepvis_widgets.widgets.page.parts import Bars, Chart, Choice, Part, Picture, Text
from tests.tools.pages import part_in, parts_in
from tests.unit.atlas.small import small_network

LAYER, UNIT = "features.1", 2


@pytest.fixture(scope="module")
def view(built: tuple[Path, Path]) -> Iterator[dv.AtlasView]:
    made = dv.AtlasView(built[1], small_network(), f"{LAYER}:{UNIT}")
    for _ in range(40):  # each step of a stream asks for the next
        assert made.client.idle(60)
        threading.Event().wait(0.005)
    yield made
    made.close()


def texts(part: Part) -> list[str]:
    return [text.text for text in parts_in(part, Text)]


def test_a_unit_is_shown_with_its_pictures_deconvs_and_numbers(view: dv.AtlasView) -> None:
    unit, page = view.atlas.unit(LAYER, UNIT), view.page()
    pictures = list(parts_in(page, Picture))
    assert len(pictures) == 18
    for top, patch, deconv in zip(unit.top, pictures, pictures[9:], strict=False):
        assert np.array_equal(patch.pixels, to_bytes(top.patch))
        assert np.array_equal(deconv.pixels, to_bytes(contrasted(top.deconv)))
        assert patch.caption == f"{top.activation:.3g}"
    assert f"{LAYER}:{UNIT} · {statistics(unit)}" in texts(page)
    bars, chart = part_in(page, Bars), part_in(page, Chart)
    assert bars.values[0] == pytest.approx(float(unit.correlation.max()))
    assert list(bars.names)[0] == view.network.labels[int(unit.correlation.argmax())]
    assert list(chart.lines[0].y) == pytest.approx(np.log10(1 + unit.histogram[1]).tolist())
    other, number, value = view.atlas.similar(LAYER, UNIT, 1)[0]
    assert f"{other}:{number} ({value:+.2f})" in texts(page)[-1]


def test_its_neighbours_stand_beside_it(view: dv.AtlasView, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handout, "UNITS", 4)
    choice = part_in(view.page(), Choice)
    assert list(choice.labels) == [f"{LAYER}:{number}" for number in range(4)] and choice.chosen == UNIT
    assert choice.steps and view.address == f"{LAYER}:{UNIT}"
    neighbour = choice.parts[1]
    expected = view.atlas.unit(LAYER, 1)
    assert f"{LAYER}:1 · {statistics(expected)}" in texts(neighbour)
    assert len(list(parts_in(neighbour, Picture))) == len(expected.top) + handout.DECONVS
    view.go(LAYER, 5)
    choice = part_in(view.page(), Choice)
    assert list(choice.labels) == [f"{LAYER}:{number}" for number in range(2, 6)] and choice.chosen == 3
    view.go(LAYER, UNIT)


def test_a_sheet_shows_the_first_units_in_its_order(view: dv.AtlasView, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handout, "UNITS", 3)
    view.go_to_layer()
    view.sheet.order.value = "maximum"
    order = np.argsort(-view.atlas.layer(LAYER).maximum, kind="stable").tolist()[:3]
    page = view.page()
    assert [picture.caption for picture in parts_in(page, Picture)][:3] == [str(channel) for channel in order]
    assert list(part_in(page, Choice).labels) == [f"{LAYER}:{channel}" for channel in order]
    assert texts(page)[0] == f"{LAYER}, 6 units, the first 3 of them here"
    view.sheet.order.value, view.sheet.label.value = "class", "no such class"
    assert part_in(view.page(), Choice).labels[0] == f"{LAYER}:0"
    view.sheet.order.value = "number"
    view.go(LAYER, UNIT)


def test_pictures_that_were_drawn_are_shown_for_their_unit(view: dv.AtlasView) -> None:
    made = Pictures("mine", LAYER, torch.full((1, 3, 8, 8), 0.25), (1, 2, 4, 5))
    view.wanted.improve((LAYER, UNIT), 1.0, made)
    page = view.page()
    assert "What it wants to see" in texts(page)
    assert np.array_equal(list(parts_in(page, Picture))[-1].pixels, to_bytes(made.crops[0]))
    assert "What it wants to see" not in texts(part_in(page, Choice).parts[0])
    view.wanted.expect(LAYER, UNIT)
    assert "What it wants to see" not in texts(view.page())


def test_large_pictures_are_made_smaller(view: dv.AtlasView) -> None:
    view.wanted.improve((LAYER, UNIT), 1.0, Pictures("mine", LAYER, torch.zeros(1, 3, 400, 200), (0, 0, 400, 200)))
    assert list(parts_in(view.page(), Picture))[-1].pixels.shape == (handout.LARGEST, handout.LARGEST // 2, 3)
    view.wanted.expect(LAYER, UNIT)
