"""Where the relevance is, as bars: ΣR of every layer, and what biases and ε have taken above it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import bqplot
import ipywidgets
import numpy as np

from ...methods.relevance.ledger import Ledger
from ..kit.class_bars import INVISIBLE
from ..kit.figure import figure, round_ticks
from ..kit.layout import classed, html
from ..link.push import push

# told apart by colour-blind people, and readable on light and dark
COLOURS = ("#d1661c", "#5b7fd4", "#8a8f98")
SERIES = ("ΣR of the layer", "biases took", "ε took, or found no taker")
LONGEST = 14  # letters of a layer's name under its bar
MOST = 30  # columns; of a deeper network those where something was taken
END = {"text-anchor": "end"}  # tilted names end at their bar


class RelevanceChart(ipywidgets.VBox):
    """Shows stacked bars that together are the answer f(x), from the picture to the output; with `on_pick` a click on a
    column calls it with the layer's index in the ledger. `show` may be called on any thread.
    """

    def __init__(self, on_pick: Callable[[int], None] | None = None, height: int = 220, tilted: bool = False) -> None:
        self._on_pick = on_pick
        self._shown: list[int] = []
        self._names = bqplot.OrdinalScale()
        self._amounts = bqplot.LinearScale()
        empty: dict[str, Any] = {"x": [], "y": [], "scales": {"x": self._names, "y": self._amounts}}
        clicks = {"click": "select"} if on_pick else {}
        self._bars = bqplot.Bars(**empty, type="stacked", colors=list(COLOURS), padding=0.25, interactions=clicks)
        self._answer = bqplot.Lines(**empty, colors=["#777d85"], line_style="dashed", stroke_width=1.5)
        self._mark = bqplot.Scatter(**empty, marker="triangle-down", default_size=90, colors=["#e07b28"])
        self._text = html("dv-offscreen")
        super().__init__([_legend(), self._figure(height, tilted), self._text])
        classed(self, "dv-relevance-chart")
        self._bars.on_element_click(self._clicked)

    def show(self, ledger: Ledger, chosen: int | None = None) -> None:
        """Shows a ledger, with a mark over the layer of the index `chosen`."""
        self._shown = columns_of(ledger, chosen)
        columns = stacks(ledger)[:, self._shown]
        entries = [ledger.entries[index] for index in self._shown]
        names = short_names([entry.layer for entry in entries])
        push(self._bars, x=names, y=columns)
        self._fit(columns)
        push(self._answer, x=names, y=np.full(len(names), ledger.start))
        marked = [] if chosen is None else [names[self._shown.index(chosen)]]
        push(self._mark, x=marked, y=np.full(len(marked), 1.07 * columns.clip(min=0).sum(0).max()))
        parts = zip(entries, *columns, strict=True)
        told = "; ".join(f"{e.layer}: ΣR {r:.4g}, biases {b:.4g}, ε {s:.4g}" for e, r, b, s in parts)
        push(self._text, value=told)

    def _figure(self, height: int, tilted: bool) -> bqplot.Figure:
        tilt = {"tick_rotate": -55, "tick_style": END} if tilted else {}
        below = bqplot.Axis(scale=self._names, grid_lines="none", **tilt)
        self._axis = bqplot.Axis(scale=self._amounts, orientation="vertical", grid_lines="dashed", tick_format=".3~g")
        marks = [self._bars, self._answer, self._mark]
        return figure(marks, [below, self._axis], f"{height}px", margin=(16, 84 if tilted else 30, 48, 12))

    def _fit(self, columns: np.ndarray) -> None:
        """Makes room for zero and all bars, with round numbers at the ticks."""
        low = min(0.0, float(columns.clip(max=0).sum(0).min()))
        high = max(0.0, float(columns.clip(min=0).sum(0).max()))
        ticks = round_ticks(low, high)
        push(self._amounts, min=float(min(low, ticks[0])), max=float(max(high, ticks[-1])))
        push(self._axis, tick_values=ticks)

    def _clicked(self, _bars: object, event: dict[str, Any]) -> None:
        if self._on_pick is not None:
            self._on_pick(self._shown[int(event["data"]["index"])])


def _legend() -> ipywidgets.HTML:
    series = zip(SERIES, COLOURS, strict=True)
    keys = "".join(f'<span><i style="background:{colour}"></i>{name}</span>' for name, colour in series)
    return html("dv-chart-legend", f'{keys}<span><i class="dv-dashed"></i>the answer</span>')


def stacks(ledger: Ledger) -> np.ndarray:
    """Returns (3, layers): ΣR with what passes by in other branches, and what biases and ε have taken above, layer by
    layer; every column adds up to the start.
    """
    relevance = [entry.relevance + entry.beside for entry in ledger.entries]
    bias, epsilon = ([getattr(entry, name) for entry in ledger.entries] for name in ("bias", "epsilon"))
    return np.array([relevance, _above(bias), _above(epsilon)])


def columns_of(ledger: Ledger, chosen: int | None) -> list[int]:
    """Returns the indices of a ledger that get a column: all, or those to be told apart, with ends and `chosen`."""
    count = len(ledger.entries)
    if count <= MOST:
        return list(range(count))
    taking = [index for index, entry in enumerate(ledger.entries) if entry.bias or entry.epsilon]
    stride = -(-len(taking) // (MOST - 2))
    kept = {0, count - 1, *taking[::stride]} | ({chosen} if chosen is not None else set())
    return sorted(kept)


def _above(taken: list[float]) -> list[float]:
    """Returns what was taken above each layer: the sum of all later entries."""
    return [sum(taken[index + 1 :]) for index in range(len(taken))]


def short_names(layers: Sequence[str]) -> list[str]:
    """Returns names short enough for the axis, none twice: of two cut to the same, one has an invisible sign more."""
    short: list[str] = []
    for layer in layers:
        name = _short(layer, layers)
        short.append(name + INVISIBLE * [taken.rstrip(INVISIBLE) for taken in short].count(name))
    return short


def _short(name: str, names: Sequence[str]) -> str:
    """Returns a layer's name short enough for the axis: as many last parts as tell it from the others, with a word."""
    parts = name.split(".")
    for start in reversed(range(len(parts))):
        end = ".".join(parts[start:])
        if not end.replace(".", "").isdigit() and sum(f".{other}".endswith(f".{end}") for other in names) == 1:
            break
    return end if len(end) <= LONGEST else f"…{end[1 - LONGEST :]}"
