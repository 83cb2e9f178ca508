"""Drawing the convolution board: the sliding kernel above, the matrix W with what goes in and out below."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from torch import Tensor

from ..board.cells import Cell, CellMap
from ..board.pen import Pen, fitting, mix, short
from .lesson import Lesson, drawn
from .words import total

WIDTHS = {1: 640, 2: 880}
GUTTER = 128  # left of the rows of a 1-D board and of the matrix, for their names
EDGE = 4
LABEL = 24
SUM = 44  # the line with the sum
READABLE = 20  # cells smaller than this show a colour and no number


@dataclass(frozen=True)
class Plan:
    """Sizes in css pixels of one drawing."""

    width: int
    cell: float
    matrix_top: float
    matrix_cell: float
    height: int


def plan(lesson: Lesson) -> Plan:
    """The largest cells that fit."""
    dims = lesson.dims
    width = WIDTHS[dims]
    (tall, wide), (outputs, inputs) = lesson.slide.source.shape, lesson.matrix.shape
    if dims == 1:
        cell = min(50, (width - GUTTER - EDGE) / wide)
        matrix_top = LABEL + 3 * cell + 48 + SUM
    else:
        widths = wide + lesson.kernel.shape[1] + lesson.result.shape[1]
        cell = min(36, (width - 2 * EDGE - 100) / widths)
        matrix_top = LABEL + max(tall, lesson.kernel.shape[0], lesson.result.shape[0]) * cell + 20 + SUM
    matrix_cell = min(42 if dims == 1 else 36, (width - GUTTER - 2 * EDGE - 8) / (inputs + 1), 380 / outputs)
    strips = max(matrix_cell, READABLE) * (3 if lesson.transposed else 1)
    height = matrix_top + LABEL + outputs * matrix_cell + strips + 16 + EDGE
    return Plan(width, cell, matrix_top, matrix_cell, round(height))


@dataclass(frozen=True)
class Scene:
    """What is drawn: a lesson with the cell `index` of what comes out lit, and those after `reached` grey."""

    lesson: Lesson
    index: int
    reached: int
    selected: Cell | None = None

    @cached_property
    def plan(self) -> Plan:
        """The sizes of the drawing."""
        return plan(self.lesson)

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) in css pixels."""
        return self.plan.height, self.plan.width

    def draw(self, pen: Pen, cells: CellMap) -> None:
        """Draws the sliding kernel, and the matrix."""
        Drawing(pen, cells, self).all()


class Drawing:
    """Draws a scene, and registers its cells."""

    def __init__(self, pen: Pen, cells: CellMap, scene: Scene) -> None:
        self.pen, self.cells, self.scene, self.plan = pen, cells, scene, scene.plan
        self.lesson, self.index = scene.lesson, scene.index
        self.window = scene.lesson.window(scene.index)

    def all(self) -> None:
        """Draws everything, in this order, so that marks lie on top."""
        self.pen.rect(0, 0, self.plan.height, self.plan.width, self.pen.palette.paper)
        if self.lesson.dims == 1:
            self._row()
        else:
            self._plane()
        self._sum()
        self._matrix()
        self._mark_selected()

    # --- the sliding kernel ---

    def _row(self) -> None:
        """1-D: the kernel below its window, and below it the output that it gives."""
        cell, slide, lesson = self.plan.cell, self.lesson.slide, self.lesson
        top = float(LABEL)
        self._name(top, cell, "y, zero-stuffed" if lesson.transposed else "input x, padded")
        self._source(top, GUTTER)
        top += cell + 8
        self._name(top, cell, "kernel, flipped" if lesson.transposed else "kernel w")
        weights = slide.kernel[0].tolist()
        for weight, (_, col) in enumerate(self.window):
            place = Cell("kernel", 0, weight)
            self._cell(place, top, GUTTER + col * cell, weights[weight], self.pen.palette.lit)
        below = top + cell
        top = below + 32
        self._name(top, cell, "Wᵀ y" if lesson.transposed else "output y")
        lefts = [GUTTER + self._centre(index) * cell for index in range(lesson.count)]
        for index, value in enumerate(lesson.result[0].tolist()):
            self._output(Cell("output", 0, index), top, lefts[index], value)
        middle = lefts[self.index] + cell / 2
        self.pen.arrow((below + 4, middle), (top - 3, middle), self.pen.palette.accent, 2)

    def _centre(self, index: int) -> float:
        """The column, in cells, above which a 1-D output stands: the middle of its window."""
        cols = [col for _, col in self.lesson.window(index)]
        return (cols[0] + cols[-1]) / 2

    def _plane(self) -> None:
        """2-D: source ∗ kernel = result, side by side."""
        cell, lesson = self.plan.cell, self.lesson
        grids = (lesson.slide.source, lesson.slide.kernel, lesson.result)
        draws = (self._source, self._kernel, self._result)
        room = self.plan.matrix_top - LABEL - 20 - SUM
        names = ("input x, padded", "kernel w", "output y")
        if lesson.transposed:
            names = ("y, zero-stuffed", "kernel, flipped", "Wᵀ y")
        left = float(EDGE)
        for name, grid, draw, sign in zip(names, grids, draws, ("∗", "=", ""), strict=True):
            top = LABEL + (room - grid.shape[0] * cell) / 2
            self.pen.text(top - 12, left, name, 14, self.pen.palette.dim)
            draw(top, left)
            left += grid.shape[1] * cell
            self.pen.text(LABEL + room / 2, left + 25, sign, 24, self.pen.palette.dim, "center")
            left += 50

    def _sum(self) -> None:
        """The sum behind the lit cell, as large as fits."""
        written = total(self.lesson, self.index)
        size = min(18, (self.plan.width - 2 * EDGE) / (0.5 * len(written)))
        self.pen.text(self.plan.matrix_top - SUM / 2 - 6, EDGE, written, size)

    def _source(self, top: float, left: float) -> None:
        slide, palette, cell = self.lesson.slide, self.pen.palette, self.plan.cell
        under = {place: weight for weight, place in enumerate(self.window)}
        for place, above, before, value in self._each("source", slide.source, top, left):
            real, covered = bool(slide.real[place.row, place.col]), (place.row, place.col) in under
            fill = palette.lit if covered else palette.cell if real else palette.paper
            self._cell(place, above, before, value, fill, palette.ink if real or covered else palette.dim)
        if slide.source.shape[0] > 1 and cell >= 30:
            self._weights(top, left, under)

    def _weights(self, top: float, left: float, under: dict[tuple[int, int], int]) -> None:
        """The weight that each covered cell is multiplied by, small in its corner."""
        cell, weights = self.plan.cell, self.lesson.slide.kernel.flatten().tolist()
        for (row, col), weight in under.items():
            place = (top + (row + 0.84) * cell, left + (col + 0.95) * cell)
            self.pen.text(*place, f"×{short(weights[weight])}", cell * 0.27, self.pen.palette.ink, "right")

    def _kernel(self, top: float, left: float) -> None:
        for place, above, before, value in self._each("kernel", self.lesson.slide.kernel, top, left):
            self._cell(place, above, before, value, self._tint(value))

    def _result(self, top: float, left: float) -> None:
        for each in self._each("output", self.lesson.result, top, left):
            self._output(*each)

    def _each(self, grid: str, values: Tensor, top: float, left: float) -> Iterator[tuple[Cell, float, float, float]]:
        """The cells of a grid with their (top, left) and their value."""
        for row, line in enumerate(values.tolist()):
            for col, value in enumerate(line):
                yield Cell(grid, row, col), top + row * self.plan.cell, left + col * self.plan.cell, value

    def _output(self, cell: Cell, top: float, left: float, value: float) -> None:
        palette, index = self.pen.palette, cell.row * self.lesson.result.shape[1] + cell.col
        fill = palette.lit if index == self.index else palette.cell
        ink = palette.ink if index <= max(self.scene.reached, self.index) else palette.dim
        self._cell(cell, top, left, value, fill, ink)

    def _cell(self, cell: Cell, top: float, left: float, value: float, fill: str, ink: str | None = None) -> None:
        side = self.plan.cell
        self.pen.grid(top, left, [[value]], side, lambda *_: fill, lambda *_: ink)
        self.cells.add(cell, top, left, side)

    def _name(self, top: float, cell: float, name: str) -> None:
        self.pen.text(top + cell / 2, GUTTER - 10, name, 14, self.pen.palette.dim, "right")

    # --- the matrix ---

    def _matrix(self) -> None:
        """W with x along its top and y down its right side; transposed, Wᵀ y and W⁺ y along its foot."""
        lesson, palette, side = self.lesson, self.pen.palette, self.plan.matrix_cell
        rows, cols = lesson.matrix.shape
        strip = max(side, READABLE)
        top, left = self.plan.matrix_top, float(GUTTER)
        title = f"W is {rows} × {cols}: " + ("down a column, times y" if lesson.transposed else "along a row, times x")
        self.pen.text(top + 8, left, title, 14, palette.dim)
        top += LABEL
        partners = lesson.partners(self.index)
        self._name(top, strip, "x")
        self._vector("x", top, left, lesson.x, set() if lesson.transposed else partners)
        top += strip + 6
        self._body(top, left)
        self._name(top, rows * side, "W")
        lit = partners if lesson.transposed else {self.index}
        self.pen.text(top - 12, left + cols * side + 6 + strip / 2, "y", 14, palette.dim, "center")
        self._vector("y", top, left + cols * side + 6, lesson.y, lit, down=True)
        top += rows * side + 6
        if lesson.transposed:
            for name, values in (("Wᵀ y", lesson.inverse.transposed), ("W⁺ y", lesson.inverse.restored)):
                self._name(top, strip, name)
                self._vector("back", top, left, values, {self.index})
                top += strip

    def _body(self, top: float, left: float) -> None:
        lesson, palette, side = self.lesson, self.pen.palette, self.plan.matrix_cell
        rows, cols = lesson.matrix.shape
        inside = lesson.weights.numpy() >= 0
        at_row, at_col = np.nonzero(inside)
        lit = (at_col if lesson.transposed else at_row) == self.index
        values = lesson.matrix.numpy()[inside]
        fills = [palette.lit if on else self._tint(value) for on, value in zip(lit, values, strict=True)]
        colours = np.array([[int(fill[i : i + 2], 16) for i in (1, 3, 5)] for fill in fills], np.uint8)
        self.pen.rect(top, left, rows * side, cols * side, palette.paper)
        if len(values):
            sides = np.full(len(values), side)
            self.pen.canvas.fill_styled_rects(
                left + at_col * side, top + at_row * side, sides, sides, colours, np.ones(len(values))
            )
        self._lines(top, left, rows, cols, side)
        if side >= READABLE:
            for row, col, value in zip(at_row.tolist(), at_col.tolist(), values.tolist(), strict=True):
                self._number(top + row * side, left + col * side, side, value)
        if lesson.transposed:
            self.pen.outline(top, left + self.index * side, rows * side, side)
        else:
            self.pen.outline(top + self.index * side, left, side, cols * side)
        self.cells.add(Cell("matrix", 0, 0), top, left, side, (rows, cols))

    def _lines(self, top: float, left: float, rows: int, cols: int, side: float) -> None:
        self.pen.rect(top, left, rows * side, cols * side, None, self.pen.palette.line)
        if side < 8:
            return
        across = [[(left, top + row * side), (left + cols * side, top + row * side)] for row in range(1, rows)]
        down = [[(left + col * side, top), (left + col * side, top + rows * side)] for col in range(1, cols)]
        if across or down:
            self.pen.canvas.stroke_style = self.pen.palette.line
            self.pen.canvas.stroke_line_segments(np.array(across + down, np.float32))

    def _vector(self, grid: str, top: float, left: float, values: Tensor, lit: set[int], down: bool = False) -> None:
        """Numbers along the columns of W, or `down` beside its rows."""
        palette, side = self.pen.palette, self.plan.matrix_cell
        size = (side, max(side, READABLE)) if down else (max(side, READABLE), side)
        for index, value in enumerate(values.flatten().tolist()):
            place = (top + index * side, left) if down else (top, left + index * side)
            self.pen.rect(*place, *size, palette.lit if index in lit else palette.cell, palette.line)
            if side >= READABLE:
                self._number(*place, side, value)
        self.cells.add(Cell(grid, 0, 0), top, left, side, (values.numel(), 1) if down else (1, values.numel()))

    def _number(self, top: float, left: float, side: float, value: float) -> None:
        written = short(value, 3 if side > 34 else 2)
        self.pen.text(top + side / 2, left + side / 2, written, fitting(written, side), None, "center")

    # --- colours and marks ---

    def _tint(self, value: float) -> str:
        """Of a weight: its sign, and faint where it is small."""
        palette = self.pen.palette
        largest = max(float(self.lesson.kernel.abs().max()), 1e-9)
        colour = palette.negative if value < 0 else palette.positive
        return mix(palette.paper, colour, 0.08 + 0.34 * abs(value) / largest)

    def _mark_selected(self) -> None:
        selected = self.scene.selected
        for cell in drawn(self.lesson, selected) if selected else []:
            box = self.cells.box(cell)
            if box:
                self.pen.outline(box[0], box[1], box[2], box[2])
