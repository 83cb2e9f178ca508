"""The panes of the Explorer: what they are, where they stand, and which state each of them shows and sets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import ipywidgets
import traitlets

from ...core.network.layer import Layer
from ...core.network.network import Network
from ...core.params import specs
from ...core.picture.boxes import Box
from ...core.picture.fills import FILLS
from ...core.picture.reduce import VIEWS
from ...core.results import HeatMap
from ...methods import method
from ...methods.base import Method
from ..kit.class_bars import Probabilities
from ..kit.layout import close_all
from ..kit.method_menu import entry
from ..kit.param_controls import Controls
from ..kit.picture_bar import PictureBar
from ..link.traits import COLORMAPS
from ..views.camera import Camera
from ..views.gallery import Gallery
from ..views.keyboard import Keyboard
from ..views.layer_bar import LayerBar
from ..views.map_view import MapView
from ..views.stage import Stage
from ..views.unit_grid import UnitGrid
from .keys import KEYS
from .state import AUTO, NONE
from .unit_tabs import UnitTabs

if TYPE_CHECKING:
    from .answers import Unit
    from .explorer import Explorer

WANTED, PATCHES = "what each wants to see", "strongest patches"  # what the tiles show as pictures


class Panes:
    """The widgets of one Explorer; `rows` are what it lays out."""

    def __init__(
        self,
        network: Network,
        group: str,
        pictures: Sequence[tuple[str, Any]],
        names: dict[str, str],
        explorer: Explorer,
    ) -> None:
        self.network, self.names = network, names
        height, width = network.size
        self.stage = Stage(group=group, zoom=352, label="The picture, with what is drawn over it")
        self.layers = LayerBar(group=group, layers=[_layer_row(layer, names) for layer in network.layers])
        self.grid = UnitGrid(group=group, label="Units of the layer")
        self.unit = MapView(group=group, title="Selected unit", size=224, label="Activation map of the selected unit")
        self.backward = MapView(
            group=group,
            title="Backward",
            size=224,
            interactive=False,
            smooth=True,
            label="Backward view of the selected unit",
        )
        self.gallery = Gallery(
            group=group, title="What it wants to see", size=104, placeholder="Press Start to draw this unit."
        )
        self.tabs = UnitTabs(explorer, network, group, self.gallery)
        self.camera = Camera(group=group, size=[height, width], layout={"display": "none"})
        self.keyboard = Keyboard(KEYS, group=group)
        self.pictures = PictureBar(pictures, explorer.show)
        self.probabilities = Probabilities(network.labels, explorer.pick)
        self.status = ipywidgets.HTML().add_class("dv-status")
        self._make_controls(explorer)
        self.rows = self._lay_out()
        self._class_note = ""
        self._signed = False
        self._field_note = ""
        self._field: list[dict[str, Any]] = []
        self._overlaid: HeatMap | None = None

    # --- controls that ipywidgets draws ---

    def _make_controls(self, explorer: Explorer) -> None:
        self.refilling = False
        self.method = _dropdown(
            "Overlay", self._methods(lambda found: not found.surveys), "what is drawn over the picture"
        )
        self.progress = ipywidgets.FloatProgress(min=0, max=1, layout={"width": "auto", "flex": "1 1 0"})
        self.stop = ipywidgets.Button(description="Stop", tooltip="Stop the method; what it has drawn stays")
        self.running = _box("dv-running", self.progress, self.stop)
        self.running.layout.display = "none"
        self.opacity = ipywidgets.FloatSlider(
            value=0.6, min=0, max=1, step=0.05, description="Opacity", readout=False, tooltip="opacity of the overlay"
        )
        self.colormap = _dropdown("Colours", [(name, name) for name in (AUTO, *COLORMAPS)], "colour map of the overlay")
        self.localize = ipywidgets.Checkbox(
            description="Box", indent=False, tooltip="box round the largest part above a fifth of the overlay's maximum"
        )
        self.fill = _dropdown("Cover", [(fill, fill) for fill in FILLS], "what the occluder shows")
        self.method_controls = ipywidgets.VBox().add_class("dv-controls")
        self.backward_mode = _dropdown(
            "",
            [("off", "off"), ("gradient", "gradient"), ("deconvnet", "deconvnet"), ("guided", "guided_backprop")],
            "backward mode (n)",
        )
        self.backward_view = _dropdown("", [(view, view) for view in VIEWS], "how it is drawn (m)")
        self.freeze = ipywidgets.ToggleButton(
            icon="snowflake-o", tooltip="Hold this unit while you browse others (d)", layout={"width": "36px"}
        )
        self.tiles = _dropdown(
            "Tiles",
            [("activations", "activation"), ("derivatives", "gradient"), (WANTED, "pictures")],
            "what the unit grid shows (a)",
        )
        self.help_button = ipywidgets.Button(icon="question", tooltip="Keys and help (h)", layout={"width": "36px"})
        self._controls: dict[str, Controls] = {}

    def _methods(self, asked: Callable[[Method], bool]) -> list[tuple[str, str]]:
        """The menu of methods, which says of those that are asked whether they can serve this network."""
        offered = [found for _, found in sorted(Method.registry.items()) if found.picture]
        serving = [not asked(found) or found.refuses(self.network) is None for found in offered]
        return [("nothing", NONE), *map(entry, offered, serving)]

    def survey_methods(self) -> None:
        """Ask the other methods, too, which takes a pass of the network."""
        options = self._methods(lambda _: True)
        if options == list(self.method.options):
            return
        chosen, self.refilling = self.method.value, True
        try:
            self.method.options = options
            self.method.value = chosen
        finally:
            self.refilling = False

    def name_pictures(self, patches: bool) -> None:
        """Say in the menu of the tiles whether the pictures are strongest patches or synthesized ones."""
        shown = self.tiles.value
        name = PATCHES if patches else WANTED
        if self.tiles.options[-1][0] != name:
            self.tiles.options = [*self.tiles.options[:-1], (name, "pictures")]
            self.tiles.value = shown

    def show_progress(self, fraction: float | None) -> None:
        """How far a method that takes seconds is; None when it has ended."""
        _display(self.running, fraction is not None)
        self.progress.value = fraction or 0.0

    def params(self, name: str | None) -> dict[str, Any]:
        """The parameters of a method as its controls stand."""
        return self._controls[name].values if name in self._controls else {}

    def show_controls(self, name: str | None, on_change: Callable[[], None]) -> None:
        """Show the controls of a method, built from its parameters."""
        if name is not None and name not in self._controls:
            self._controls[name] = Controls(specs(method(name).Params), on_change)
        self.method_controls.children = [self._controls[name]] if name is not None else []

    # --- layout ---

    def _lay_out(self) -> list[ipywidgets.Widget]:
        tools = _box(
            "dv-tools",
            self.method,
            self.opacity,
            self.colormap,
            self.fill,
            self.localize,
            self.running,
            self.method_controls,
        )
        top = _box("dv-top", self.pictures, self.help_button)
        picture = _box("dv-area dv-area-picture", self.stage, self.camera, tools)
        shares = _box("dv-area dv-area-shares", self.probabilities)
        layers = _box("dv-area dv-area-layers", _title("Layers"), self.layers)
        grid = _box("dv-area dv-area-grid", self.tiles, self.grid)
        unit = _box("dv-area dv-area-unit", self.unit)
        choice = _box("dv-choice", self.backward_mode, self.backward_view, self.freeze)
        backward = _box("dv-area dv-area-backward", self.backward, choice)
        drawn = _box("dv-area dv-area-gallery", self.tabs)
        self.areas = {"shares": shares, "grid": grid, "unit": unit, "backward": backward, "gallery": drawn}
        panes = _box("dv-panes", picture, shares, layers, grid, unit, backward, drawn)
        return [top, panes, self.status, self.keyboard]

    # --- state ---

    def bind(self, explorer: Explorer) -> None:
        """Tie every pane to the state it shows and sets."""
        link = traitlets.link
        self.grid.count = self.network.layers[explorer.layer].channels
        link((explorer, "layer"), (self.layers, "layer"))
        link((explorer, "layer"), (self.grid, "layer"))
        link((explorer, "unit"), (self.grid, "unit"))
        link((explorer, "tiles"), (self.grid, "mode"))
        link((explorer, "tiles"), (self.tiles, "value"))
        for pane in (self.grid, self.unit):
            link((explorer, "position"), (pane, "position"))
        link((explorer, "occluder"), (self.stage, "occluder"))
        link((explorer, "fill"), (self.stage, "fill"))
        link((explorer, "fill"), (self.fill, "value"))
        link((explorer, "localize"), (self.localize, "value"))
        self.localize.observe(lambda _: self._mark(), names="value")
        link((explorer, "backward"), (self.backward_mode, "value"))
        link((explorer, "backward_view"), (self.backward_view, "value"))
        link((explorer, "frozen"), (self.freeze, "value"))
        link((explorer, "about"), (self.tabs.choice, "value"))
        link((self.opacity, "value"), (self.stage, "opacity"))
        self.colormap.observe(lambda _: self.colour(self._signed), names="value")
        link((self.grid, "gamma"), (self.unit, "gamma"))
        link((self.grid, "boost"), (self.unit, "boost"))
        link((self.pictures.camera, "value"), (self.camera, "running"))
        self.camera.observe(lambda change: _display(self.camera, change["new"]), names="running")

    def colour(self, signed: bool) -> None:
        """Colour the overlay; left to itself, a signed map is red for and blue against."""
        self._signed = signed
        chosen = self.colormap.value
        self.stage.colormap = ("blue-red" if signed else "inferno") if chosen == AUTO else chosen

    def show_field(self, layer: Layer, unit: Unit, position: tuple[int, int]) -> None:
        """Draw the receptive field of the selected unit on the stage, and name it in the status line."""
        box = layer.field.box(position)
        mark = {"box": list(box), "kind": "field", "label": f"{unit.layer}:{unit.channel}"}
        self._field = [] if layer.field.whole else [mark]
        self._mark()
        self._field_note = f"sees {layer.field}"
        self.unit.title = f"{self.names.get(layer.name, layer.name)} : {unit.channel}"

    def show_object(self, overlaid: HeatMap | None) -> None:
        """The heat map that lies over the picture now; where it is asked for, its box is drawn."""
        self._overlaid = overlaid
        self._mark()

    def _mark(self) -> None:
        overlaid = self._overlaid if self.localize.value else None
        box = overlaid.box() if overlaid is not None else None
        found = [] if overlaid is None or box is None else [_localization(box, overlaid.target)]
        self.stage.boxes = [*self._field, *found]

    def mark_class(self, target: int | None) -> None:
        """Name the class explained in the status line."""
        self._class_note = "top class" if target is None else self.network.labels[target]

    def show_status(self, milliseconds: float) -> None:
        """The status line: layer, unit, modes, contrast, time of the last answer."""
        grid, backward = self.grid, self.backward_mode.value
        view = "" if backward == "off" else f" {self.backward_view.value}"
        parts = [
            f"<b>{grid.layer}:{grid.unit}</b>",
            self._field_note,
            f"backward: {backward}{view}" + (" · frozen" if self.freeze.value else ""),
            f"explains: {self._class_note}",
            f"boost {grid.boost:g} · gamma {grid.gamma:g}",
            f"{milliseconds:.0f} ms",
        ]
        self.status.value = "<span>" + "</span><span>".join(part for part in parts if part) + "</span>"

    def close(self) -> None:
        """Take every widget off the page and free its model."""
        self._overlaid = None
        close_all(self.rows)


def _layer_row(layer: Layer, names: dict[str, str]) -> dict[str, Any]:
    return {
        "name": layer.name,
        "kind": layer.kind,
        "shape": list(layer.shape),
        "field": str(layer.field),
        "title": names.get(layer.name, layer.name),
    }


def _localization(box: Box, label: str) -> dict[str, Any]:
    return {"box": list(box), "kind": "localization", "label": label}


def _display(widget: ipywidgets.DOMWidget, shown: bool) -> None:
    widget.layout.display = None if shown else "none"


def _dropdown(description: str, options: list[tuple[str, str]], tooltip: str) -> ipywidgets.Dropdown:
    return ipywidgets.Dropdown(options=options, description=description, tooltip=tooltip)


def _title(text: str) -> ipywidgets.HTML:
    return ipywidgets.HTML(text).add_class("dv-title")


def _box(classes: str, *children: ipywidgets.Widget) -> ipywidgets.Box:
    box = ipywidgets.Box(list(children))
    for name in classes.split():
        box.add_class(name)
    return box
