"""What an Explorer puts on a page that lives without a kernel."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx.reference import ReferenceEvaluator
from torch import Tensor, nn

import deepvis_widgets as dv
from deepvis_widgets.core.picture.fills import occlude
from deepvis_widgets.widgets.compare.networks import rows_of
from deepvis_widgets.widgets.explorer.handout.recording import PLACES
from deepvis_widgets.widgets.explorer.handout.units import NOTHING
from deepvis_widgets.widgets.page.parts import Bars, Column, Live, Map, Occluder, Part, Row, Text
from tests.small_nets import Plain, seeded
from tests.untouched import Untouched

SIZE = (24, 30)
PREPARED = dv.Preprocess(SIZE, None, (0.5,) * 3, (0.25,) * 3)


class Turning(Plain):
    """Cannot be exported."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(torch.fft.ifft2(torch.fft.fft2(x)).real)


def explored(module: nn.Module) -> dv.Explorer:
    picture = np.random.default_rng(0).integers(0, 256, (*SIZE, 3), dtype=np.uint8)
    made = dv.Explorer(dv.Network(seeded(module), PREPARED, name="small"), picture, layer="features.1", unit=2)
    assert made.session.idle(60)
    return made


@pytest.fixture
def explorer() -> Iterator[dv.Explorer]:
    made = explored(Plain())
    yield made
    made.close()


def inside(part: Part, kind: type) -> list[Part]:
    """All parts of a kind, on whatever level."""
    own = [part] if isinstance(part, kind) else []
    inner = part.parts if isinstance(part, Row | Column) else [part.part] if hasattr(part, "part") else []
    return own + [found for one in inner for found in inside(one, kind)]


def test_a_page_shows_picture_answers_units_and_the_way_back(explorer: dv.Explorer) -> None:
    page = explorer.page()
    (bars,), maps = inside(page, Bars), inside(page, Map)
    assert isinstance(bars, Bars) and bars.values == sorted(bars.values, reverse=True)
    wanted = explorer.network.bars(explorer.view)
    assert bars.values[0] == pytest.approx(float(wanted.max())) and bars.chosen == 0
    assert any(isinstance(one, Map) and one.title.endswith(" : 2") for one in maps)
    assert explorer.snapshot().width > 0


def test_a_living_page_holds_the_network_and_what_is_stored(explorer: dv.Explorer) -> None:
    before = Untouched(explorer.network.module)
    part = explorer.living_page(units=[0, 2]).part
    before.check()
    assert isinstance(part, Live)
    index, facts = json.loads(part.data["index"]), json.loads(part.data["facts"])
    assert set(index) == {NOTHING, "features.1:0", "features.1:2"}
    assert [frame["kind"] for frame in index["features.1:0"]] == ["backward/rgb"]
    assert facts["size"] == [3, *SIZE] and facts["shown"] == [block.shown for block in explorer.blocks]
    view = np.frombuffer(part.data["view"], "<f4").reshape(3, *SIZE)
    assert np.array_equal(view, explorer.view.numpy()) and len(part.data["cover"]) == 0


def test_a_page_says_what_is_stored_and_nothing_else(explorer: dv.Explorer) -> None:
    def note() -> str:
        living = explorer.living_page(units=[0, 2]).part
        assert isinstance(living, Live)
        return next(str(head["meta"]["note"]) for head, _ in living.widget.kept() if head["kind"] == "page/set")

    assert note() == "runs in this page; stored of features.1: way back of 2 units"
    explorer.backward = "off"
    assert note() == "runs in this page"


def test_pictures_that_were_drawn_of_the_unit_come_along(explorer: dv.Explorer) -> None:
    drawn = np.full((2, *SIZE, 3), 200, np.uint8)
    explorer.panes.patterns.port.push("pictures", {"caption": "features.1:2"}, {"pictures": drawn})
    part = explorer.living_page(units=[0, 2]).part
    assert isinstance(part, Live)
    index = json.loads(part.data["index"])
    kinds = {name: [frame["kind"] for frame in frames] for name, frames in index.items()}
    note = next(head["meta"]["note"] for head, _ in part.widget.kept() if head["kind"] == "page/set")
    assert note.endswith("stored of features.1: way back of 2 units, patterns of 1 unit")
    assert kinds["features.1:2"] == ["backward/rgb", "patterns/pictures"] and kinds["features.1:0"] == ["backward/rgb"]


def test_a_chosen_fill_that_is_no_colour_comes_along(explorer: dv.Explorer) -> None:
    explorer.fill = "noise"
    part = explorer.living_page(units=[]).part
    assert isinstance(part, Live)
    cover = np.frombuffer(part.data["cover"], "<f4").reshape(3, *SIZE)
    assert np.array_equal(cover, explorer.cover.numpy())
    page = next(head["meta"] for head, _ in part.widget.kept() if head["kind"] == "page/set")
    assert page["fills"] == ["grey", "mean", "black", "noise"]


def test_a_page_offers_nothing_that_needs_a_kernel(explorer: dv.Explorer) -> None:
    explorer.method, explorer.help, explorer.tiles = "saliency", True, "gradient"
    assert explorer.session.idle(60)
    part = explorer.living_page(units=[2]).part
    assert isinstance(part, Live)
    values = {head["kind"]: head["meta"] for head, _ in part.widget.kept()}
    traits = part.widget.get_state()
    assert {method["name"] for method in values["method/set"]["methods"]} == {"cam", "saliency"}
    assert values["page/set"]["kernel"] is False and "of 1 unit" in values["page/set"]["note"]
    commands = {key["command"] for key in values["page/set"]["keys"]}
    assert "gamma" in commands and not commands & {"camera", "switch", "backward", "difference", "pattern"}
    assert (traits["help"], traits["tiles"]) == (False, "activation") and explorer.tiles == "gradient"
    assert json.loads(part.data["facts"])["overlay"] == {"method": "saliency", "target": None}


def test_units_that_do_not_exist_are_refused(explorer: dv.Explorer, tmp_path: Path) -> None:
    with pytest.raises(dv.DeepvisError, match="99"):
        explorer.handout(tmp_path / "page.html", units=[99])
    assert not (tmp_path / "page.html").exists()


def test_a_network_that_cannot_be_exported_is_recorded() -> None:
    made = explored(Turning())
    before = Untouched(made.network.module)
    try:
        page = made.living_page()
        before.check()
        (part,) = inside(page, Occluder)
        said = [text.text for text in inside(page, Text) if isinstance(text, Text)]
        assert any("cannot be exported to ONNX" in words for words in said)
        assert isinstance(part, Occluder) and part.values.shape[:2] == (PLACES, PLACES)
        row, col = 7, 3
        box = (row * part.stride[0], col * part.stride[1], *part.window)
        shown = made.network.probabilities(occlude(made.view, made.cover, box)[None])[0]
        for place, name in enumerate(part.names):
            wanted = float(shown[made.network.class_index(name)])
            assert part.values[row, col, place] == pytest.approx(wanted, abs=1e-6)
        last = [(PLACES - 1) * step + own for step, own in zip(part.stride, part.window, strict=True)]
        assert all(end <= side for end, side in zip(last, SIZE, strict=True))
    finally:
        made.close()


def test_the_recording_is_there_where_no_network_is_wanted(explorer: dv.Explorer) -> None:
    page = explorer.living_page(network=False)
    assert inside(page, Occluder) and not inside(page, Live)


def test_pages_answer_without_the_units_that_are_off_and_say_which(explorer: dv.Explorer) -> None:
    explorer.off = {"features.1": [0, 2]}
    assert explorer.session.idle(60)
    off = explorer.network.without("features.1", [0, 2])
    page, living = explorer.page(), explorer.living_page(units=[]).part
    assert page.title == "Explorer of small without features.1: 0, 2"
    (bars,) = inside(page, Bars)
    assert isinstance(bars, Bars) and bars.values[0] == pytest.approx(float(off.bars(explorer.view).max()))
    assert isinstance(living, Live)
    model = onnx.load_from_string(living.data["network"])
    given = {"view": explorer.view[None].numpy(), "target": np.array([0])}
    found = ReferenceEvaluator(model).run(["scores"], given)[0]
    np.testing.assert_allclose(found, off.logits(explorer.view[None]).numpy(), rtol=1e-4, atol=1e-5)
    note = next(head["meta"]["note"] for head, _ in living.widget.kept() if head["kind"] == "page/set")
    assert note == "runs in this page without features.1: 0, 2"
    (recorded,) = inside(explorer.living_page(network=False), Occluder)
    assert isinstance(recorded, Occluder)
    box = (0, 0, *recorded.window)
    covered = occlude(explorer.view, explorer.cover, box)[None]
    np.testing.assert_allclose(recorded.values[0, 0].max(), float(off.probabilities(covered).max()), rtol=1e-4)


@pytest.mark.parametrize("kind", [dv.OcclusionLab, dv.CamBoard, dv.CircuitBoard, dv.Explorer])
def test_what_is_given_a_network_without_units_says_so(kind: type) -> None:
    net = dv.Network(seeded(Plain()), PREPARED, name="small").without("features.1", [0, 2])
    made = kind(net, torch.rand(3, *SIZE))
    try:
        assert made.page().title == f"{kind.__name__} of small without features.1: 0, 2"
    finally:
        made.close()


def test_compare_tells_a_network_from_the_same_without_units() -> None:
    net = dv.Network(seeded(Plain()), PREPARED, name="small")
    titles = [row.title for row in rows_of([net, net.without("features.1", range(4)), net])]
    assert titles == ["small (1)", "small without features.1: 0, 1, 2, 3", "small (2)"]
