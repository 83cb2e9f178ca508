"""Drawing the pooling board: forward on top, the signal coming back below it, the three rules at the foot."""

from __future__ import annotations

from dataclasses import dataclass

from ..board.cells import Cell, CellMap
from ..board.pen import Pen, mix
from .lesson import PANELS, SMALL, STEPS, PoolingLesson

WIDTH = 760
EDGE = 6
GAP = 84  # between panels, for an arrow
HEAD = 34  # above the first row, for the step in words
LABEL = 26


@dataclass(frozen=True)
class Scene:
    """What is drawn: a lesson up to a step, with what belongs to the cell under the pointer lit."""

    lesson: PoolingLesson
    step: int
    hovered: Cell | None = None
    selected: Cell | None = None

    @property
    def cell(self) -> float:
        """The side of a cell in css pixels: the largest that fits."""
        return min(44, (WIDTH - 2 * EDGE - 2 * GAP) / (3 * len(self.lesson.x)))

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) in css pixels."""
        return round(HEAD + 3 * (len(self.lesson.x) * self.cell + LABEL + 10) + EDGE), WIDTH

    def draw(self, pen: Pen, cells: CellMap) -> None:
        """Draws all panels that the steps have come to."""
        PoolingDrawing(pen, cells, self).all()


class PoolingDrawing:
    """Draws a scene, and registers its cells."""

    def __init__(self, pen: Pen, cells: CellMap, scene: Scene) -> None:
        self.pen, self.cells, self.scene, self.lesson = pen, cells, scene, scene.lesson
        self.cell, self.span = scene.cell, len(scene.lesson.x) * scene.cell
        self.lit = self.lesson.lit(scene.hovered) if scene.hovered else (set(), set())

    def all(self) -> None:
        """Draws everything, marks last."""
        self.pen.rect(0, 0, *self.scene.size, self.pen.palette.paper)
        self.pen.text(HEAD / 2, EDGE, STEPS[self.scene.step], 16)
        self._arrows()
        for panel in PANELS:
            self._panel(panel)
        self._switches()
        self._windows()
        box = self.cells.box(self.scene.selected) if self.scene.selected else None
        if box:
            self.pen.outline(box[0], box[1], box[2], box[2])

    def corner(self, panel: str) -> tuple[float, float]:
        """(top, left) of a panel's first cell; the small ones stand in the middle of their place."""
        row, col = PANELS[panel][2]
        inset = (self.span - self._side(panel) * self.cell) / 2
        return HEAD + row * (self.span + LABEL + 10) + LABEL + inset, EDGE + col * (self.span + GAP) + inset

    def _side(self, panel: str) -> int:
        return int(self.lesson.values(panel).shape[0])

    def _panel(self, panel: str) -> None:
        top, left = self.corner(panel)
        title, begins, _ = PANELS[panel]
        now = begins == self.scene.step
        palette = self.pen.palette
        self.pen.text(top - 13, left, title, 15, palette.accent if now else palette.dim, bold=now)
        values = self.lesson.values(panel)
        side = self._side(panel)
        if self.scene.step < begins:
            self.pen.rect(top, left, side * self.cell, side * self.cell, palette.paper, palette.line)
            return
        lit = self.lit[panel in SMALL]
        numbers = values.tolist()
        self.pen.grid(
            *(top, left, numbers, self.cell),
            fill=lambda row, col: palette.lit if (row, col) in lit else self._tint(panel, numbers[row][col]),
            ink=lambda row, col: palette.ink if numbers[row][col] else palette.dim,
        )
        self.cells.add(Cell(panel, 0, 0), top, left, self.cell, (side, side))

    def _tint(self, panel: str, value: float) -> str:
        """A signal shows its sign."""
        palette = self.pen.palette
        if panel in ("input", "rectified", "pooled") or not value:
            return palette.cell
        return mix(palette.paper, palette.positive if value > 0 else palette.negative, 0.3)

    def _arrows(self) -> None:
        for start, end in (("input", "rectified"), ("rectified", "pooled"), ("signal", "unpooled")):
            colour = self.pen.palette.accent if PANELS[end][1] == self.scene.step else self.pen.palette.line
            (_, left), (_, right) = sorted((self.corner(start), self.corner(end)), key=lambda corner: corner[1])
            first = start if self.corner(start)[1] == left else end
            middle = HEAD + PANELS[start][2][0] * (self.span + LABEL + 10) + LABEL + self.span / 2
            ends = (middle, left + self._side(first) * self.cell + 10), (middle, right - 10)
            self.pen.arrow(*(ends if first == start else ends[::-1]), colour, 2)

    def _switches(self) -> None:
        """A ring at each switch, in the map it was found in and in the one it is used in."""
        for panel, begins in (("rectified", 1), ("unpooled", 3)):
            if self.scene.step >= begins:
                top, left = self.corner(panel)
                for row, col in self.lesson.sources:
                    place = (top + (row + 0.5) * self.cell, left + (col + 0.5) * self.cell)
                    self.pen.canvas.line_width = 2
                    self.pen.circle(*place, self.cell * 0.43, None, self.pen.palette.accent)
                    self.pen.canvas.line_width = 1

    def _windows(self) -> None:
        """The windows of the pooling; where they overlap, only the one under the pointer."""
        if self.scene.step < 1:
            return
        hovered = self.scene.hovered
        pointed = [(hovered.row, hovered.col)] if hovered and hovered.grid in SMALL else []
        count, stride, side = self.lesson.signal.shape[0], self.lesson.stride, self.lesson.window * self.cell
        apart = stride >= self.lesson.window
        places = [(row, col) for row in range(count) for col in range(count)] if apart else pointed
        top, left = self.corner("rectified")
        for row, col in places:
            width = 3.5 if (row, col) in pointed else 2
            self.pen.outline(top + row * stride * self.cell, left + col * stride * self.cell, side, side, width)
