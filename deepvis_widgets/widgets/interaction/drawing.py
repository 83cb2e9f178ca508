"""Drawing the interaction board: the same units twice, densely connected at the left, sparsely at the right."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ..board.cells import Cell, CellMap
from ..board.pen import Pen, mix
from .stack import Cone, Stack, Unit

WIDTH = 960
HEAD = 40  # above the last layer, for the titles
ROW = 88
FOOT = 34
NAMES, SEES, BETWEEN = 62, 66, 34  # left of the units, right of them, between the two
PANEL = (WIDTH - NAMES - SEES - BETWEEN) / 2
WIDEST = 44  # between two units
TITLES = ("dense: every unit with every one below", "sparse: kernel smaller than the input")


@dataclass(frozen=True)
class Scene:
    """What is drawn: a stack with what belongs to one unit lit."""

    stack: Stack
    lit: Unit

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) in css pixels."""
        return HEAD + self.stack.depth * ROW + 2 * FOOT, WIDTH

    def draw(self, pen: Pen, cells: CellMap) -> None:
        """Draws both, and registers the units."""
        InteractionDrawing(pen, cells, self).all()


class InteractionDrawing:
    """Draws a scene, and registers its units: as cells "unit" of row layer and col index."""

    def __init__(self, pen: Pen, cells: CellMap, scene: Scene) -> None:
        self.pen, self.cells, self.stack, self.lit, self.size = pen, cells, scene.stack, scene.lit, scene.size
        places = [scene.stack.centre((layer, i)) for layer, n in enumerate(scene.stack.sizes) for i in (0, n - 1)]
        self.first, span = min(places), max(places) - min(places)
        self.apart = min(WIDEST, PANEL / (span + 1))
        self.inset = (PANEL - span * self.apart) / 2
        self.radius = min(15.0, self.apart * 0.4)

    def all(self) -> None:
        """Draws everything, units last."""
        self.pen.rect(0, 0, *self.size, self.pen.palette.paper)
        for layer in range(self.stack.depth + 1):
            self._names(layer)
        for dense in (True, False):
            title, left = TITLES[not dense], self._left(dense)
            self.pen.text(HEAD / 2 - 4, left + PANEL / 2, title, 15, self.pen.palette.dim, "center")
            self._connections(dense)
            self._units(dense)

    def top(self, layer: int) -> float:
        """The height of a layer's units; the input is at the foot."""
        return HEAD + FOOT / 2 + (self.stack.depth - layer) * ROW

    def place(self, unit: Unit, dense: bool) -> tuple[float, float]:
        """(top, left) of a unit."""
        return self.top(unit[0]), self._left(dense) + self.inset + (self.stack.centre(unit) - self.first) * self.apart

    def _left(self, dense: bool) -> float:
        return NAMES + (0 if dense else PANEL + BETWEEN)

    def _names(self, layer: int) -> None:
        dim = self.pen.palette.dim
        self.pen.text(self.top(layer), NAMES - 8, f"layer {layer}" if layer else "input", 14, dim, "right")
        if layer:
            seen = f"sees {self.stack.sees(layer)}"
            lit = layer == self.lit[0]
            colour = self.pen.palette.accent if lit else dim
            self.pen.text(self.top(layer), WIDTH - 6, seen, 14, colour, "right", bold=lit)

    def _connections(self, dense: bool) -> None:
        """All of them thin, over these the ones within the cone."""
        cone = self.stack.cone(self.lit, dense)
        for layer in range(1, self.stack.depth + 1):
            edges = self._edges(layer, dense)
            lit = [edge for edge in edges if self._within(cone, layer, edge)]
            self._lines(layer, dense, edges, mix(self.pen.palette.paper, self.pen.palette.line, 0.75), 1)
            self._lines(layer, dense, lit, self.pen.palette.accent, 2)

    def _edges(self, layer: int, dense: bool) -> list[tuple[int, int]]:
        if not dense:
            return list(self.stack.edges[layer - 1])
        below, units = self.stack.sizes[layer - 1], self.stack.sizes[layer]
        return [(place, unit) for unit in range(units) for place in range(below)]

    def _within(self, cone: Cone, layer: int, edge: tuple[int, int]) -> bool:
        return edge[0] in cone[layer - 1] and edge[1] in cone[layer]

    def _lines(self, layer: int, dense: bool, edges: Iterable[tuple[int, int]], colour: str, width: float) -> None:
        ends = [
            [self.place((layer - 1, below), dense)[::-1], self.place((layer, unit), dense)[::-1]]
            for below, unit in edges
        ]
        if ends:
            self.pen.canvas.stroke_style, self.pen.canvas.line_width = colour, width
            self.pen.canvas.stroke_line_segments(np.array(ends, np.float32))
            self.pen.canvas.line_width = 1

    def _units(self, dense: bool) -> None:
        palette, cone = self.pen.palette, self.stack.cone(self.lit, dense)
        for layer, size in enumerate(self.stack.sizes):
            for index in range(size):
                top, left = self.place((layer, index), dense)
                lit, itself = index in cone[layer], (layer, index) == self.lit
                fill = palette.accent if itself else palette.lit if lit else palette.cell
                self.pen.circle(top, left, self.radius, fill, palette.accent if lit else palette.line)
                if self.radius >= 8:
                    ink = palette.paper if itself else palette.ink if lit else palette.dim
                    self.pen.text(top, left, str(index), min(12.0, self.radius * 0.95), ink, "center")
                half = max(self.radius, self.apart / 2)
                self.cells.add(Cell("unit", layer, index), top - half, left - half, 2 * half)
