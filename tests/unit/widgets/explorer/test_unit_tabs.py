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
from deepvis_widgets.widgets.atlas_view.frames import contrasted, thumbnail
from deepvis_widgets.widgets.atlas_view.unit_statistics import strongest
from deepvis_widgets.widgets.link.protocol import Frame, pack, unpack
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
    engine = widget.updates.engine if hasattr(widget, "updates") else widget.engine
    for _ in range(40):
        assert engine.idle(60)
        threading.Event().wait(0.005)


def last(widget: Any, kind: str) -> Frame:
    return unpack(*widget._last[kind])


def panes(explorer: dv.Explorer) -> Any:
    return explorer.panes.tabs.panes


def ask_card(explorer: dv.Explorer, layer: str, unit: int, seq: int = 5) -> list[int]:
    answered: list[int] = []
    explorer.panes.grid.ack = answered.append  # type: ignore[method-assign]
    explorer.panes.grid._receive(None, *pack("card", seq, {"layer": layer, "unit": unit}))
    settle(explorer)
    return answered


def test_the_top_pane_shows_the_nine_patches_of_the_atlas(explorer: dv.Explorer) -> None:
    assert explorer.atlas is not None and explorer.about == "top"
    unit = explorer.atlas.unit(LAYER, UNIT)
    shown = last(panes(explorer).top, "pictures").arrays["pictures"]
    assert len(shown) == 9
    np.testing.assert_array_equal(shown, np.stack([to_bytes(top.patch) for top in unit.top]))
    assert [caption.split(" · ")[1] for caption in panes(explorer).top.captions] == [top.name for top in unit.top]
    explorer.about = "deconv"
    settle(explorer)
    shown = last(panes(explorer).deconv, "pictures").arrays["pictures"]
    np.testing.assert_array_equal(shown, np.stack([to_bytes(contrasted(top.deconv)) for top in unit.top]))


def test_another_unit_changes_the_tab(explorer: dv.Explorer) -> None:
    assert explorer.atlas is not None
    explorer.unit = 0
    settle(explorer)
    unit = explorer.atlas.unit(LAYER, 0)
    np.testing.assert_array_equal(
        last(panes(explorer).top, "pictures").arrays["pictures"][0], to_bytes(unit.top[0].patch)
    )
    explorer.about = "facts"
    settle(explorer)
    facts = panes(explorer).facts
    np.testing.assert_allclose(facts.histogram.y, np.log10(1 + unit.histogram[1]))
    chosen = strongest(unit.correlation)
    np.testing.assert_allclose(facts.classes.y[::-1], unit.correlation[chosen])
    assert f"{explorer.network.labels[chosen[0]]} {unit.correlation[chosen[0]]:+.2f}" in facts._text.value


def test_a_patch_brings_its_picture_and_its_place(explorer: dv.Explorer) -> None:
    assert explorer.atlas is not None
    top = explorer.atlas.unit(LAYER, UNIT).top[3]
    panes(explorer).top.chosen = 3
    settle(explorer)
    assert explorer.position == top.position
    np.testing.assert_array_equal(last(explorer.panes.stage, "picture").arrays["picture"], to_bytes(top.view))
    assert panes(explorer).top.chosen == -1


def test_units_are_found_by_class_and_by_likeness_and_visited(explorer: dv.Explorer) -> None:
    atlas, found = explorer.atlas, panes(explorer).finder
    assert atlas is not None
    explorer.about = "find"
    settle(explorer)
    assert found.label == explorer.network.labels[explorer.updates.top or 0], "it begins with the class explained"
    found.label = "1"
    settle(explorer)
    assert found.units.units == atlas.search(1, 8)
    assert len(last(found.units, "pictures").arrays["pictures"]) == 8
    assert panes(explorer).similar.units == atlas.similar(LAYER, UNIT, 8)
    layer, channel, _ = found.units.units[2]
    found.units.chosen = 2
    assert (explorer.layer, explorer.unit) == (layer, channel)
    found._where.value = True
    settle(explorer)
    assert {unit[0] for unit in found.units.units} == {layer}
    found.label = "no such class"
    settle(explorer)
    assert "no such class" in found.units.notice and "\n" not in found.units.notice


def test_the_grid_of_pictures_takes_what_the_atlas_has(explorer: dv.Explorer, monkeypatch: Any) -> None:
    assert explorer.atlas is not None
    monkeypatch.setattr(explorer.updates, "_synthesize", lambda *_: pytest.fail("it was drawn"))
    explorer.tiles = "pictures"
    settle(explorer)
    shown = last(explorer.panes.grid, "pictures")
    unit = int(shown.arrays["units"][0])
    patch = explorer.atlas.unit(LAYER, unit).top[0].patch
    np.testing.assert_allclose(shown.arrays["pictures"][0].astype(int), to_bytes(thumbnail(patch)), atol=1)


def test_a_card_is_answered_once_with_three_pictures(explorer: dv.Explorer) -> None:
    assert explorer.panes.grid.cards and explorer.atlas is not None
    assert ask_card(explorer, LAYER, 1) == [5]
    card, unit = last(explorer.panes.grid, "card"), explorer.atlas.unit(LAYER, 1)
    assert (card.meta["layer"], card.meta["unit"], len(card.arrays["pictures"])) == (LAYER, 1, 3)
    assert unit.classes(1)[0][0] in card.meta["lines"][1]
    assert ask_card(explorer, LAYER, 999, 6) == [6], "a question that cannot be answered is acknowledged"


def test_an_atlas_of_another_network_is_one_sentence_and_the_explorer_works_on(built: tuple[Path, Path]) -> None:
    explorer = dv.Explorer(small_network(seed=1), pictures=built[0], layer=LAYER, atlas=built[1])
    settle(explorer)
    tabs = explorer.panes.tabs
    assert explorer.atlas is None and not explorer.panes.grid.cards
    assert "other weights" in tabs.builder.said.value and tabs.content.children == (tabs.builder,)
    explorer.unit = 1
    settle(explorer)
    assert "tiles" in explorer.panes.grid._last and explorer.panes.stage.notice == ""
    assert ask_card(explorer, LAYER, 0) == [5]
    explorer.atlas = 7
    settle(explorer)
    assert "7 is no atlas" in tabs.builder.said.value
    explorer.close()


def test_another_atlas_that_does_not_fit_leaves_the_one_in_use(explorer: dv.Explorer) -> None:
    before = explorer.atlas
    explorer.atlas = ready_folder("husky-wolf")
    settle(explorer)
    assert explorer.atlas is before and "other weights" in explorer.panes.stage.notice


def test_pictures_that_are_gone_are_a_sentence_in_the_pane(built: tuple[Path, Path], tmp_path: Path) -> None:
    folder = draw_pictures(tmp_path / "pictures", 12)
    dv.Atlas.build(small_network(), folder, tmp_path / "atlas", workers=0, quiet=True)
    for picture in folder.iterdir():
        picture.unlink()
    explorer = explored(built, atlas=tmp_path / "atlas")
    assert "is not where it was" in panes(explorer).top.notice
    explorer.close()


def test_an_atlas_is_built_in_the_background_and_used(built: tuple[Path, Path], tmp_path: Path) -> None:
    explorer = explored(built)
    assert explorer.atlas is None and explorer.about == "synthesized"
    explorer.about = "top"
    builder = explorer.panes.tabs.builder
    assert explorer.panes.tabs.content.children == (builder,)
    builder.start()
    assert "Name a folder" in builder.said.value
    builder.pictures.value, builder.out.value = str(built[0]), str(tmp_path / "made")
    builder.start()
    settle(explorer)
    assert builder.wait(120)
    settle(explorer)
    assert explorer.atlas is not None and explorer.atlas.network is explorer.network, builder.said.value
    assert len(last(panes(explorer).top, "pictures").arrays["pictures"]) == 9
    assert dv.Atlas.open(tmp_path / "made", small_network()).search(0, 3) == explorer.atlas.search(0, 3)
    explorer.close()


def test_a_build_can_be_cancelled(built: tuple[Path, Path], tmp_path: Path, monkeypatch: Any) -> None:
    explorer = explored(built)
    builder = explorer.panes.tabs.builder
    reported = threading.Event()

    def slow(*_: Any, report: Any, **__: Any) -> None:
        while True:
            report(0.25)
            reported.set()
            threading.Event().wait(0.005)

    monkeypatch.setattr(dv.Atlas, "build", slow)
    builder.pictures.value, builder.out.value = str(built[0]), str(tmp_path / "never")
    builder.start()
    assert reported.wait(60)
    assert builder.progress.value == 0.25 and builder.build_button.disabled
    assert builder.how_far.value == "25%"
    builder.cancel_button.click()
    assert builder.wait(60)
    assert "Stopped" in builder.said.value and not builder.build_button.disabled
    builder.out.value = str(built[1])
    builder.open_folder()
    assert explorer.atlas is not None
    explorer.close()


def test_pictures_left_out_are_told_where_the_form_is_gone(built: tuple[Path, Path], tmp_path: Path) -> None:
    folder = draw_pictures(tmp_path / "pictures", 6)
    (folder / "broken.png").write_text("no picture")
    explorer = explored(built)
    explorer.about = "top"
    builder = explorer.panes.tabs.builder
    builder.pictures.value, builder.out.value = str(folder), str(tmp_path / "made")
    builder.start()
    settle(explorer)
    assert builder.wait(120)
    settle(explorer)
    assert explorer.atlas is not None and builder not in explorer.panes.tabs.content.children
    assert explorer.panes.stage.notice.startswith('"broken.png" is not a picture')
    explorer.close()


def test_a_stand_in_is_shown_under_the_name_of_the_unit_selected(explorer: dv.Explorer) -> None:
    assert explorer.atlas is not None
    other = next(name for name in explorer.atlas.reader.aliases)
    explorer.layer, explorer.unit = other, 1
    settle(explorer)
    assert panes(explorer).top.unit.layer != other
    assert last(panes(explorer).top, "pictures").meta["caption"] == f"{other}:1"
    explorer.about = "facts"
    settle(explorer)
    assert panes(explorer).facts._line.value.startswith(f"<b>{other}:1</b>")


def test_the_embedded_network_finds_its_own_atlas() -> None:
    explorer = dv.Explorer("husky-wolf")
    settle(explorer)
    assert explorer.atlas is not None and explorer.atlas.folder == ready_folder("husky-wolf")
    assert explorer.about == "synthesized"
    explorer.close()


def test_stored_synthesized_pictures_are_shown_at_once(built: tuple[Path, Path], tmp_path: Path) -> None:
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
    np.testing.assert_array_equal(last(explorer.panes.gallery, "pictures").arrays["pictures"], expected)
    assert explorer.panes.tiles.options[-1][0] == "what each wants to see"
    explorer.close()


def test_the_tiles_menu_says_what_the_pictures_are(explorer: dv.Explorer) -> None:
    explorer.tiles = "pictures"
    assert explorer.panes.tiles.label == "strongest patches"
    assert explorer.atlas is not None and not explorer.atlas.has_patterns
    explorer._atlas.use(None)
    settle(explorer)
    assert explorer.tiles == "pictures" and explorer.panes.tiles.label == "what each wants to see"
