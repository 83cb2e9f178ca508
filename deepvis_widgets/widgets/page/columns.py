"""Upright bars over their names as a block."""

from __future__ import annotations

import numpy as np
from PIL import Image

from .blocks import DIM, INK, LINE, WHITE, Block, Look, column
from .charts import LEFT, RIGHT, TITLE, ticks
from .fonts.font import cut, font
from .keys import key_block, titled
from .numbers import decimal
from .paper import Paper
from .parts import Columns, Key

LEAST, WIDE = 420, 46  # css px of the whole at least, and of each name where there is room
BELOW = 20


def columns_block(part: Columns, look: Look) -> Block:
    """Returns bars over their names, those of several series side by side or on top of each other."""

    def draw(width: int) -> Image.Image:
        paper = Paper((part.height, width), WHITE, look.density)
        values = np.array([row.values for row in part.series], float)
        low, high = _ends(values, part.stacked)
        floor = part.height - BELOW
        up = (floor - TITLE - 6) / (high - low)
        _grid(paper, part, [(value, floor - (value - low) * up) for value in ticks(low, high)], width)
        step = (width - LEFT - RIGHT) / max(1, len(part.names))
        for place, name in enumerate(part.names):
            left = LEFT + place * step
            for colour, start, end, across, wide in _pieces(part, values[:, place], left, step):
                top = floor - (max(start, end) - low) * up
                paper.fill_style = colour
                paper.fill_rect(across, top, wide, max(1.0, abs(end - start) * up))
            _name(paper, name, left + step / 2, floor + BELOW / 2, step)
        return paper.picture

    named = Key([(row.colour, row.name) for row in part.series if row.name and len(part.series) > 1])
    natural = max(LEAST, LEFT + RIGHT + WIDE * len(part.names))
    return titled(part.title, column([Block(natural, draw, grows=True), key_block(named, look)], look, 4), look)


def _ends(values: np.ndarray, stacked: bool) -> tuple[float, float]:
    """The lowest and the highest place of bars, zero among them."""
    if not values.size:
        return 0.0, 1.0
    ends = (values.clip(max=0).sum(0), values.clip(min=0).sum(0)) if stacked else (values, values)
    low, high = min(0.0, float(ends[0].min())), max(0.0, float(ends[1].max()))
    return (low, high) if high > low else (0.0, 1.0)


def _pieces(
    part: Columns, values: np.ndarray, left: float, step: float
) -> list[tuple[str, float, float, float, float]]:
    """Colour, start and end, place across and width of each bar over one name."""
    colours = [row.colour for row in part.series]
    room, edge = 0.75 * step, left + 0.125 * step
    if not part.stacked:
        wide = room / max(1, len(colours))
        return [(colours[n], 0.0, float(value), edge + n * wide, wide) for n, value in enumerate(values)]
    found, ends = [], {True: 0.0, False: 0.0}
    for colour, value in zip(colours, values.tolist(), strict=True):
        start = ends[value >= 0]
        ends[value >= 0] = start + value
        found.append((colour, start, start + value, edge, room))
    return found


def _grid(paper: Paper, part: Columns, lines: list[tuple[float, float]], width: int) -> None:
    paper.font, paper.stroke_style, paper.fill_style = "11px", LINE, DIM
    paper.fill_text(part.y_title, 0, TITLE / 2)
    paper.text_align = "right"
    for value, top in lines:
        paper.set_line_dash([] if value == 0 else [2, 3])
        paper.stroke_line(LEFT, top, width - RIGHT, top)
        paper.fill_text(decimal(value), LEFT - 6, top)
    paper.set_line_dash([])


def _name(paper: Paper, name: str, middle: float, top: float, step: float) -> None:
    """A name below its bars, cut where it is too long; left out where not even its beginning fits."""
    room = (step - 4) * paper.density
    if name.strip() and (font(11 * paper.density).getlength(name) <= room or step > 24):
        paper.fill_style, paper.text_align, paper.font = INK, "center", "11px"
        paper.fill_text(cut(name, room, 11 * paper.density), middle, top)
