"""The trait classes: what they refuse, and that the front end knows the same names and defaults."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import traitlets

from deepvis_widgets.widgets.explorer.explorer import Explorer
from deepvis_widgets.widgets.explorer.state import ExplorerState
from deepvis_widgets.widgets.link.live_widget import STATIC, LiveWidget
from deepvis_widgets.widgets.link.traits import COLORMAPS
from deepvis_widgets.widgets.views.camera import Camera
from deepvis_widgets.widgets.views.code_button import CodeButton
from deepvis_widgets.widgets.views.color_scheme import ColorScheme
from deepvis_widgets.widgets.views.download_button import DownloadButton
from deepvis_widgets.widgets.views.file_button import FileButton
from deepvis_widgets.widgets.views.gallery import Gallery
from deepvis_widgets.widgets.views.map_view import MapView
from deepvis_widgets.widgets.views.stage import Stage
from deepvis_widgets.widgets.views.tray import Tray
from deepvis_widgets.widgets.views.unit_grid import UnitGrid

CLASSES: dict[str, type[LiveWidget]] = {
    "stage": Stage,
    "unit_grid": UnitGrid,
    "map_view": MapView,
    "gallery": Gallery,
    "file_button": FileButton,
    "code_button": CodeButton,
    "download_button": DownloadButton,
    "tray": Tray,
    "camera": Camera,
    "explorer": Explorer,
    "scheme": ColorScheme,
}
MODULES = {"explorer": "explorer/explorer.tsx", "scheme": "views/color_scheme.ts"}  # of the others: the class's name
SOURCES = Path(__file__).parents[4] / "js" / "src"
SHEETS = sorted((SOURCES / "style").glob("*.css"), key=lambda sheet: (sheet.stem != "base", sheet.name))
MIRROR: dict[str, dict[str, Any]] = json.loads((SOURCES / "link" / "traits.json").read_text("utf-8"))
INHERITED = set(LiveWidget.class_trait_names(sync=True)) - {"group", "label", "notice"}
FRAMEWORK = {"_esm", "_css", "_anywidget_id"}


def test_every_module_has_a_class() -> None:
    assert set(MIRROR) == set(CLASSES)


@pytest.mark.parametrize("name", CLASSES)
def test_names_and_defaults_are_the_same_in_the_browser(name: str) -> None:
    own = {
        name: trait
        for name, trait in CLASSES[name].class_traits(sync=True).items()
        if name not in INHERITED | FRAMEWORK
    }
    assert {name: trait.default() for name, trait in own.items()} == MIRROR[name]


@pytest.mark.parametrize("name", CLASSES)
def test_every_class_has_its_module_built(name: str) -> None:
    assert (SOURCES / MODULES.get(name, f"views/{name}.ts")).is_file()
    assert "export" in (STATIC / f"{name}.js").read_text("utf-8")
    assert CLASSES[name]._css == "".join(sheet.read_text("utf-8") for sheet in SHEETS)


def test_the_colour_maps_are_those_of_the_tables() -> None:
    tables = json.loads((STATIC.parent / "core" / "picture" / "colormaps.json").read_text("utf-8"))
    assert tuple(tables) == COLORMAPS
    assert all(len(table) == 256 and all(len(colour) == 3 for colour in table) for table in tables.values())


@pytest.mark.parametrize(
    ("make", "trait", "value"),
    [
        (Stage, "occluder", [1, 2, 3]),
        (Stage, "occluder", [1, 2, 0, 4]),
        (Stage, "occluder", [1.5, 2, 3, 4]),
        (Stage, "occluder", "1234"),
        (Stage, "fill", "red"),
        (Stage, "opacity", 1.5),
        (Stage, "colormap", "jet"),
        (Stage, "boxes", [{"box": [1, 2], "kind": "field"}]),
        (Stage, "boxes", [{"box": [1, 2, 3, 4], "kind": "other"}]),
        (UnitGrid, "sort", "min"),
        (UnitGrid, "mode", "gradients"),
        (UnitGrid, "scale", "global"),
        (UnitGrid, "tile", 10),
        (UnitGrid, "tile", 161),
        (ExplorerState, "tile", 10),
        (ExplorerState, "tiles", "pattern"),
        (UnitGrid, "position", [1, -1]),
        (UnitGrid, "boost", 1.1),
        (MapView, "position", [1, 2, 3]),
        (MapView, "limits", [1]),
        (MapView, "limits", [2, 1]),
        (MapView, "limits", [0, float("nan")]),
        (MapView, "opacity", 1.5),
        (Gallery, "progress", 2.0),
    ],
)
def test_wrong_values_are_refused(make: type[traitlets.HasTraits], trait: str, value: Any) -> None:
    with pytest.raises(traitlets.TraitError):
        setattr(make(), trait, value)


def test_boxes_and_positions_are_kept_as_lists() -> None:
    stage, grid = Stage(occluder=(0, 0, 5, 6)), UnitGrid(position=(0, 0))
    assert (stage.occluder, grid.position) == ([0, 0, 5, 6], [0, 0])
    stage.occluder = grid.position = None
    assert (stage.occluder, grid.position) == (None, None)


def test_a_marked_box_gets_its_kind_and_label() -> None:
    stage = Stage(boxes=[{"box": (1, 2, 3, 4)}])
    assert stage.boxes == [{"box": [1, 2, 3, 4], "kind": "selected", "label": ""}]
