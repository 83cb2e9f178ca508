"""What an atlas adds to the Explorer, without a browser: what its panes are sent."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import deepvis_widgets as dv
from deepvis_widgets.atlas.shipped import folder as ready_folder
from deepvis_widgets.core.picture.picture import to_bytes
from deepvis_widgets.methods.synthesis import fourier
from deepvis_widgets.widgets.atlas_view.frames import contrasted, thumbnail
from deepvis_widgets.widgets.atlas_view.unit_statistics import strongest
from deepvis_widgets.widgets.link.protocol import Frame, pack
from tests.unit.atlas.small import draw_pictures, small_network

LAYER, UNIT = "features.1", 2


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A folder of pictures, and an atlas of the small network over it."""
    place = tmp_path_factory.mktemp("atlas")
    folder = draw_pictures(place / "pictures", 24)
    dv.Atlas.build(small_network(), folder, place / "atlas", workers=0, quiet=True)
    return folder, place / "atlas"


@pytest.fixture
def explorer(built: tuple[Path, Path]) -> Iterator[dv.Explorer]:
    made = explored(built, atlas=built[1])
    yield made
    made.close()


def explored(built: tuple[Path, Path], **options: Any) -> dv.Explorer:
    made = dv.Explorer(small_network(), pictures=built[0], layer=LAYER, unit=UNIT, **options)
    settle(made)
    return made


def settle(widget: Any) -> None:
    """Wait for streams too: each of their steps asks for the next."""
    engine = widget.session.client.engine if isinstance(widget, dv.Explorer) else widget.engine
    for _ in range(40):
        assert engine.idle(60)
        threading.Event().wait(0.005)


def last(pane: Any, kind: str) -> Frame:
    """The newest frame of a pane of the Explorer, or of a view of the atlas's own widget."""
    frame: Frame | None = getattr(pane, "port", pane).last(kind)
    assert frame is not None
    return frame


def atlas_pane(explorer: dv.Explorer) -> Any:
    return explorer._pane


def values(explorer: dv.Explorer) -> dict[str, Any]:
    """What the pane of the atlas shows besides pictures."""
    shown: dict[str, Any] = explorer._pane.port.values
    return shown


def does(explorer: dv.Explorer, kind: str, **meta: Any) -> None:
    """A frame of that pane, as the browser sends it."""
    explorer._receive(None, *pack(f"atlas/{kind}", 0, meta))


def ask_card(explorer: dv.Explorer, layer: str, unit: int, seq: int = 5) -> list[int]:
    answered: list[int] = []
    explorer.ack = answered.append  # type: ignore[method-assign]
    explorer._receive(None, *pack("grid/card", seq, {"layer": layer, "unit": unit}))
    settle(explorer)
    return answered


def test_the_top_pane_shows_the_nine_patches_of_the_atlas(explorer: dv.Explorer) -> None:
    assert explorer.atlas is not None and explorer.about == "top"
    unit = explorer.atlas.unit(LAYER, UNIT)
    shown = last(atlas_pane(explorer), "top").arrays["pictures"]
    assert len(shown) == 9
    np.testing.assert_array_equal(shown, np.stack([to_bytes(top.patch) for top in unit.top]))
    assert [caption.split(" · ")[1] for caption in values(explorer)["captions"]] == [top.name for top in unit.top]
    explorer.about = "deconv"
    settle(explorer)
    shown = last(atlas_pane(explorer), "deconv").arrays["pictures"]
    np.testing.assert_array_equal(shown, np.stack([to_bytes(contrasted(top.deconv)) for top in unit.top]))


def test_another_unit_changes_the_tab(explorer: dv.Explorer) -> None:
    assert explorer.atlas is not None
    explorer.unit = 0
    settle(explorer)
    unit = explorer.atlas.unit(LAYER, 0)
    np.testing.assert_array_equal(last(atlas_pane(explorer), "top").arrays["pictures"][0], to_bytes(unit.top[0].patch))
    facts = values(explorer)["facts"]
    np.testing.assert_allclose(facts["counts"], np.log10(1 + unit.histogram[1]))
    chosen = strongest(unit.correlation)
    assert [label for label, _ in facts["classes"]] == [explorer.network.labels[index] for index in chosen]
    np.testing.assert_allclose([value for _, value in facts["classes"]], unit.correlation[chosen])


def test_a_patch_brings_its_picture_and_its_place(explorer: dv.Explorer) -> None:
    assert explorer.atlas is not None
    top = explorer.atlas.unit(LAYER, UNIT).top[3]
    does(explorer, "pick", index=3)
    settle(explorer)
    assert explorer.position == top.position
    np.testing.assert_array_equal(last(explorer.panes.stage, "picture").arrays["picture"], to_bytes(top.view))


def shown_units(found: list[tuple[str, int, float]]) -> list[str]:
    return [f"{layer}:{channel} {value:+.2f}" for layer, channel, value in found]


def test_units_are_found_by_class_and_by_likeness_and_visited(explorer: dv.Explorer) -> None:
    atlas = explorer.atlas
    assert atlas is not None
    explorer.about = "find"
    does(explorer, "search", label="1", here=False)
    settle(explorer)
    assert values(explorer)["find_captions"] == shown_units(atlas.search(1, 8))
    assert len(last(atlas_pane(explorer), "find").arrays["pictures"]) == 8
    assert values(explorer)["similar_captions"] == shown_units(atlas.similar(LAYER, UNIT, 8))
    layer, channel, _ = atlas.search(1, 8)[2]
    does(explorer, "visit", list="find", index=2)
    assert (explorer.layer, explorer.unit) == (layer, channel)
    does(explorer, "search", label="1", here=True)
    settle(explorer)
    assert {caption.split(":")[0] for caption in values(explorer)["find_captions"]} == {layer}
    does(explorer, "search", label="no such class", here=False)
    settle(explorer)
    assert "no such class" in values(explorer)["notice"] and "\n" not in values(explorer)["notice"]


def test_the_grid_of_pictures_takes_what_the_atlas_has(explorer: dv.Explorer, monkeypatch: Any) -> None:
    assert explorer.atlas is not None
    monkeypatch.setattr(explorer.unit_pictures, "_synthesize", lambda *_: pytest.fail("it was drawn"))
    explorer.tiles = "pictures"
    settle(explorer)
    shown = last(explorer.panes.grid, "pictures")
    unit = int(shown.arrays["units"][0])
    patch = explorer.atlas.unit(LAYER, unit).top[0].patch
    np.testing.assert_allclose(shown.arrays["pictures"][0].astype(int), to_bytes(thumbnail(patch)), atol=1)


def test_a_card_is_answered_once_with_three_pictures(explorer: dv.Explorer) -> None:
    assert explorer.panes.grid.port.values["cards"] and explorer.atlas is not None
    assert ask_card(explorer, LAYER, 1) == [5]
    card, unit = last(explorer.panes.grid, "card"), explorer.atlas.unit(LAYER, 1)
    assert (card.meta["layer"], card.meta["unit"], len(card.arrays["pictures"])) == (LAYER, 1, 3)
    assert unit.classes(1)[0][0] in card.meta["lines"][1]
    assert ask_card(explorer, LAYER, 999, 6) == [6], "a question that cannot be answered is acknowledged"


def test_an_atlas_of_another_network_is_one_sentence_and_the_explorer_works_on(built: tuple[Path, Path]) -> None:
    explorer = dv.Explorer(small_network(seed=1), pictures=built[0], layer=LAYER, atlas=built[1])
    settle(explorer)
    assert explorer.atlas is None and not explorer.panes.grid.port.values.get("cards")
    assert "other weights" in values(explorer)["said"] and not values(explorer)["found"]
    explorer.unit = 1
    settle(explorer)
    assert explorer.panes.grid.port.last("tiles") is not None and not explorer.panes.stage.port.values.get("notice")
    assert ask_card(explorer, LAYER, 0) == [5]
    explorer.atlas = 7
    settle(explorer)
    assert "7 is no atlas" in values(explorer)["said"]
    explorer.close()


def test_another_atlas_that_does_not_fit_leaves_the_one_in_use(explorer: dv.Explorer) -> None:
    before = explorer.atlas
    explorer.atlas = ready_folder("husky-wolf")
    settle(explorer)
    assert explorer.atlas is before and "other weights" in explorer.panes.stage.port.values["notice"]


def test_pictures_that_are_gone_are_a_sentence_in_the_pane(built: tuple[Path, Path], tmp_path: Path) -> None:
    folder = draw_pictures(tmp_path / "pictures", 12)
    dv.Atlas.build(small_network(), folder, tmp_path / "atlas", workers=0, quiet=True)
    for picture in folder.iterdir():
        picture.unlink()
    explorer = explored(built, atlas=tmp_path / "atlas")
    assert "is not where it was" in values(explorer)["top_notice"]
    explorer.close()


def test_an_atlas_is_built_in_the_background_and_used(built: tuple[Path, Path], tmp_path: Path) -> None:
    explorer = explored(built)
    assert explorer.atlas is None and explorer.about == "synthesized"
    explorer.about = "top"
    builder = atlas_pane(explorer).build
    does(explorer, "build", pictures="", out="")
    assert "Name a folder" in values(explorer)["said"]
    does(explorer, "build", pictures=str(built[0]), out=str(tmp_path / "made"))
    settle(explorer)
    assert builder.wait(120)
    settle(explorer)
    assert explorer.atlas is not None and explorer.atlas.network is explorer.network, values(explorer)["said"]
    assert len(last(atlas_pane(explorer), "top").arrays["pictures"]) == 9
    assert dv.Atlas.open(tmp_path / "made", small_network()).search(0, 3) == explorer.atlas.search(0, 3)
    explorer.close()


def test_a_build_can_be_cancelled(built: tuple[Path, Path], tmp_path: Path, monkeypatch: Any) -> None:
    explorer = explored(built)
    builder = atlas_pane(explorer).build
    reported = threading.Event()

    def slow(*_: Any, report: Any, **__: Any) -> None:
        while True:
            report(0.25)
            reported.set()
            threading.Event().wait(0.005)

    monkeypatch.setattr(dv.Atlas, "build", slow)
    does(explorer, "build", pictures=str(built[0]), out=str(tmp_path / "never"))
    assert reported.wait(60)
    assert values(explorer)["fraction"] == 0.25 and values(explorer)["running"]
    assert values(explorer)["how_far"] == "25%"
    does(explorer, "stop")
    assert builder.wait(60)
    assert "Stopped" in values(explorer)["said"] and not values(explorer)["running"]
    does(explorer, "open", out=str(built[1]))
    assert explorer.atlas is not None
    explorer.close()


def test_pictures_left_out_are_told_where_the_form_is_gone(built: tuple[Path, Path], tmp_path: Path) -> None:
    folder = draw_pictures(tmp_path / "pictures", 6)
    (folder / "broken.png").write_text("no picture")
    explorer = explored(built)
    explorer.about = "top"
    builder = atlas_pane(explorer).build
    does(explorer, "build", pictures=str(folder), out=str(tmp_path / "made"))
    settle(explorer)
    assert builder.wait(120)
    settle(explorer)
    assert explorer.atlas is not None and values(explorer)["found"]
    assert explorer.panes.stage.port.values["notice"].startswith('"broken.png" is not a picture')
    explorer.close()


def test_a_stand_in_is_shown_under_the_name_of_the_unit_selected(explorer: dv.Explorer) -> None:
    assert explorer.atlas is not None
    other = next(name for name in explorer.atlas.reader.aliases)
    explorer.layer, explorer.unit = other, 1
    settle(explorer)
    assert atlas_pane(explorer).unit.layer != other
    assert last(atlas_pane(explorer), "top").meta["of"] == f"{other}:1"
    assert values(explorer)["facts"]["of"] == f"{other}:1"


def test_the_embedded_network_finds_its_own_atlas() -> None:
    explorer = dv.Explorer("husky-wolf")
    settle(explorer)
    assert explorer.atlas is not None and explorer.atlas.folder == ready_folder("husky-wolf")
    assert explorer.about == "synthesized"
    explorer.close()


def test_stored_synthesized_pictures_are_shown_at_once(
    built: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fourier, "STEPS", 12)  # how good they are is nothing to this test
    some = [LAYER]
    made = dv.Atlas.build(
        small_network(), built[0], tmp_path / "a", layers=some, patterns=2, top=1, workers=0, quiet=True
    )
    assert made.has_patterns and len(made.patterns(LAYER, UNIT)) == 2
    expected = np.stack([to_bytes(picture) for picture in made.patterns(LAYER, UNIT)])
    view = dv.AtlasView(made, address=f"{LAYER}:{UNIT}")
    np.testing.assert_array_equal(last(view.wanted, "pictures").arrays["pictures"], expected)
    assert not view.wanted.startable
    view.close()
    explorer = explored(built, atlas=tmp_path / "a")
    explorer.about = "synthesized"
    np.testing.assert_array_equal(last(explorer.panes.patterns, "pictures").arrays["pictures"], expected)
    assert explorer.tiles == "pictures", "what units want to see is shown as soon as it is known"
    explorer._receive(None, *pack("patterns/rest", 0, {}))
    settle(explorer)
    np.testing.assert_array_equal(last(explorer.panes.patterns, "pictures").arrays["pictures"], expected)
    other = next(name for name in explorer.network.layers.names if not made.patterns(name, 0))
    for layer, tiles in ((other, "activation"), (LAYER, "pictures")):
        explorer.layer = layer
        assert explorer.tiles == tiles, "where it is not known, the maps are"
    explorer.tiles = "patches"
    explorer.layer = other
    assert explorer.tiles == "patches", "what was chosen stays"
    explorer.close()


def test_patches_of_an_atlas_are_tiles_of_their_own(explorer: dv.Explorer) -> None:
    assert explorer.atlas is not None and not explorer.atlas.has_patterns and explorer.tiles == "activation"
    explorer.tiles = "patches"
    settle(explorer)
    shown = last(explorer.panes.grid, "patches")
    unit = int(shown.arrays["units"][0])
    patch = explorer.atlas.unit(LAYER, unit).top[0].patch
    np.testing.assert_allclose(shown.arrays["pictures"][0].astype(int), to_bytes(thumbnail(patch)), atol=1)


def test_without_pictures_there_are_no_patches_which_is_told(built: tuple[Path, Path]) -> None:
    explorer = dv.Explorer(small_network(), pictures=built[0], layer=LAYER)
    settle(explorer)
    for tiles, told in (("patches", "No atlas of this network has seen pictures yet"), ("activation", "")):
        explorer.tiles = tiles
        settle(explorer)
        notice = explorer.panes.grid.port.values["notice"]
        assert notice.startswith(told) and bool(notice) == bool(told)
    assert explorer.panes.grid.port.values["cards"] is False
    explorer.close()
