"""Drawing the deconvnet board: the way forward on top, and each step of the way back under its counterpart."""

from __future__ import annotations

from dataclasses import dataclass

from ..board.cells import Cell, CellMap
from ..board.pen import Pen, mix
from .lesson import BACKWARD, BEGINS, FORWARD, DeconvnetLesson, Place
from .words import panel_title, told

WIDTH = 960
EDGE = 6
GAP = 46  # between panels, for a sign or an arrow, and after the last for its title
HEAD = 40  # above the first row, for the step in words
LABEL = 30
LARGEST = 40
SIGNS = {("input", "kernel"): "∗", ("kernel", "z"): "=", ("back", "flipped"): "=", ("flipped", "behind"): "∗"}
ROWS = (FORWARD, BACKWARD)
STARTING = ("one", "activation")  # seeds of one position


@dataclass(frozen=True)
class Scene:
    """What is drawn: a lesson up to a step, with what belongs to the cell under the pointer lit."""

    lesson: DeconvnetLesson
    step: int
    hovered: Cell | None = None
    selected: Cell | None = None

    @property
    def cell(self) -> float:
        """The side of a cell in css pixels: the largest that fits."""
        sides = sum(len(self.lesson.values(panel)) for panel in FORWARD)
        return min(LARGEST, (WIDTH - EDGE - len(FORWARD) * GAP) / sides)

    @property
    def row(self) -> float:
        """The height of a row of panels."""
        return len(self.lesson.x) * self.cell + LABEL + 10

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) in css pixels."""
        sides = sum(len(self.lesson.values(panel)) for panel in FORWARD)
        width = EDGE + sides * self.cell + len(FORWARD) * GAP
        return round(HEAD + 2 * self.row + EDGE), max(round(width), 720)

    def draw(self, pen: Pen, cells: CellMap) -> None:
        """Draws all panels that the steps have come to."""
        DeconvnetDrawing(pen, cells, self).all()


class DeconvnetDrawing:
    """Draws a scene, and registers its cells."""

    def __init__(self, pen: Pen, cells: CellMap, scene: Scene) -> None:
        self.pen, self.cells, self.scene, self.lesson = pen, cells, scene, scene.lesson
        self.cell = scene.cell
        self.lit = scene.lesson.lit(scene.hovered) if scene.hovered else {}
        self.corners = {panel: self._corner(row, col) for row in (0, 1) for col, panel in enumerate(ROWS[row])}

    def all(self) -> None:
        """Draws everything, marks last."""
        self.pen.rect(0, 0, *self.scene.size, self.pen.palette.paper)
        self.pen.text(HEAD / 2, EDGE, told(self.lesson, self.scene.step), 16)
        for panel in (*FORWARD, *BACKWARD):
            self._panel(panel)
        for row in ROWS:
            for before, after in zip(row, row[1:], strict=False):
                self._between(before, after)
        self._marks()
        box = self.cells.box(self.scene.selected) if self.scene.selected else None
        if box:
            self.pen.outline(box[0], box[1], box[2], box[2])

    def _corner(self, row: int, col: int) -> tuple[float, float]:
        """(top, left) of a panel's first cell, in the middle of its row."""
        sides = [len(self.lesson.values(panel)) for panel in FORWARD]
        left = EDGE + sum(sides[:col]) * self.cell + col * GAP
        down = (len(self.lesson.x) - sides[col]) * self.cell / 2
        return HEAD + row * self.scene.row + LABEL + down, left

    def _panel(self, panel: str) -> None:
        top, left = self.corners[panel]
        palette, numbers = self.pen.palette, self.lesson.values(panel).tolist()
        side, begins = len(numbers), BEGINS[panel]
        now = begins == self.scene.step
        self.pen.text(
            *(top - 13, left, panel_title(self.lesson, panel), 14),
            colour=palette.accent if now else palette.dim,
            bold=now,
        )
        if self.scene.step < begins:
            self.pen.rect(top, left, side * self.cell, side * self.cell, palette.paper, palette.line)
            return
        lit = self.lit.get(panel, set())
        self.pen.grid(
            *(top, left, numbers, self.cell),
            fill=lambda row, col: palette.lit if (row, col) in lit else self._tint(panel, numbers[row][col]),
            ink=lambda row, col: palette.ink if numbers[row][col] else palette.dim,
        )
        self.cells.add(Cell(panel, 0, 0), top, left, self.cell, (side, side))

    def _tint(self, panel: str, value: float) -> str:
        """Weights and signals show their sign."""
        palette = self.pen.palette
        if panel in ("input", "z", "rectified", "pooled") or not value:
            return palette.cell
        return mix(palette.paper, palette.positive if value > 0 else palette.negative, 0.3)

    def _between(self, before: str, after: str) -> None:
        """A sign of the convolution, or an arrow the way the numbers go."""
        left = self.corners[before][1] + len(self.lesson.values(before)) * self.cell
        right, middle = self.corners[after][1], HEAD + LABEL + len(self.lesson.x) * self.cell / 2
        middle += self.scene.row if before in BACKWARD else 0
        sign = SIGNS.get((before, after))
        if sign:
            self.pen.text(middle, (left + right) / 2, sign, 24, self.pen.palette.dim, "center")
            return
        ends = ((middle, left + 8), (middle, right - 8))
        target = after if before in FORWARD else before
        colour = self.pen.palette.accent if BEGINS[target] == self.scene.step else self.pen.palette.line
        self.pen.arrow(*(ends if before in FORWARD else ends[::-1]), colour, 2)

    def _marks(self) -> None:
        """The windows of the pooling with a ring at each switch, and where the way back starts."""
        if self.scene.step >= BEGINS["pooled"]:
            self._windows("rectified")
            self._rings("rectified")
        if self.scene.step >= BEGINS["signal"] and self.lesson.seed in STARTING:
            for panel in ("pooled", "signal"):
                self._outline(panel, self.lesson.position, 1, 3)
        if self.scene.step >= BEGINS["unpooled"]:
            self._windows("unpooled")
            self._rings("unpooled")

    def _windows(self, panel: str) -> None:
        for place in self.lesson.sources.values():
            row, col = (at * self.lesson.window for at in place)
            self._outline(panel, (row, col), self.lesson.window, 3 if place in self.lit.get("pooled", ()) else 1.5)

    def _outline(self, panel: str, place: Place, side: int, width: float) -> None:
        top, left = self.corners[panel]
        span = side * self.cell
        self.pen.outline(top + place[0] * self.cell, left + place[1] * self.cell, span, span, width)

    def _rings(self, panel: str) -> None:
        top, left = self.corners[panel]
        self.pen.canvas.line_width = 2
        for row, col in self.lesson.sources:
            middle = (top + (row + 0.5) * self.cell, left + (col + 0.5) * self.cell)
            self.pen.circle(*middle, self.cell * 0.43, None, self.pen.palette.accent)
        self.pen.canvas.line_width = 1
