"""The parts that a widget's page is made of. They hold values, not looks: drawn.py draws them as one picture, words.py
puts them into words, and js/src/handout shows them on a page that answers without a kernel.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, overload

import numpy as np

Pixels = np.ndarray  # uint8 (h, w, 3)
Values = np.ndarray  # float32 (h, w)


class Part:
    """Anything that stands on a page."""


@dataclass(frozen=True, eq=False)
class Text(Part):
    """A line or a paragraph."""

    text: str
    role: Literal["title", "heading", "plain", "note"] = "plain"


@dataclass(frozen=True, eq=False)
class Picture(Part):
    """Pixels (h, w, 3), drawn `size` css px on the longest side; boxes (top, left, height, width) are outlined."""

    pixels: Pixels
    caption: str = ""
    size: int = 240
    boxes: Sequence[tuple[int, int, int, int]] = ()
    marked: bool = False  # stands out among others, a wrong answer for one
    exact: bool = True  # False: a page may lose a little of it, to stay small


@dataclass(frozen=True, eq=False)
class Map(Part):
    """A map (h, w), alone or over its picture. The page tells the value under the pointer, and maps that name the same
    `group` point at the same place. With a `palette` values are numbers of names: the pointer is told the name, and the
    key says its words.
    """

    values: Values
    title: str = ""
    lines: Sequence[str] = ()  # what is said under it
    picture: Pixels | None = None
    colormap: str = "inferno"
    signed: bool = False
    fine: bool = False  # made of pixels: see core.picture.map_over
    smooth: bool = True  # False: its cells are squares, where no picture lies under it
    ends: tuple[float, float] | None = None  # what the ends of the colours stand for; None: what map_over.ends says
    opacity: float = 0.6
    group: str = ""
    size: int = 240
    boxes: Sequence[tuple[int, int, int, int]] = ()
    palette: Sequence[tuple[str, str, str]] = ()  # name, colour (#rrggbb) and words of 0, 1, ...


@dataclass(frozen=True, eq=False)
class Bars(Part):
    """Values beside their names, the strongest first, each told in `words`; `chosen` is the number of a row."""

    names: Sequence[str]
    values: Sequence[float]
    words: Sequence[str]
    title: str = ""
    chosen: int | None = None


@dataclass(frozen=True, eq=False)
class Line(Part):
    """One line, or row of dots, of a chart."""

    name: str
    x: Sequence[float]
    y: Sequence[float]
    colour: str = "#7a93b4"
    dots: bool = False


@dataclass(frozen=True, eq=False)
class Chart(Part):
    """Lines over two axes."""

    lines: Sequence[Line]
    title: str = ""
    x_title: str = ""
    y_title: str = ""
    height: int = 220
    log: bool = False  # both axes are logarithmic
    ends: tuple[float, float] | None = None  # of both axes; None where they go as far as the values do


@dataclass(frozen=True, eq=False)
class Series(Part):
    """One value for each name of columns; bars of one series have one colour."""

    name: str
    values: Sequence[float]
    colour: str = "#7a93b4"


@dataclass(frozen=True, eq=False)
class Columns(Part):
    """Upright bars over their names: those of several series side by side, or on top of each other."""

    names: Sequence[str]
    series: Sequence[Series]
    title: str = ""
    y_title: str = ""
    height: int = 220
    stacked: bool = False


@dataclass(frozen=True, eq=False)
class Key(Part):
    """What colours stand for: (colour, name) each."""

    entries: Sequence[tuple[str, str]]


@dataclass(frozen=True, eq=False)
class Table(Part):
    """Rows of texts under their heads."""

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    title: str = ""


@dataclass(frozen=True, eq=False)
class Drawing(Part):
    """What `paint(canvas, dark)` draws with a canvas's calls (see paper.Paper) on `size` (height, width) css px."""

    size: tuple[int, int]
    paint: Callable[[Any, bool], None]
    alt: str = ""


@dataclass(frozen=True, eq=False)
class Row(Part):
    """Parts side by side, which wrap where the page is narrow."""

    parts: Sequence[Part]


@dataclass(frozen=True, eq=False)
class Column(Part):
    """Parts below each other."""

    parts: Sequence[Part]


class Later(Sequence[Part]):
    """Parts of a choice, each made by calling its maker when somebody takes it, and anew every time: a picture of the
    chosen one does not wait for the others. What a maker depends on must be frozen: the widget may show something else
    by then.

    >>> parts = Later([lambda: Text("one"), lambda: Text("two")])
    >>> len(parts), parts[1].text
    (2, 'two')
    """

    def __init__(self, makers: Sequence[Callable[[], Part]]) -> None:
        self._makers = tuple(makers)

    def __len__(self) -> int:
        return len(self._makers)

    @overload
    def __getitem__(self, index: int) -> Part: ...

    @overload
    def __getitem__(self, index: slice) -> Later: ...

    def __getitem__(self, index: int | slice) -> Part | Later:
        return Later(self._makers[index]) if isinstance(index, slice) else self._makers[index]()


@dataclass(frozen=True, eq=False)
class Choice(Part):
    """One of several parts, chosen by its label: with `steps` by a player that goes through them, else from a menu.

    Choices that name the same `group` choose together.
    """

    labels: Sequence[str]
    parts: Sequence[Part]
    title: str = ""
    chosen: int = 0
    steps: bool = False
    group: str = ""


@dataclass(frozen=True, eq=False)
class Sum(Part):
    """The sum Σ_k w_k^c f_k of feature maps `maps` (k, h, w) with `weights` (c, k) of several classes: the page adds up
    any number of terms, largest first, for any of the classes, over the picture.
    """

    picture: Pixels
    maps: np.ndarray
    weights: np.ndarray
    biases: np.ndarray  # (c,)
    labels: Sequence[str]  # of the classes
    names: Sequence[str]  # of the maps
    title: str = ""
    chosen: int = 0
    count: int | None = None  # terms shown first; None: all
    patterns: Sequence[Pixels | None] = ()  # what each unit wants to see


@dataclass(frozen=True, eq=False)
class Occluder(Part):
    """A square of `window` (height, width) px that is dragged over the picture: `values` (rows, cols, n) are the n
    answers with its corner at (row, col) * stride; between them the page takes the nearest.
    """

    picture: Pixels
    fill: Pixels  # what is seen where the picture is covered
    window: tuple[int, int]
    stride: tuple[int, int]
    values: np.ndarray
    names: Sequence[str]
    percent: bool = True
    start: tuple[int, int] | None = None  # (top, left)
    title: str = ""


@dataclass(frozen=True, eq=False)
class Live(Part):
    """A widget whose module lives on the page by itself, with its traits and the last frames of each kind; `drawn` is
    what pictures and texts show of it. `data` are named bytes that the module is given besides (see
    js/src/handout/live.ts).
    """

    widget: Any
    drawn: Part
    data: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Page(Part):
    """What one widget shows."""

    title: str
    part: Part
