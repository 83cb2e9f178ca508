"""Drawing on an ipycanvas: shapes, text and grids of numbers in the colours of the page's theme.

Everything is in css pixels, places are (top, left) and sizes (height, width).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

FONT = "system-ui, -apple-system, 'Segoe UI', sans-serif"


@dataclass(frozen=True)
class Palette:
    """The colours of a drawing. `positive` and `negative` are told apart by colour-blind people too."""

    paper: str
    ink: str
    dim: str
    line: str
    cell: str
    accent: str
    lit: str
    positive: str
    negative: str


LIGHT = Palette("#ffffff", "#1f2328", "#5c636b", "#c4c8cd", "#f1f2f4", "#1565c0", "#ffd166", "#c2410c", "#1d4ed8")
DARK = Palette("#111111", "#e6e8ea", "#a3a9b0", "#4a5057", "#24282c", "#64b5f6", "#8a6d1f", "#fb923c", "#7aa2ff")

Colour = Callable[[int, int], str | None]  # of the cell (row, col); None: the usual one


class Pen:
    """Draws on a canvas. Only inside Board.draw, which holds the canvas and clears it."""

    def __init__(self, canvas: Any, palette: Palette) -> None:
        self.canvas, self.palette = canvas, palette

    def rect(
        self, top: float, left: float, height: float, width: float, fill: str | None = None, stroke: str | None = None
    ) -> None:
        """A rectangle, filled, outlined or both."""
        if fill:
            self.canvas.fill_style = fill
            self.canvas.fill_rect(left, top, width, height)
        if stroke:
            self.canvas.stroke_style = stroke
            self.canvas.stroke_rect(left, top, width, height)

    def outline(self, top: float, left: float, height: float, width: float, thick: float = 2.5) -> None:
        """A frame that marks what it surrounds, its line so many pixels thick."""
        self.canvas.line_width = thick
        self.rect(top, left, height, width, None, self.palette.accent)
        self.canvas.line_width = 1

    def text(
        self,
        top: float,
        left: float,
        text: str,
        size: float = 13,
        colour: str | None = None,
        align: str = "left",
        bold: bool = False,
    ) -> None:
        """A line of text whose middle is at height `top`."""
        self.canvas.font = f"{'600 ' if bold else ''}{size}px {FONT}"
        self.canvas.fill_style = colour or self.palette.ink
        self.canvas.text_align = align
        self.canvas.text_baseline = "middle"
        self.canvas.fill_text(text, left, top)

    def line(
        self,
        start: tuple[float, float],
        end: tuple[float, float],
        colour: str | None = None,
        width: float = 1,
        dash: Sequence[float] = (),
    ) -> None:
        """A straight line from (top, left) to (top, left), dashed by lengths of line and gap."""
        self.canvas.stroke_style = colour or self.palette.line
        self.canvas.line_width = width
        self.canvas.set_line_dash(list(dash))
        self.canvas.stroke_line(start[1], start[0], end[1], end[0])
        self.canvas.set_line_dash([])
        self.canvas.line_width = 1

    def arrow(
        self, start: tuple[float, float], end: tuple[float, float], colour: str | None = None, width: float = 1.5
    ) -> None:
        """A line with a head at its end."""
        self.line(start, end, colour, width)
        along = np.subtract(end, start)
        along = along / max(float(np.hypot(*along)), 1e-9)
        across = np.array([-along[1], along[0]])
        points = [np.array(end) + offset for offset in (0 * along, -8 * along + 4 * across, -8 * along - 4 * across)]
        self.canvas.fill_style = colour or self.palette.line
        self.canvas.fill_polygon([(float(left), float(top)) for top, left in points])

    def circle(
        self, top: float, left: float, radius: float, fill: str | None = None, stroke: str | None = None
    ) -> None:
        """A circle round (top, left)."""
        if fill:
            self.canvas.fill_style = fill
            self.canvas.fill_circle(left, top, radius)
        if stroke:
            self.canvas.stroke_style = stroke
            self.canvas.stroke_circle(left, top, radius)

    def image(self, top: float, left: float, pixels: np.ndarray, density: int = 2) -> None:
        """Puts pixels (h, w, 3), as many as the device has, with their corner at (top, left)."""
        self.canvas.save()
        self.canvas.scale(1 / density)
        self.canvas.put_image_data(pixels, left * density, top * density)
        self.canvas.restore()

    def grid(
        self,
        top: float,
        left: float,
        values: Sequence[Sequence[float | None]],
        cell: float = 32,
        fill: Colour | None = None,
        ink: Colour | None = None,
        size: float | None = None,
    ) -> None:
        """Numbers in square cells with their first one's corner at (top, left); None leaves a cell empty."""
        for row, line in enumerate(values):
            for col, value in enumerate(line):
                place = (top + row * cell, left + col * cell)
                self.rect(*place, cell, cell, (fill and fill(row, col)) or self.palette.cell, self.palette.line)
                if value is not None:
                    colour = (ink and ink(row, col)) or self.palette.ink
                    middle = (place[0] + cell / 2, place[1] + cell / 2)
                    written = short(value)
                    self.text(*middle, written, size or fitting(written, cell), colour, "center")


def fitting(text: str, cell: float) -> float:
    """A font size at which the text stays inside a cell of this width."""
    return min(cell * 0.38, cell * 1.55 / max(len(text), 1))


def mix(paper: str, ink: str, share: float) -> str:
    """The colour between two colours #rrggbb: `share` of the second, from 0 to 1."""
    pairs = [(int(paper[i : i + 2], 16), int(ink[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def short(value: float, digits: int = 3) -> str:
    """A number in at most about five characters: 3, 0.25, -1.5, 12.4, 1e+06."""
    value = float(value) + 0.0  # no minus before a zero
    text = f"{value:.0f}" if value.is_integer() and abs(value) < 1e5 else f"{value:.{digits}g}"
    return text.replace("-0.", "-.").replace("-", "−") if len(text) > 5 else text.replace("-", "−")
