"""A canvas that is a picture in Python: what a board draws in the browser, drawn without one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

# what the font that comes with Pillow has no glyph for
PLAIN = str.maketrans({"−": "-", "×": "x", "→": ">", "Σ": "sum", "ε": "e"})
ANCHORS = {"left": "lm", "center": "mm", "right": "rm"}


class Paper:
    """Takes the calls that a board.pen.Pen makes on an ipycanvas, and draws `density` pixels for each css pixel.

    >>> paper = Paper((20, 40), "#ffffff", density=2)
    >>> paper.fill_style = "#ff0000"
    >>> paper.fill_rect(5, 5, 10, 10)
    >>> paper.picture.size, paper.picture.getpixel((20, 20))
    ((80, 40), (255, 0, 0))
    """

    def __init__(self, size: tuple[int, int], colour: str, density: int = 2) -> None:
        height, width = size
        self.density = density
        self.picture = Image.new("RGB", (width * density, height * density), colour)
        self._drawing = ImageDraw.Draw(self.picture)
        self.fill_style = self.stroke_style = "#000000"
        self.line_width = 1.0
        self.font, self.text_align, self.text_baseline = "13px", "left", "middle"

    def fill_rect(self, left: float, top: float, width: float, height: float) -> None:
        """A filled rectangle."""
        box = self._scaled(left, top, left + width, top + height)
        if box[2] > box[0] and box[3] > box[1]:
            self._drawing.rectangle((box[0], box[1], box[2] - 1, box[3] - 1), fill=self.fill_style)

    def stroke_rect(self, left: float, top: float, width: float, height: float) -> None:
        """The outline of a rectangle."""
        self._drawing.rectangle(
            tuple(self._scaled(left, top, left + width, top + height)), outline=self.stroke_style, width=self._width
        )

    def stroke_line(self, left: float, top: float, to_left: float, to_top: float) -> None:
        """A line."""
        self._drawing.line(tuple(self._scaled(left, top, to_left, to_top)), fill=self.stroke_style, width=self._width)

    def set_line_dash(self, _: Sequence[float]) -> None:
        """Lines are not dashed."""

    def fill_polygon(self, points: Sequence[tuple[float, float]]) -> None:
        """A filled shape with these corners."""
        corners = [tuple(self._scaled(*point)) for point in points]
        self._drawing.polygon(corners, fill=self.fill_style)

    def fill_text(self, text: str, left: float, top: float) -> None:
        """A line of text whose middle is at height `top`."""
        size = float(re.findall(r"([\d.]+)px", self.font)[0])
        bold = "600" in self.font
        self._drawing.text(
            (left * self.density, top * self.density),
            text.translate(PLAIN),
            fill=self.fill_style,
            font=_font(size * self.density),
            anchor=ANCHORS[self.text_align],
            stroke_width=round(0.3 * self.density) if bold else 0,
        )

    def save(self) -> None:
        """Nothing is scaled: pixels keep their own size."""

    def scale(self, _: float) -> None:
        """See `save`."""

    def restore(self) -> None:
        """See `save`."""

    def put_image_data(self, pixels: np.ndarray[Any, Any], left: float, top: float) -> None:
        """Pixels (h, w, 3) at a place in device pixels, as a canvas takes them."""
        self.picture.paste(Image.fromarray(np.ascontiguousarray(pixels[..., :3])), (round(left), round(top)))

    @property
    def _width(self) -> int:
        return max(1, round(self.line_width * self.density))

    def _scaled(self, *values: float) -> list[int]:
        return [round(value * self.density) for value in values]


@lru_cache(maxsize=32)
def _font(size: float) -> Any:
    return ImageFont.load_default(size)
