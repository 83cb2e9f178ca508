"""A canvas that is a picture in Python: what a board draws in the browser, drawn without one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from .fonts.font import font_of

ANCHORS = {"left": "lm", "center": "mm", "right": "rm"}
Place = tuple[float, float]


class Paper:
    """Takes the calls that a board.pen.Pen makes on an ipycanvas, and draws `density` pixels for each css pixel.

    >>> paper = Paper((20, 40), "#ffffff", density=2)
    >>> paper.fill_style = "#ff0000"
    >>> paper.fill_rect(5, 5, 10, 10)
    >>> paper.picture.size, paper.picture.getpixel((20, 20))
    ((80, 40), (255, 0, 0))
    """

    def __init__(self, size: tuple[int, int], colour: str, density: float = 2) -> None:
        height, width = size
        self.density = density
        self.picture = Image.new("RGB", (round(width * density), round(height * density)), colour)
        self._drawing = ImageDraw.Draw(self.picture)
        self.fill_style = self.stroke_style = "#000000"
        self.line_width = 1.0
        self.font, self.text_align, self.text_baseline = "13px", "left", "middle"
        self._dash: list[float] = []

    @classmethod
    def over(cls, picture: Image.Image, density: float) -> Paper:
        """Returns a paper that draws on this picture."""
        paper = cls((1, 1), "#ffffff", density)
        paper.picture, paper._drawing = picture, ImageDraw.Draw(picture)
        return paper

    def width_of(self, text: str) -> float:
        """How wide a text is, in css px."""
        return float(self._font(text).getlength(text)) / self.density

    def fill_rect(self, left: float, top: float, width: float, height: float) -> None:
        """A filled rectangle."""
        self._fill(left, top, width, height, self.fill_style)

    def fill_styled_rects(
        self, left: Sequence[float], top: Sequence[float], width: Any, height: Any, color: Any, alpha: Any = 1
    ) -> None:
        """Filled rectangles, each in a colour (r, g, b) of its own."""
        count = len(left)
        alphas = np.broadcast_to(np.asarray(alpha, float), count)
        sizes = [np.broadcast_to(np.asarray(size, float), count) for size in (width, height)]
        for place, (red, green, blue) in enumerate(np.asarray(color, int).tolist()):
            if alphas[place] > 0:
                self._fill(
                    left[place], top[place], sizes[0][place], sizes[1][place], f"#{red:02x}{green:02x}{blue:02x}"
                )

    def stroke_rect(self, left: float, top: float, width: float, height: float) -> None:
        """The outline of a rectangle."""
        box = self._scaled(left, top, left + width, top + height)
        self._drawing.rectangle(tuple(box), outline=self.stroke_style, width=self._width)

    def stroke_line(self, left: float, top: float, to_left: float, to_top: float) -> None:
        """A line, dashed where a dash is set."""
        for start, end in _dashes((left, top), (to_left, to_top), self._dash):
            self._drawing.line(tuple(self._scaled(*start, *end)), fill=self.stroke_style, width=self._width)

    def stroke_line_segments(self, points: Any) -> None:
        """Lines through points (n, p, 2) as (left, top): n of them."""
        for line in np.asarray(points, float).tolist():
            corners = [tuple(self._scaled(*point)) for point in line]
            self._drawing.line(corners, fill=self.stroke_style, width=self._width)

    def set_line_dash(self, lengths: Sequence[float]) -> None:
        """Draws lines from now on with these lengths of line and gap; none: without gaps."""
        self._dash = list(lengths)

    def fill_polygon(self, points: Sequence[Place]) -> None:
        """A filled shape with these corners."""
        corners = [tuple(self._scaled(*point)) for point in points]
        self._drawing.polygon(corners, fill=self.fill_style)

    def fill_circle(self, left: float, top: float, radius: float) -> None:
        """A filled circle round a place."""
        self._drawing.ellipse(self._round(left, top, radius), fill=self.fill_style)

    def stroke_circle(self, left: float, top: float, radius: float) -> None:
        """The outline of a circle round a place."""
        self._drawing.ellipse(self._round(left, top, radius), outline=self.stroke_style, width=self._width)

    def fill_text(self, text: str, left: float, top: float) -> None:
        """A line of text whose middle is at height `top`."""
        place = (left * self.density, top * self.density)
        anchor = ANCHORS[self.text_align]
        self._drawing.text(place, text, fill=self.fill_style, font=self._font(text), anchor=anchor)

    def save(self) -> None:
        """Nothing is scaled: pixels keep their own size."""

    def scale(self, _: float) -> None:
        """See `save`."""

    def restore(self) -> None:
        """See `save`."""

    def put_image_data(self, pixels: np.ndarray[Any, Any], left: float, top: float) -> None:
        """Pixels (h, w, 3) at a place, both in the pixels of a canvas that has two for each css pixel."""
        shown = Image.fromarray(np.ascontiguousarray(pixels[..., :3]))
        if self.density != 2:
            sides = [max(1, round(side * self.density / 2)) for side in shown.size]
            shown = shown.resize((sides[0], sides[1]), Image.Resampling.BOX)
        self.picture.paste(shown, (round(left * self.density / 2), round(top * self.density / 2)))

    def _font(self, text: str) -> Any:
        size = float(re.findall(r"([\d.]+)px", self.font)[0]) * self.density
        return font_of(text, size, "600" in self.font)

    @property
    def _width(self) -> int:
        return max(1, round(self.line_width * self.density))

    def _fill(self, left: float, top: float, width: float, height: float, colour: str) -> None:
        box = self._scaled(left, top, left + width, top + height)
        if box[2] > box[0] and box[3] > box[1]:
            self._drawing.rectangle((box[0], box[1], box[2] - 1, box[3] - 1), fill=colour)

    def _round(self, left: float, top: float, radius: float) -> tuple[int, ...]:
        return tuple(self._scaled(left - radius, top - radius, left + radius, top + radius))

    def _scaled(self, *values: float) -> list[int]:
        return [round(value * self.density) for value in values]


def _dashes(start: Place, end: Place, lengths: Sequence[float]) -> list[tuple[Place, Place]]:
    """The pieces of a line that are drawn."""
    whole = float(np.hypot(end[0] - start[0], end[1] - start[1]))
    if not lengths or whole == 0:
        return [(start, end)]

    def at(far: float) -> Place:
        share = min(far / whole, 1.0)
        return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share

    pieces, far, turn = [], 0.0, 0
    while far < whole:
        length = lengths[turn % len(lengths)]
        if turn % 2 == 0:
            pieces.append((at(far), at(far + length)))
        far, turn = far + length, turn + 1
    return pieces
