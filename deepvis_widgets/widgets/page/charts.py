"""Bars, charts and tables as blocks."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PIL import Image

from .blocks import CHOSEN, DIM, GAP, INK, LINE, PLAIN, RAISED, WHITE, Block, Look, column
from .fonts.font import cut, font
from .keys import key_block, titled
from .numbers import decimal
from .paper import Paper
from .parts import Bars, Chart, Key, Line, Table

ROW = 22  # css px of a bar or of a table's row
NAMES, WORDS = 150, 70  # css px of the names and of the words of bars
BARS, CHART = 380, 420  # css px that they want
LEFT, RIGHT, ABOVE, BELOW = 54, 14, 8, 24  # css px round a chart's lines
TITLE = 16  # css px of the title of an axis


def bars_block(part: Bars, look: Look) -> Block:
    """Returns bars beside their names; those of values below zero go to the left."""

    def draw(width: int) -> Image.Image:
        paper = Paper((ROW * len(part.names), width), WHITE, look.density)
        paper.font = "12px"
        low, high = min([0.0, *part.values]), max([0.0, *part.values])
        reach = 1.0 if low == 0 and high <= 1 and _shares(part.words) else high - low or 1.0
        left, room = NAMES + 8, width - NAMES - WORDS - 16
        for place, (name, value, words) in enumerate(zip(part.names, part.values, part.words, strict=True)):
            middle = (place + 0.5) * ROW
            _bar(
                paper,
                middle,
                left,
                room * (min(0.0, value) - low) / reach,
                room * abs(value) / reach,
                place == part.chosen,
            )
            paper.fill_style, paper.text_align = INK, "right"
            paper.fill_text(cut(name, NAMES * look.density, 12 * look.density), NAMES, middle)
            paper.text_align = "left"
            paper.fill_style = DIM
            paper.fill_text(words, left + room + 8, middle)
        return paper.picture

    return titled(part.title, Block(BARS, draw), look)


def _shares(words: Sequence[str]) -> bool:
    return all("%" in said for said in words)


def _bar(paper: Paper, middle: float, left: float, start: float, length: float, chosen: bool) -> None:
    paper.fill_style = CHOSEN if chosen else PLAIN
    paper.fill_rect(left + start, middle - 7, max(length, 1), 14)


def table_block(part: Table, look: Look) -> Block:
    """Returns a table; its columns are as wide as what is in them."""
    lines = [list(line) for line in (part.heads, *part.rows) if line]
    count = max((len(line) for line in lines), default=0)
    widths = [max(_width(line[col]) for line in lines if col < len(line)) + 2 * GAP for col in range(count)]

    def draw(width: int) -> Image.Image:
        scale = min(1.0, width / max(1, sum(widths)))
        paper = Paper((ROW * len(lines), round(sum(widths) * scale)), WHITE, look.density)
        for place, line in enumerate(lines):
            _table_row(paper, place, line, [wide * scale for wide in widths], head=place == 0 and bool(part.heads))
        return paper.picture

    return titled(part.title, Block(sum(widths), draw), look)


def _table_row(paper: Paper, place: int, line: Sequence[str], widths: Sequence[float], head: bool) -> None:
    left = 0.0
    if head:
        paper.fill_style = RAISED
        paper.fill_rect(0, 0, sum(widths), ROW)
    paper.stroke_style = LINE
    paper.stroke_line(0, (place + 1) * ROW - 1, sum(widths), (place + 1) * ROW - 1)
    paper.fill_style, paper.font = INK, "600 12px" if head else "12px"
    for words, wide in zip(line, widths, strict=False):
        shown = cut(words, (wide - GAP) * paper.density, 12 * paper.density, head)
        paper.fill_text(shown, left + GAP / 2, (place + 0.5) * ROW)
        left += wide


def _width(words: str) -> int:
    return math.ceil(float(font(12, bold=True).getlength(words)))


def chart_block(part: Chart, look: Look) -> Block:
    """Returns lines over two axes, with what each is called below."""

    def draw(width: int) -> Image.Image:
        paper = Paper((part.height, width), WHITE, look.density)
        paper.font = "11px"
        plot = _Plot.of(part, width)
        plot.frame(paper, part)
        for line in part.lines:
            plot.line(paper, line)
        return paper.picture

    named = Key([(line.colour, line.name) for line in part.lines if line.name and len(part.lines) > 1])
    shown = Block(CHART, draw, grows=True)
    return titled(part.title, column([shown, key_block(named, look)], look, 4), look)


class _Plot:
    """Where the values of a chart lie: the two ends of each axis, and the room between them in css px."""

    def __init__(self, across: tuple[float, float], up: tuple[float, float], size: tuple[int, int], log: bool) -> None:
        self.across, self.up, self.size, self.log = across, up, size, log

    @classmethod
    def of(cls, part: Chart, width: int) -> _Plot:
        points = [_points(line, part.log) for line in part.lines]
        whole = np.concatenate(points) if points else np.zeros((0, 2))
        across, up = (part.ends or _ends(whole[:, axis]) for axis in (0, 1))
        return cls(across, up, (part.height - BELOW - (TITLE if part.x_title else 0), width - RIGHT), part.log)

    def left(self, value: float) -> float:
        return LEFT + (value - self.across[0]) / (self.across[1] - self.across[0]) * (self.size[1] - LEFT)

    def top(self, value: float) -> float:
        return self.size[0] - (value - self.up[0]) / (self.up[1] - self.up[0]) * (self.size[0] - ABOVE - TITLE)

    def frame(self, paper: Paper, part: Chart) -> None:
        """Grid lines with their numbers, and the titles of the axes."""
        paper.stroke_style, paper.fill_style = LINE, DIM
        for value in ticks(*self.up):
            paper.set_line_dash([2, 3])
            paper.stroke_line(LEFT, self.top(value), self.size[1], self.top(value))
            paper.text_align = "right"
            paper.fill_text(self._said(value), LEFT - 6, self.top(value))
        paper.set_line_dash([])
        paper.stroke_line(LEFT, self.size[0], self.size[1], self.size[0])
        for value in ticks(*self.across):
            paper.text_align = "center"
            paper.fill_text(self._said(value), self.left(value), self.size[0] + 12)
        paper.text_align = "left"
        paper.fill_text(part.y_title, 0, TITLE / 2)
        paper.text_align = "center"
        paper.fill_text(part.x_title, (LEFT + self.size[1]) / 2, self.size[0] + BELOW + TITLE / 2 - 2)

    def line(self, paper: Paper, line: Line) -> None:
        places = [(self.left(across), self.top(up)) for across, up in _points(line, self.log).tolist()]
        paper.fill_style = paper.stroke_style = line.colour
        paper.line_width = 2
        if line.dots or len(places) == 1:
            for place in places:
                paper.fill_circle(*place, 3)
        else:
            for start, end in zip(places, places[1:], strict=False):
                paper.stroke_line(*start, *end)
        paper.line_width = 1

    def _said(self, value: float) -> str:
        return decimal(10**value if self.log else value)


def _points(line: Line, log: bool) -> np.ndarray:
    """The points (n, 2) of a line that can be drawn; powers of ten where the axes are logarithmic."""
    points = np.stack([np.asarray(line.x, float).ravel(), np.asarray(line.y, float).ravel()], 1)
    if log:
        points = np.log10(points[(points > 0).all(1)])
    kept: np.ndarray = points[np.isfinite(points).all(1)]
    return kept


def _ends(values: np.ndarray) -> tuple[float, float]:
    low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 1.0)
    return (low - 0.5, high + 0.5) if low == high else (low, high)


def ticks(low: float, high: float) -> list[float]:
    """Three to seven round numbers between two."""
    power = 10.0 ** math.floor(math.log10((high - low) / 3))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if (high - low) / (power * factor) <= 6)
    first = math.ceil(low / step - 1e-9)
    return [round(place * step, 12) for place in range(first, math.floor(high / step + 1e-9) + 1)]
