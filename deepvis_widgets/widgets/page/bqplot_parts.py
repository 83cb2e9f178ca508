"""Charts of bqplot as parts, read from their marks; bqplot itself is not imported, so that nobody waits for it."""

from __future__ import annotations

from typing import Any

import numpy as np

from .blocks import CHOSEN, PLAIN
from .numbers import decimal, percent
from .parts import Bars, Chart, Columns, Line, Part, Series

INVISIBLE = "\u200b"  # what tells names apart that are the same


def is_figure(widget: Any) -> bool:
    """Returns whether a widget is a chart of bqplot."""
    return type(widget).__name__ == "Figure" and type(widget).__module__.startswith("bqplot")


def figure_part(figure: Any) -> Part | None:
    """Returns the part that shows the marks of a chart; None where there is nothing to see yet.

    >>> from deepvis_widgets.widgets.kit.figure import named_bars
    >>> bars, axis, chart = named_bars("180px", (4, 24, 124, 24), {"min": 0}, {"tick_format": ".0%"})
    >>> bars.x, bars.y = ["husky", "wolf"], [0.1, 0.9]
    >>> part = figure_part(chart)
    >>> part.names, part.words
    (['wolf', 'husky'], ['90 %', '10 %'])
    """
    marks = [mark for mark in figure.marks if mark.visible and np.size(mark.x) and np.size(mark.y)]
    bars = next((mark for mark in marks if type(mark).__name__ == "Bars"), None)
    if bars is not None and bars.orientation == "horizontal":
        return _bars(bars, figure)
    if bars is not None:
        return _columns(bars, figure)
    lines = [line for mark in marks for line in _lines(mark)]
    return Chart(lines, figure.title or "", *_titles(figure), _height(figure), _is_log(figure)) if lines else None


def _bars(mark: Any, figure: Any) -> Bars:
    """Horizontal bars, which bqplot draws from the bottom up."""
    names = [_plain(name) for name in np.asarray(mark.x).tolist()][::-1]
    values = [float(value) for value in np.asarray(mark.y, float).ravel()][::-1]
    colours = list(mark.colors)[::-1]
    chosen = colours.index(CHOSEN) if CHOSEN in colours and len(colours) == len(values) else None
    along = next((axis for axis in figure.axes if axis.scale is mark.scales["y"]), None)
    told = _said(along.tick_format if along is not None else "")
    return Bars(names, values, [told(value) for value in values], figure.title or "", chosen)


def _columns(mark: Any, figure: Any) -> Columns:
    values = np.atleast_2d(np.asarray(mark.y, float))
    labels, colours = list(mark.labels), list(mark.colors) or [PLAIN]
    series = [
        Series(labels[place] if place < len(labels) else "", row.tolist(), colours[place % len(colours)])
        for place, row in enumerate(values)
    ]
    names = [_plain(name) for name in np.asarray(mark.x).tolist()]
    return Columns(names, series, figure.title or "", _titles(figure)[1], _height(figure), mark.type == "stacked")


def _lines(mark: Any) -> list[Line]:
    kind = type(mark).__name__
    if kind not in ("Lines", "Scatter"):
        return []
    across, up = np.asarray(mark.x, float), np.atleast_2d(np.asarray(mark.y, float))
    labels, colours = list(getattr(mark, "labels", None) or []), list(mark.colors) or [PLAIN]
    return [
        Line(
            labels[place] if kind == "Lines" and place < len(labels) else "",
            (across if across.ndim == 1 else across[place]).tolist(),
            row.tolist(),
            colours[place % len(colours)],
            kind == "Scatter",
        )
        for place, row in enumerate(up)
    ]


def _titles(figure: Any) -> tuple[str, str]:
    """What the axes across and upwards are called."""
    across = [axis.label or "" for axis in figure.axes if axis.orientation == "horizontal"]
    up = [axis.label or "" for axis in figure.axes if axis.orientation == "vertical"]
    return next(iter(across), ""), next(iter(up), "")


def _height(figure: Any) -> int:
    given = str(figure.layout.height or "")
    return int(given.removesuffix("px")) if given.removesuffix("px").isdigit() else 220


def _is_log(figure: Any) -> bool:
    return bool(figure.axes) and all(type(axis.scale).__name__ == "LogScale" for axis in figure.axes)


def _said(ticks: str | None) -> Any:
    return percent if ticks and ticks.endswith("%") else decimal


def _plain(name: Any) -> str:
    return str(name).replace(INVISIBLE, "")
