"""What a comparison shows: the picture's bar, its controls, a grid of maps under one cursor, curves and scores."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import ipywidgets
from torch import Tensor

from ..kit.layout import box, classed, close_all, html
from ..kit.notice import Notice, attempt
from ..kit.picture_bar import PictureBar
from ..link.push import push
from .answers import CellAnswer, Key, ScoresAnswer
from .cell import Cell
from .curve_chart import CurveChart, Entry
from .scale import rescaled
from .score_table import table
from .settings import Settings
from .state import CompareState
from .tools import Tools


class Panes:
    """The widgets of one comparison, from top to bottom in `parts`. A Listener: it draws every answer it is told.

    `pictures` are (name, picture) pairs to choose from; `press(key)` is called by the button of a cell.
    """

    def __init__(self, state: CompareState, pictures: Sequence[tuple[str, Any]], press: Callable[[Key], None]) -> None:
        self._state, self._press = state, press
        self._group = uuid.uuid4().hex
        self._pointing: Cell | None = None  # the cell whose map was clicked: it keeps its own place
        self.cells: tuple[Cell, ...] = ()
        self.pictures = PictureBar(pictures, self.open)
        self.notice = classed(Notice(), "dv-compare-notice")
        self.tools, self.settings = Tools(state, self.attempt), Settings(state, self.attempt)
        self.grid = box(" ".join(["dv-compare-grid", *_arrangement(len(state.networks))]))
        self.chart, self.table = CurveChart(), html("dv-compare-table")
        self.below = classed(ipywidgets.VBox(), "dv-compare-below")
        self.parts = [self.pictures, self.tools, self.notice, self.settings, self.grid, self.below]
        state.observe(lambda _: self.pictures.point(state.image), names="image")
        state.observe(lambda _: self._look(), names=["opacity", "outline"])
        state.observe(lambda _: self._point(), names="cursor")

    def open(self, picture: Any, name: str = "") -> None:
        """Shows another picture, called `name` where it is given; one that cannot be read leaves a sentence and the old
        picture in place.
        """
        if self.attempt(lambda: setattr(self._state, "image", picture)):
            self.pictures.point(picture, name)
        else:
            self.pictures.point(self._state.image)

    def attempt(self, act: Callable[[], object]) -> bool:
        """Does what a control asks for; what cannot be done becomes a sentence on the page. Whether it was done."""
        return attempt(self.notice.say, act)

    def close(self) -> None:
        """Takes every widget off the page and frees its model."""
        close_all([*self.parts, self.chart, self.table])

    # --- answers ---

    def show_cells(self, answers: tuple[CellAnswer, ...]) -> None:
        """Lays out the cells, column by column where there are several networks; what is there already stays."""
        old = {cell.answer.key: cell for cell in self.cells}
        self.cells = tuple(old.pop(each.key) if each.key in old else self._make_cell(each) for each in answers)
        self.grid.children = self.cells
        networks = len(self._state.networks)
        rows = 3 * networks  # head, map and foot of each
        self.grid.layout.grid_template_rows = f"repeat({rows}, auto)" if networks > 1 else None
        for cell in old.values():
            cell.close()
        self._show_colours()

    def show_cell(self, answer: CellAnswer) -> None:
        """Draws what is new in a cell."""
        for cell in self.cells:
            if cell.answer.key == answer.key:
                cell.show(answer)
        self._show_colours()

    def show_scores(self, answer: ScoresAnswer) -> None:
        """Draws the chart and the table, where they are wanted."""
        wanted = [(answer.curves, self.chart), (answer.scores, self.table)]
        shown = tuple(pane for on, pane in wanted if on)  # a hidden chart would be drawn without a size
        if self.below.children != shown:
            self.below.children = shown  # only where the state was changed, and so on its thread
        several = len(self._state.networks) > 1
        if answer.curves:
            self.chart.show(entries(answer.cells, several))
        if answer.scores:
            push(self.table, value=table(answer.cells, several))

    def show_classes(self, shares: Tensor) -> None:
        """Shows what the bars show (classes,) by the first network in the menu of classes."""
        self.tools.show_classes(shares)

    def refuse(self, sentence: str) -> None:
        """Says in one sentence what cannot be done; an empty one takes it away."""
        self.notice.say(sentence)

    def _show_colours(self) -> None:
        """A menu of colours for each kind of map that is there."""
        results = [cell.answer.result for cell in self.cells]
        self.tools.show_colours({result.signed for result in results if result is not None})

    # --- cells ---

    def _make_cell(self, answer: CellAnswer) -> Cell:
        state = self._state
        remove = partial(attempt, self.notice.say, state.remove)
        cell = Cell(answer, self._group, self._select, remove, self._press)
        position = self._position_in(cell)
        push(cell.map, opacity=state.opacity, outline=state.outline, position=position)
        cell.map.observe(lambda change: self._pointed(cell, change["new"]), names="position")
        return cell

    def _select(self, name: str) -> None:
        self._state.selected = None if self._state.selected == name else name

    def _look(self) -> None:
        for cell in self.cells:
            push(cell.map, opacity=self._state.opacity, outline=self._state.outline)

    # --- the cursor ---

    def _point(self) -> None:
        for cell in self.cells:
            if cell is not self._pointing:
                push(cell.map, position=self._position_in(cell))

    def _position_in(self, cell: Cell) -> list[int] | None:
        cursor, first = self._state.cursor, self._state.networks[0].size
        return None if cursor is None else rescaled(cursor, first, cell.answer.row.network.size)

    def _pointed(self, cell: Cell, position: list[int] | None) -> None:
        """A place was chosen on one map: all others follow."""
        if position == self._position_in(cell):
            return
        self._pointing = cell
        try:
            size, first = cell.answer.row.network.size, self._state.networks[0].size
            self._state.cursor = None if position is None else rescaled(position, size, first)
        finally:
            self._pointing = None


def _arrangement(networks: int) -> list[str]:
    return ["dv-compare-rows" if networks > 1 else "dv-compare-flow", *(["dv-compare-three"] if networks == 3 else [])]


def entries(cells: Sequence[CellAnswer], several: bool) -> list[Entry]:
    """The lines of the chart; methods differ in their colours, networks in their dashes."""
    methods = list(dict.fromkeys(cell.name for cell in cells))
    names = [f"{cell.title}, {cell.row.title}" if several else cell.title for cell in cells]
    return [
        Entry(cell.key, name, methods.index(cell.name), cell.row.place, cell.curves)
        for cell, name in zip(cells, names, strict=True)
    ]
