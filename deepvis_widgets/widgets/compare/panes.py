"""What surrounds the cells of a comparison: picture, class, scale, colours, further methods, curves and scores."""

from __future__ import annotations

import dataclasses
import html
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import ipywidgets
import traitlets

from ...core.params import Spec, specs
from ...methods import method
from ...methods.base import Method
from ..kit.layout import close_all
from ..kit.param_controls import Controls, entry
from ..kit.picture_bar import PictureBar
from .checks import UNSIGNED
from .curve_chart import CurveChart, Entry
from .networks import Row
from .score_table import table

if TYPE_CHECKING:
    from .compare import Compare

FIRST = 10  # classes with their probabilities at the head of the menu
TOP, NO_CLASS = "top class", -1  # a menu shows nothing at all for None
CHOOSE, NO_METHOD = "a method ...", ""
SCALE = (
    "Shared: a colour means the same value in all networks, for one method at a time, because values of different "
    "methods have different units. Own: each map has a scale of its own. Half a percent of the pixels may lie beyond "
    "the ends."
)
COLOURS = "of maps without a sign; signed maps are red where they speak for the class, blue where against, white at 0"


class Panes:
    """The widgets of one comparison around its cells; `rows` are what it lays out."""

    def __init__(self, compare: Compare, networks: Sequence[Row], pictures: Sequence[tuple[str, Any]]) -> None:
        self.compare, self.networks = compare, networks
        self._quiet = False  # while a menu is refilled, its value is nobody's choice
        self.pictures = PictureBar(pictures, compare.show, live=False)
        self._make_choices()
        self._make_toggles()
        self.notice = ipywidgets.HTML().add_class("dv-compare-notice")
        self.settings = ipywidgets.VBox().add_class("dv-compare-settings")
        self.controls: Controls | None = None
        self.grid = ipywidgets.Box().add_class("dv-compare-grid")
        self.grid.add_class("dv-compare-rows" if len(networks) > 1 else "dv-compare-flow")
        if len(networks) == 3:
            self.grid.add_class("dv-compare-three")
        self.chart, self.table = CurveChart(), ipywidgets.HTML().add_class("dv-compare-table")
        self.below = ipywidgets.VBox().add_class("dv-compare-below")
        tools = _box("dv-compare-tools", self.target, self.scale, self.colours, self.opacity, self.add, self.toggles)
        self.rows = [self.pictures, tools, self.notice, self.settings, self.grid, self.below]
        _display(self.settings, False)
        self.show_classes()

    # --- controls ---

    def _make_choices(self) -> None:
        self.target = _dropdown("Class", [(TOP, NO_CLASS)], "what is explained; top class: that of each network")
        self.scale = _dropdown("Scale", [("shared", "shared"), ("own", "own")], SCALE)
        self.scale.disabled = len(self.networks) == 1
        self.colours = _dropdown("Colours", [(name, name) for name in UNSIGNED], COLOURS)
        self.opacity = ipywidgets.FloatSlider(
            min=0,
            max=1,
            step=0.05,
            description="Opacity",
            readout=False,
            tooltip="opacity of the maps over the picture",
        )
        self.add = _dropdown("Add", [(CHOOSE, NO_METHOD)], "another method to compare")

    def _make_toggles(self) -> None:
        self.curves = _toggle("Curves", "line-chart", "Insertion and deletion curves of every map")
        self.scores = _toggle("Scores", "table", "How well each map does, as numbers")
        self.outline = _toggle("Object", "pencil", "Outline the object, where the picture comes with its mask")
        self.toggles = _box("dv-compare-toggles", self.curves, self.scores, self.outline)

    def bind(self) -> None:
        """Tie every control to the state it shows and sets."""
        compare = self.compare
        for name in ("scale", "opacity", "curves", "scores", "outline"):
            traitlets.link((compare, name), (getattr(self, name), "value"))
        self.colours.observe(lambda change: compare.recolour(change["new"]), names="value")
        self.target.observe(self._choose_target, names="value")
        self.add.observe(self._add_method, names="value")

    def _choose_target(self, change: Any) -> None:
        if not self._quiet:
            target = None if change["new"] == NO_CLASS else change["new"]
            self.compare.attempt(lambda: setattr(self.compare, "target", target))

    def _add_method(self, change: Any) -> None:
        if change["new"] != NO_METHOD and not self._quiet:
            self.compare.attempt(lambda: self.compare.add(change["new"]))
            self.add.value = NO_METHOD

    # --- what is shown ---

    def show_classes(self) -> None:
        """Fill the menu of classes: the strongest of the first network with their probabilities, then all others."""
        labels, shares = self.networks[0].network.labels, self.networks[0].shares
        strongest = [] if shares is None else shares.argsort(descending=True)[:FIRST].tolist()
        first = [(f"{labels[index]} · {float(shares[index]):.0%}", index) for index in strongest]  # type: ignore[index]
        others = [(label, index) for index, label in enumerate(labels) if index not in strongest]
        chosen = NO_CLASS if self.compare.target is None else self.compare.target
        self._refill(self.target, [(TOP, NO_CLASS), *first, *others], chosen)

    def show_methods(self) -> None:
        """Fill the menu of methods that are not compared yet; those that no network here can serve say so."""
        absent = [found for name, found in sorted(Method.registry.items()) if name not in self.compare.methods]
        self._refill(self.add, [(CHOOSE, NO_METHOD), *map(self._offer, absent)], NO_METHOD)

    def _offer(self, found: Method) -> tuple[str, str]:
        refused = not found.picture or all(found.refuses(row.network) for row in self.networks)
        return entry(found, not refused)

    def _refill(self, menu: ipywidgets.Dropdown, options: list[tuple[str, Any]], value: Any) -> None:
        self._quiet = True
        try:
            menu.options = options
            menu.value = value
        finally:
            self._quiet = False

    def show_cells(self) -> None:
        """Lay out the cells: column by column where there are several networks."""
        self.grid.children = self.compare.cells
        rows = 3 * len(self.networks)  # head, map and foot of each
        self.grid.layout.grid_template_rows = f"repeat({rows}, auto)" if len(self.networks) > 1 else None

    def show_settings(self, name: str | None) -> None:
        """Show the parameters of a method, or none."""
        _display(self.settings, name is not None)
        if self.controls is not None:
            close_all(self.settings.children)
            self.controls = None
        if name is None:
            self.settings.children = []
            return
        given = self.compare.params.get(name, {})
        self.controls = Controls([_started(spec, given) for spec in specs(method(name).Params)], self._change_params)
        title = f"Parameters of {method(name).title}" + ("" if self.controls.children else ": it has none")
        self.settings.children = [ipywidgets.HTML(html.escape(title)).add_class("dv-title"), self.controls]

    def _change_params(self) -> None:
        compare, controls = self.compare, self.controls
        if compare.selected is not None and controls is not None:
            params = {**compare.params, compare.selected: controls.values}
            compare.attempt(lambda: setattr(compare, "params", params))

    def show_mask(self, there: bool) -> None:
        """Whether the picture has a mask: without one there is nothing to outline."""
        self.outline.disabled = not there

    def show_scores(self) -> None:
        """The chart and the table, where they are wanted."""
        compare = self.compare
        wanted = [(compare.curves, self.chart), (compare.scores, self.table)]
        shown = tuple(pane for on, pane in wanted if on)  # a hidden chart would be drawn without a size
        if self.below.children != shown:
            self.below.children = shown
        if compare.curves:
            self.chart.show(self._entries())
        if compare.scores:
            self.table.value = table(compare.cells, len(self.networks) > 1)

    def _entries(self) -> list[Entry]:
        several = len(self.networks) > 1
        return [
            Entry(
                (cell.name, cell.row.place),
                f"{cell.title}, {cell.row.title}" if several else cell.title,
                self.compare.methods.index(cell.name),
                cell.row.place,
                cell.curves,
            )
            for cell in self.compare.cells
            if cell.curves is not None
        ]

    def refuse(self, sentence: str) -> None:
        """One sentence about what cannot be done; an empty one takes it away."""
        self.notice.value = f'<div class="dv-notice" role="alert">{html.escape(sentence)}</div>' if sentence else ""

    def close(self) -> None:
        """Take every widget off the page and free its model."""
        close_all([*self.rows, self.chart, self.table])


def _started(spec: Spec, given: dict[str, Any]) -> Spec:
    """The parameter with the value that was given for it as its default; numbers keep their kind."""
    if spec.name not in given:
        return spec
    value = given[spec.name]
    return dataclasses.replace(spec, default=float(value) if isinstance(spec.default, float) else value)


def _dropdown(description: str, options: list[tuple[str, Any]], tooltip: str) -> ipywidgets.Dropdown:
    return ipywidgets.Dropdown(options=options, description=description, tooltip=tooltip)


def _toggle(description: str, icon: str, tooltip: str) -> ipywidgets.ToggleButton:
    return ipywidgets.ToggleButton(description=description, icon=icon, tooltip=tooltip, layout={"width": "auto"})


def _display(widget: ipywidgets.DOMWidget, shown: bool) -> None:
    widget.layout.display = None if shown else "none"


def _box(name: str, *children: ipywidgets.Widget) -> ipywidgets.Box:
    return ipywidgets.Box(list(children)).add_class(name)
