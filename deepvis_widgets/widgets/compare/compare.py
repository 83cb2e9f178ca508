"""Explanations side by side: any methods, any networks, one picture, one cursor."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ipywidgets
import traitlets

from ...core.errors import DeepvisError
from ...core.network.network import Network
from ...core.results import HeatMap
from ...methods import method
from ..kit.arguments import as_pictures
from .cell import Cell
from .checks import (
    SIGNED,
    UNSIGNED,
    as_colormaps,
    as_methods,
    as_networks,
    as_params,
    as_place,
    check_comparable,
    default_methods,
    settings,
)
from .networks import Row, titles
from .panes import Panes
from .scale import rescaled
from .score_table import scores_of
from .session import Updates


class Compare(ipywidgets.VBox):
    """Heat maps of one picture in a grid: a row for each network, a column for each method.

    `network` is a Network, a module or a name for dv.load, or a list of these; `picture` anything a picture can be made
    of (None: the first of `pictures`, which are a folder, a list, or the ready scenes). `methods` are names (None: the
    class map that fits, occlusion, LRP and gradient × input), `params` their parameters: {"occlusion": {"window": 24}}.
    `target` is a class index or label of the first network (None: each network's own top class), `mask` a bool array
    of the picture's size that marks the object; a dv.scene brings its own.

    The pointer over one map points at the same place in all of them; a click or the arrow keys fix it. The traits below
    may be set, observed and linked from Python, and the page always agrees with them. What cannot be done raises
    DeepvisError and changes nothing; a method that cannot serve a network says so in its cell. `close()` ends the
    threads.
    """

    image = traitlets.Any(help="the picture; setting it opens another")
    mask = traitlets.Any(None, allow_none=True, help="bool array of the picture's size, or None: the picture's own")
    target = traitlets.Any(None, allow_none=True, help="class index, or None: each top class; a label may be set")
    methods = traitlets.Any((), help="names of the methods, in order")
    params = traitlets.Any({}, help="method name → its parameters; defaults where there are none")
    selected = traitlets.Any(None, allow_none=True, help="the method whose parameters are shown, or None")
    scale = traitlets.Enum(("shared", "own"), "shared", help="one scale for a method in all networks, or one per map")
    opacity = traitlets.Float(0.7, min=0.0, max=1.0, help="of the maps over the picture")
    colormaps = traitlets.Any(help="colour maps: {'signed': ..., 'unsigned': ...}")
    cursor = traitlets.Any(None, allow_none=True, help="(row, col) as the first network sees the picture, or None")
    curves = traitlets.Bool(False, help="whether insertion and deletion curves are drawn")
    scores = traitlets.Bool(False, help="whether the table of scores is shown")
    outline = traitlets.Bool(False, help="whether the mask is outlined on the maps")

    def __init__(
        self,
        network: Any = "husky-wolf",
        picture: Any = None,
        *,
        methods: Sequence[str] | None = None,
        pictures: Any = None,
        params: Mapping[str, Mapping[str, Any]] | None = None,
        target: int | str | None = None,
        mask: Any = None,
    ) -> None:
        networks = as_networks(network)
        choices = as_pictures(pictures)
        self.group = uuid.uuid4().hex
        self.cells: tuple[Cell, ...] = ()
        self._pointing: Cell | None = None
        rows = [
            Row(each, title, place) for place, (each, title) in enumerate(zip(networks, titles(networks), strict=True))
        ]
        self.panes, self.updates = Panes(self, rows, choices), Updates(self, rows)
        try:
            super().__init__(self.panes.rows)
            self.add_class("dv-compare")
            self._start(choices[0][1] if picture is None else picture, methods, params, target, mask)
        except BaseException:
            self.close()
            raise
        self.panes.pictures.point(0 if picture is None else None)

    def _start(self, picture: Any, methods: Any, params: Any, target: Any, mask: Any) -> None:
        self.colormaps = {"signed": SIGNED[0], "unsigned": UNSIGNED[0]}
        self.params = dict(params or {})
        self.target = target
        self.methods = default_methods(self.networks) if methods is None else methods
        self._observe()
        self.panes.bind()
        self._lay_cells()
        self.image = picture
        if mask is not None:
            self.mask = mask

    @property
    def networks(self) -> list[Network]:
        """The networks compared, in the order of their rows."""
        return self.updates.networks

    @property
    def results(self) -> dict[tuple[str, str], HeatMap]:
        """(title of the network, method) → the heat map shown, where there is one."""
        return {(cell.row.title, cell.name): cell.result for cell in self.cells if cell.result is not None}

    @property
    def numbers(self) -> dict[tuple[str, str], dict[str, float | None]]:
        """(title of the network, method) → its scores as in the table; None where one is not known."""
        return {(cell.row.title, cell.name): scores_of(cell) for cell in self.cells}

    # --- what may be set ---

    @traitlets.validate("image")
    def _check_image(self, proposal: Any) -> Any:
        self.updates.open(proposal["value"])
        return proposal["value"]

    @traitlets.validate("mask")
    def _check_mask(self, proposal: Any) -> Any:
        self.updates.mark(proposal["value"])
        return proposal["value"]

    @traitlets.validate("target")
    def _check_target(self, proposal: Any) -> int | None:
        return None if proposal["value"] is None else self.networks[0].class_index(proposal["value"])

    @traitlets.validate("methods")
    def _check_methods(self, proposal: Any) -> tuple[str, ...]:
        return as_methods(proposal["value"])

    @traitlets.validate("params")
    def _check_params(self, proposal: Any) -> dict[str, dict[str, Any]]:
        return as_params(proposal["value"])

    @traitlets.validate("selected")
    def _check_selected(self, proposal: Any) -> str | None:
        if proposal["value"] is not None and proposal["value"] not in self.methods:
            raise DeepvisError(f"{proposal['value']!r} is not among the methods here: {', '.join(self.methods)}.")
        return proposal["value"]

    @traitlets.validate("colormaps")
    def _check_colormaps(self, proposal: Any) -> dict[str, str]:
        return as_colormaps(proposal["value"])

    @traitlets.validate("cursor")
    def _check_cursor(self, proposal: Any) -> tuple[int, int] | None:
        return as_place(proposal["value"], self.networks[0].size)

    # --- what follows from it ---

    def _observe(self) -> None:
        self.observe(self._forget_mask, names="image")
        self.observe(lambda _: self._restart_all(), names="target")
        self.observe(lambda _: self._lay_cells(), names="methods")
        self.observe(self._adopt_params, names="params")
        self.observe(lambda change: self.panes.show_settings(change["new"]), names="selected")
        self.observe(lambda _: self._rescale(), names=["scale", "colormaps"])
        self.observe(lambda _: self._look(), names=["opacity", "outline"])
        self.observe(lambda _: self._point(), names="cursor")
        self.observe(lambda _: self._toggle_scores(), names=["curves", "scores"])

    def _forget_mask(self, _: Any) -> None:
        self.mask = None

    def _restart_all(self) -> None:
        self.panes.show_classes()
        for cell in self.cells:
            self.updates.ask(cell)

    def _adopt_params(self, change: Any) -> None:
        old, new = change["old"] or {}, change["new"]
        for cell in self.cells:
            if settings(cell.name, old) != settings(cell.name, new):
                self.updates.ask(cell)
        controls = self.panes.controls
        if self.selected is not None and controls is not None:
            wanted = vars(settings(self.selected, new))
            if any(wanted[name] != value for name, value in controls.values.items()):
                self.panes.show_settings(self.selected)

    def _lay_cells(self) -> None:
        """Cells in the order of the methods, those of one method next to each other; what is there already stays."""
        old = {(cell.name, cell.row): cell for cell in self.cells}
        wanted = [(name, row) for name in self.methods for row in self.updates.rows]
        with self.updates.lock:
            self.cells = tuple(old[key] if key in old else self._make_cell(*key) for key in wanted)
        if self.selected not in self.methods:
            self.selected = None
        self.panes.show_cells()
        self.panes.show_methods()
        for cell in set(old.values()).difference(self.cells):
            self.updates.drop(cell)
            cell.close()
        for name in {cell.name for cell in self.cells}:
            self.updates.rescale(name)
        for cell in self.cells:
            if cell.turn == 0 and cell.row.view is not None:
                self.updates.restart(cell)
        self.show_scores()

    def _make_cell(self, name: str, row: Row) -> Cell:
        cell = Cell(row, name, self.group)
        cell.map.opacity, cell.map.outline = self.opacity, self.outline
        cell.map.position = self._position_in(cell)
        cell.map.observe(lambda change: self._pointed(cell, change["new"]), names="position")
        cell.settings.on_click(lambda _: setattr(self, "selected", None if self.selected == name else name))
        cell.remove.on_click(lambda _: self.attempt(lambda: self.remove(name)))
        cell.button.on_click(lambda _: self.updates.press(cell))
        return cell

    def _rescale(self) -> None:
        self.panes.colours.value = self.colormaps["unsigned"]
        for name in self.methods:
            self.updates.rescale(name)

    def _look(self) -> None:
        for cell in self.cells:
            cell.map.opacity, cell.map.outline = self.opacity, self.outline

    # --- the cursor ---

    def _point(self) -> None:
        for cell in self.cells:
            if cell is not self._pointing:
                cell.map.position = self._position_in(cell)

    def _position_in(self, cell: Cell) -> list[int] | None:
        return None if self.cursor is None else rescaled(self.cursor, self.networks[0].size, cell.row.network.size)

    def _pointed(self, cell: Cell, position: list[int] | None) -> None:
        """A place was chosen on one map: all others follow."""
        if position == self._position_in(cell):
            return
        self._pointing = cell
        try:
            size, first = cell.row.network.size, self.networks[0].size
            self.cursor = None if position is None else rescaled(position, size, first)
        finally:
            self._pointing = None

    # --- curves and scores ---

    def _toggle_scores(self) -> None:
        if not (self.curves or self.scores):
            for cell in self.cells:
                self.updates.leave_curves(cell)
        self.show_scores()
        self.measure()

    def measure(self) -> None:
        """Draw the curves that are wanted and not there yet."""
        for cell in self.cells:
            self.updates.measure(cell)

    def show_scores(self) -> None:
        """Bring the chart and the table up to date."""
        with self.updates.lock:
            self.panes.show_scores()

    # --- commands ---

    def show(self, picture: Any, name: str = "") -> None:
        """Show another picture; one that cannot be read leaves a sentence and the old picture in place."""
        self.attempt(lambda: setattr(self, "image", picture))

    def add(self, name: str) -> None:
        """Compare another method; DeepvisError where no network here can serve it."""
        check_comparable(name)
        refusals = [method(name).refuses(network) for network in self.networks]
        if all(refusals):
            raise DeepvisError(str(refusals[0]))
        self.methods = (*self.methods, name)

    def remove(self, name: str) -> None:
        """Compare a method no longer; DeepvisError for the last one."""
        if self.methods == (name,):
            raise DeepvisError("The last method stays; add another one first.")
        self.methods = tuple(other for other in self.methods if other != name)

    def stop(self) -> None:
        """Stop everything that is being computed; what is drawn stays."""
        for cell in self.cells:
            self.updates.stop(cell)

    def recolour(self, unsigned: str) -> None:
        """Another colour map for unsigned maps."""
        self.colormaps = {**self.colormaps, "unsigned": unsigned}

    def attempt(self, act: Callable[[], None]) -> None:
        """Do what a control asks for; what cannot be done becomes a sentence on the page."""
        try:
            act()
        except DeepvisError as error:
            self.panes.refuse(str(error))
        else:
            self.panes.refuse("")

    def close(self) -> None:
        """End the threads, and take the widgets off the page."""
        if "updates" in vars(self):  # else it never began
            self.updates.close()
            self.panes.close()
        super().close()
