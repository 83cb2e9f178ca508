"""The panes of the Explorer: what they are, where they stand, and which state each of them shows and sets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
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
from ..kit.layout import box, button, close_all, display, dropdown, title
from ..kit.param_controls import refill
from ..kit.picture_bar import PictureBar
from ..link.protocol import Frame
from ..views.camera import Camera
from ..views.keyboard import Keyboard
from ..views.layer_bar import LayerBar
from .answers import AtlasInUse, Subscribe
from .keys import KEYS
from .live_panes import SMALL, BackwardPane, GridPane, PicturePane, PicturesPane, SharesPane, StatusLine, UnitPane
from .overlay_controls import OverlayControls
from .state import ExplorerState
from .unit_tabs import UnitTabs

WANTED, PATCHES = "what each wants to see", "strongest patches"  # what the tiles show as pictures
LARGE = 520  # css px of a map that is enlarged
Done = Callable[[], object]


@dataclass(frozen=True)
class Acts:
    """What a person can do on the panes that is more than setting the state."""

    show: Callable[[Any, str], None]
    pick: Callable[[int], None]
    drag: Callable[[Any, int, Done], None]
    scroll: Callable[[Tensor, Done], None]
    film: Callable[[Tensor, Done], None]
    say: Callable[[str], None]
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
        network = state.network
        self.stage = PicturePane(state, group)
        self.layers = LayerBar(group=group, layers=[_layer_row(layer, names) for layer in network.layers])
        self.grid = GridPane(state, group)
        self.unit = UnitPane(state, group, names)
        self.backward, self.gallery = BackwardPane(group), PicturesPane(group)
        self.tabs = UnitTabs(network, group, self.gallery, acts.visit, acts.show_top, acts.engine, acts.use_atlas)
        self.camera = Camera(group=group, size=list(network.size), layout={"display": "none"})
        self.keyboard = Keyboard(KEYS, group=group)
        self.pictures = PictureBar(pictures, acts.show)
        self.probabilities = SharesPane(network.labels, acts.pick)
        self.status = StatusLine(state)
        self.overlay = OverlayControls(state, acts.stop_method, acts.say)
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
        layers = box("dv-area dv-area-layers", title("Layers"), self.layers)
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
        for trait, pane, name in (
            ("layer", self.layers, "layer"),
            ("tiles", self.tiles, "value"),
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
            acts.drag(None if found is None else tuple(found), frame.seq, partial(stage.ack, frame.seq))

        def dropped(frame: Frame) -> None:
            self.pictures.leave()
            acts.show(frame.arrays["bytes"].tobytes(), str(frame.meta.get("name", "")))
            stage.ack(frame.seq)

        def scrolled(frame: Frame) -> None:
            units = torch.tensor(frame.arrays["units"].astype("int64"))
            acts.scroll(units, partial(grid.ack, frame.seq))

        def filmed(frame: Frame) -> None:
            acts.film(from_bytes(frame.arrays["picture"]), partial(camera.ack, frame.seq))

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
        for pane in (
            self.stage,
            self.overlay,
            self.grid,
            self.unit,
            self.backward,
            self.gallery,
            self.probabilities,
            self.status,
        ):
            pane.follow(subscribe)
        subscribe(AtlasInUse, self._show_atlas)

    def _show_atlas(self, atlas: AtlasInUse) -> None:
        """Offers the cards of an atlas, and says in the menu of the tiles what its pictures are."""
        self.grid.cards = atlas.found
        refill(self.tiles, [*self.tiles.options[:-1], (PATCHES if atlas.patches else WANTED, "pictures")])

    def close(self) -> None:
        """Takes every widget off the page and frees its model."""
        self.overlay.close()
        close_all(self.rows)


def _layer_row(layer: Layer, names: dict[str, str]) -> dict[str, Any]:
    return {
        "name": layer.name,
        "kind": layer.kind,
        "shape": list(layer.shape),
        "field": str(layer.field),
        "title": names.get(layer.name, layer.name),
    }
