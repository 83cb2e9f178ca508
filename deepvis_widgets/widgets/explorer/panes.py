"""The panes of the Explorer: what they are, where they stand, and which state each of them shows and sets."""

from __future__ import annotations

import html
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import ipywidgets
import torch
import traitlets
from torch import Tensor

from ...atlas import Atlas, Top
from ...core.network.layer import Layer
from ...core.picture.picture import from_bytes
from ...core.picture.reduce import VIEWS
from ...engine.engine import Engine
from ..kit.class_bars import Probabilities
from ..kit.layout import box, button, close_all, display, dropdown
from ..kit.layout import title as heading
from ..kit.param_controls import refill
from ..kit.picture_bar import PictureBar
from ..link import frames
from ..link.protocol import Frame
from ..link.push import push
from ..views.camera import Camera
from ..views.gallery import Gallery
from ..views.keyboard import Keyboard
from ..views.layer_bar import LayerBar
from ..views.map_view import MapView
from ..views.unit_grid import UnitGrid
from .answers import (
    Answered,
    AtlasInUse,
    BackwardView,
    Drawing,
    GridNotice,
    Shares,
    StoredPictures,
    Subscribe,
    Tiles,
    UnitMap,
    UnitPictures,
    UnitTile,
)
from .frames import statistics, stats_frame, tiles_frame
from .keys import KEYS
from .overlay_controls import OverlayControls
from .picture_pane import PicturePane
from .state import ExplorerState
from .unit_tabs import UnitTabs

WANTED, PATCHES = "what each wants to see", "strongest patches"  # what the tiles show as pictures
SMALL, LARGE = 224, 520  # css px of a map
Done = Callable[[], object]


@dataclass(frozen=True)
class Acts:
    """What a person can do on the panes that is more than setting the state."""

    show: Callable[[Any, str], None]
    pick: Callable[[int], None]
    drag: Callable[[Any, int, Done], None]
    scroll: Callable[[Tensor, Done], None]
    film: Callable[[Tensor, Done], None]
    press: Callable[[str], None]
    stop_method: Callable[[], None]
    draw_pictures: Callable[[], None]
    stop_pictures: Callable[[], None]
    ask_card: Callable[[Frame], None]
    visit: Callable[[str, int], None]
    show_top: Callable[[Top], None]
    use_atlas: Callable[[Atlas], None]
    engine: Callable[[], Engine]


class Panes:
    """The widgets of one Explorer; `rows` are what it lays out."""

    def __init__(
        self,
        state: ExplorerState,
        group: str,
        pictures: Sequence[tuple[str, Any]],
        names: dict[str, str],
        acts: Acts,
    ) -> None:
        network, self._names = state.network, names
        self.stage = PicturePane(state, group)
        self.layers = LayerBar(group=group, layers=[_layer_row(layer, names) for layer in network.layers])
        self.grid = UnitGrid(group=group, label="Units of the layer")
        self.unit = MapView(group=group, title="Selected unit", size=SMALL, label="Activation map of the selected unit")
        self.backward = MapView(
            group=group,
            title="Backward",
            size=SMALL,
            interactive=False,
            smooth=True,
            label="Backward view of the selected unit",
        )
        self.gallery = Gallery(
            group=group, title="What it wants to see", size=104, placeholder="Press Start to draw this unit."
        )
        self.tabs = UnitTabs(network, group, self.gallery, acts.visit, acts.show_top, acts.engine, acts.use_atlas)
        self.camera = Camera(group=group, size=list(network.size), layout={"display": "none"})
        self.keyboard = Keyboard(KEYS, group=group)
        self.pictures = PictureBar(pictures, acts.show)
        self.probabilities = Probabilities(network.labels, acts.pick)
        self.status = StatusLine(state)
        self.overlay = OverlayControls(state, acts.stop_method, self.stage.say)
        self._make_controls()
        self.rows = self._lay_out()
        self._bind(state)
        self._listen(acts)

    def _make_controls(self) -> None:
        self.backward_mode = dropdown(
            "",
            [("off", "off"), ("gradient", "gradient"), ("deconvnet", "deconvnet"), ("guided", "guided_backprop")],
            "backward mode (n)",
        )
        self.backward_view = dropdown("", [(view, view) for view in VIEWS], "how it is drawn (m)")
        self.freeze = ipywidgets.ToggleButton(
            icon="snowflake-o", tooltip="Hold this unit while you browse others (d)", layout={"width": "36px"}
        )
        self.tiles = dropdown(
            "Tiles",
            [("activations", "activation"), ("derivatives", "gradient"), (WANTED, "pictures")],
            "what the unit grid shows (a)",
        )
        self.help_button = button(icon="question", tooltip="Keys and help (h)", width="36px")

    def _lay_out(self) -> list[ipywidgets.Widget]:
        top = box("dv-top", self.pictures, self.help_button)
        picture = box("dv-area dv-area-picture", self.stage, self.camera, box("dv-tools", *self.overlay.rows))
        shares = box("dv-area dv-area-shares", self.probabilities)
        layers = box("dv-area dv-area-layers", heading("Layers"), self.layers)
        grid = box("dv-area dv-area-grid", self.tiles, self.grid)
        unit = box("dv-area dv-area-unit", self.unit)
        choice = box("dv-choice", self.backward_mode, self.backward_view, self.freeze)
        backward = box("dv-area dv-area-backward", self.backward, choice)
        drawn = box("dv-area dv-area-gallery", self.tabs)
        self.areas = {"shares": shares, "grid": grid, "unit": unit, "backward": backward, "gallery": drawn}
        panes = box("dv-panes", picture, shares, layers, grid, unit, backward, drawn)
        return [top, panes, self.status, self.keyboard]

    # --- state ---

    def _bind(self, state: ExplorerState) -> None:
        """Ties every pane to the state it shows and sets."""
        self.grid.count = state.network.layers[state.layer].channels
        for trait, pane, name in (
            ("layer", self.layers, "layer"),
            ("layer", self.grid, "layer"),
            ("unit", self.grid, "unit"),
            ("tiles", self.grid, "mode"),
            ("tiles", self.tiles, "value"),
            ("tile", self.grid, "tile"),
            ("position", self.grid, "position"),
            ("position", self.unit, "position"),
            ("gamma", self.grid, "gamma"),
            ("boost", self.grid, "boost"),
            ("gamma", self.unit, "gamma"),
            ("boost", self.unit, "boost"),
            ("backward", self.backward_mode, "value"),
            ("backward_view", self.backward_view, "value"),
            ("frozen", self.freeze, "value"),
            ("about", self.tabs.choice, "value"),
            ("filming", self.pictures.camera, "value"),
            ("filming", self.camera, "running"),
            ("camera_frozen", self.camera, "frozen"),
            ("help", self.keyboard, "help"),
        ):
            traitlets.link((state, trait), (pane, name))
        state.observe(
            lambda change: setattr(self.grid, "count", state.network.layers[change["new"]].channels), names="layer"
        )
        state.observe(lambda change: display(self.camera, change["new"]), names="filming")
        state.observe(lambda change: display(self.areas["shares"], change["new"]), names="shares")
        state.observe(lambda change: self._enlarge(change["new"]), names="zoom")
        self.help_button.on_click(lambda _: setattr(state, "help", not state.help))

    def _enlarge(self, zoom: str) -> None:
        self.unit.size = self.backward.size = LARGE if zoom in ("unit", "backward") else SMALL

    # --- frames from the browser ---

    def _listen(self, acts: Acts) -> None:
        stage, grid, camera = self.stage, self.grid, self.camera

        def dragged(frame: Frame) -> None:
            found = frame.meta["box"]
            acts.drag(None if found is None else tuple(found), frame.seq, lambda: stage.ack(frame.seq))

        def dropped(frame: Frame) -> None:
            self.pictures.leave()
            acts.show(frame.arrays["bytes"].tobytes(), str(frame.meta.get("name", "")))
            stage.ack(frame.seq)

        def scrolled(frame: Frame) -> None:
            units = torch.tensor(frame.arrays["units"].astype("int64"))
            acts.scroll(units, lambda: grid.ack(frame.seq))

        def filmed(frame: Frame) -> None:
            acts.film(from_bytes(frame.arrays["picture"]), lambda: camera.ack(frame.seq))

        stage.on_frame("occluder", dragged)
        stage.on_frame("file", dropped)
        grid.on_frame("visible", scrolled)
        grid.on_frame("card", acts.ask_card)
        camera.on_frame("frame", filmed)
        self.gallery.on_frame("start", lambda _: acts.draw_pictures())
        self.gallery.on_frame("stop", lambda _: acts.stop_pictures())
        self.keyboard.on_frame("key", lambda frame: acts.press(frame.meta["command"]))

    # --- answers ---

    def follow(self, subscribe: Subscribe) -> None:
        """Shows answers from now on."""
        for pane in (self.stage, self.overlay):
            pane.follow(subscribe)
        subscribe(Tiles, self._show_tiles)
        subscribe(Answered, self.status.show)
        subscribe(UnitMap, self._show_unit)
        subscribe(Shares, lambda found: self.probabilities.show(found.values, found.chosen, found.rank))
        subscribe(BackwardView, self._show_backward)
        subscribe(Drawing, self._show_drawing)
        subscribe(UnitPictures, self._show_pictures)
        subscribe(StoredPictures, self._show_stored)
        subscribe(UnitTile, self._show_tile)
        subscribe(GridNotice, lambda notice: push(self.grid, notice=notice.sentence))
        subscribe(AtlasInUse, self._show_atlas)

    def _show_tiles(self, tiles: Tiles) -> None:
        if not tiles.gradient:
            self.grid.push("stats", *stats_frame(tiles.maps), tiles.seq)
        self.grid.push("gradient" if tiles.gradient else "tiles", *tiles_frame(tiles), tiles.seq)

    def _show_unit(self, found: UnitMap) -> None:
        name = found.layer.name
        self.unit.push("map", *frames.map_frame(found.values, found.layer.field, statistics(found)))
        title = f"{self._names.get(name, name)} : {found.unit.channel}"
        if title != self.unit.title:
            push(self.unit, title=title)

    def _show_backward(self, found: BackwardView) -> None:
        self.backward.push("rgb", {"lines": [found.line]}, {"picture": found.picture})

    def _show_drawing(self, drawing: Drawing) -> None:
        if drawing.fraction is not None:
            push(self.gallery, progress=drawing.fraction)
        push(self.gallery, running=drawing.running, notice=drawing.sentence)

    def _show_pictures(self, drawn: UnitPictures) -> None:
        if drawn.result is None:
            self.gallery.forget("pictures")
            self.gallery.push("pictures", {"caption": ""}, {"pictures": frames.no_pictures()})
        else:
            self.gallery.push("pictures", *frames.pictures_frame(drawn.result))

    def _show_stored(self, stored: StoredPictures) -> None:
        caption = f"{stored.unit.layer}:{stored.unit.channel}"
        self.gallery.push("pictures", {"caption": caption}, {"pictures": stored.pictures})

    def _show_tile(self, tile: UnitTile) -> None:
        self.grid.push("pictures", *frames.pattern_frame(tile.layer, tile.channel, tile.picture))

    def _show_atlas(self, atlas: AtlasInUse) -> None:
        """Offers the cards of an atlas, and says in the menu of the tiles what its pictures are."""
        self.grid.cards = atlas.found
        refill(self.tiles, [*self.tiles.options[:-1], (PATCHES if atlas.patches else WANTED, "pictures")])

    def close(self) -> None:
        """Takes every widget off the page and frees its model."""
        close_all(self.rows)


def _layer_row(layer: Layer, names: dict[str, str]) -> dict[str, Any]:
    return {
        "name": layer.name,
        "kind": layer.kind,
        "shape": list(layer.shape),
        "field": str(layer.field),
        "title": names.get(layer.name, layer.name),
    }


class StatusLine(ipywidgets.HTML):
    """Says what was answered last, and the contrast as it is."""

    def __init__(self, state: ExplorerState) -> None:
        super().__init__()
        self.add_class("dv-status")
        self._network = state.network
        self._said: tuple[str, str] | None = None  # round the contrast; a question would keep its picture
        self._contrast = (state.boost, state.gamma)
        self._lock = threading.Lock()
        state.observe(lambda _: self.show(contrast=(state.boost, state.gamma)), names=["boost", "gamma"])

    def show(self, answered: Answered | None = None, contrast: tuple[float, float] | None = None) -> None:
        """Says another answer, or another contrast. It may be called on any thread."""
        with self._lock:
            self._said = self._said if answered is None else self._words(answered)
            self._contrast = contrast or self._contrast
            if self._said is not None:
                boost, gamma = self._contrast
                push(self, value=_span(f"boost {boost:g} · gamma {gamma:g}").join(self._said))

    def _words(self, answered: Answered) -> tuple[str, str]:
        found, field = answered.question, self._network.layers[answered.question.covered.layer].field
        view = "" if found.backward == "off" else f" {found.backward_view}"
        explained = "top class" if found.target is None else self._network.labels[found.target]
        unit = html.escape(f"{found.unit.layer}:{found.unit.channel}")
        before = (
            f"sees {field}",
            f"backward: {found.backward}{view}" + (" · frozen" if found.frozen else ""),
            f"explains: {explained}",
        )
        spans = "".join(_span(words) for words in before)
        return f"<span><b>{unit}</b></span>{spans}", _span(f"{answered.milliseconds:.0f} ms")


def _span(words: str) -> str:
    return f"<span>{html.escape(words)}</span>"
