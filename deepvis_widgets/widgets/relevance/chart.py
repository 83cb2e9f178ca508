"""Where the relevance is, as bars: ΣR of every layer, and what biases and ε have taken above it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import bqplot
import ipywidgets
import numpy as np

from ...methods.relevance.ledger import Ledger
from ..kit.figure import round_ticks

# told apart by colour-blind people, and readable on light and dark
COLOURS = ("#d1661c", "#5b7fd4", "#8a8f98")
SERIES = ("ΣR of the layer", "biases took", "ε took, or found no taker")
LONGEST = 14  # letters of a layer's name under its bar
MOST = 30  # columns; of a deeper network those where something was taken
INVISIBLE = "\u200b"
END = {"text-anchor": "end"}  # tilted names end at their bar


class RelevanceChart(ipywidgets.VBox):
    """Stacked bars that together are the answer f(x), from the picture to the output; with `on_pick` a click on a
    column calls it with the layer's place in the ledger.
    """

    def __init__(self, on_pick: Callable[[int], None] | None = None, height: int = 220, tilted: bool = False) -> None:
        self._on_pick = on_pick
        self._places: list[int] = []
        self._names = bqplot.OrdinalScale()
        self._amounts = bqplot.LinearScale()
        self._bars = bqplot.Bars(
            x=[],
            y=[],
            scales={"x": self._names, "y": self._amounts},
            type="stacked",
            colors=list(COLOURS),
            padding=0.25,
            interactions={"click": "select"} if on_pick else {},
        )
        self._answer = bqplot.Lines(
            x=[],
            y=[],
            scales={"x": self._names, "y": self._amounts},
            colors=["#777d85"],
            line_style="dashed",
            stroke_width=1.5,
        )
        self._mark = bqplot.Scatter(
            x=[],
            y=[],
            scales={"x": self._names, "y": self._amounts},
            marker="triangle-down",
            default_size=90,
            colors=["#e07b28"],
        )
        self._text = ipywidgets.HTML().add_class("dv-offscreen")
        keys = "".join(
            f'<span><i style="background:{colour}"></i>{name}</span>'
            for name, colour in zip(SERIES, COLOURS, strict=True)
        )
        legend = ipywidgets.HTML(f'{keys}<span><i class="dv-dashed"></i>the answer</span>').add_class("dv-chart-legend")
        super().__init__([legend, self._figure(height, tilted), self._text])
        self.add_class("dv-relevance-chart")
        self._bars.on_element_click(self._clicked)

    def show(self, ledger: Ledger, chosen: int | None = None) -> None:
        """Show a ledger, with a mark over the layer at the place `chosen`."""
        self._places = columns_of(ledger, chosen)
        columns = stacks(ledger)[:, self._places]
        entries = [ledger.entries[place] for place in self._places]
        names = short_names([entry.layer for entry in entries])
        with self._bars.hold_sync():
            self._bars.x, self._bars.y = names, columns
        self._fit(columns)
        with self._answer.hold_sync():
            self._answer.x, self._answer.y = names, np.full(len(names), ledger.start)
        marked = [] if chosen is None else [names[self._places.index(chosen)]]
        with self._mark.hold_sync():
            self._mark.x, self._mark.y = marked, np.full(len(marked), 1.07 * columns.clip(min=0).sum(0).max())
        parts = zip(entries, *columns, strict=True)
        self._text.value = "; ".join(f"{e.layer}: ΣR {r:.4g}, biases {b:.4g}, ε {s:.4g}" for e, r, b, s in parts)

    def _figure(self, height: int, tilted: bool) -> bqplot.Figure:
        axes = [
            bqplot.Axis(
                scale=self._names, grid_lines="none", **({"tick_rotate": -55, "tick_style": END} if tilted else {})
            ),
            bqplot.Axis(scale=self._amounts, orientation="vertical", grid_lines="dashed", tick_format=".3~g"),
        ]
        self._axis = axes[1]
        return bqplot.Figure(
            display_toolbar=False,
            marks=[self._bars, self._answer, self._mark],
            axes=axes,
            animation_duration=0,
            fig_margin={"top": 16, "bottom": 84 if tilted else 30, "left": 48, "right": 12},
            layout=ipywidgets.Layout(width="100%", height=f"{height}px", min_width="240px"),
        )

    def _fit(self, columns: np.ndarray) -> None:
        """Zero and all bars inside, with round numbers at the ticks."""
        low = min(0.0, float(columns.clip(max=0).sum(0).min()))
        high = max(0.0, float(columns.clip(min=0).sum(0).max()))
        ticks = round_ticks(low, high)
        with self._amounts.hold_sync():
            self._amounts.min, self._amounts.max = float(min(low, ticks[0])), float(max(high, ticks[-1]))
        self._axis.tick_values = ticks

    def _clicked(self, _bars: object, event: dict[str, Any]) -> None:
        if self._on_pick is not None:
            self._on_pick(self._places[int(event["data"]["index"])])


def stacks(ledger: Ledger) -> np.ndarray:
    """(3, layers): ΣR with what passes by in other branches, and what biases and ε have taken above, layer by layer;
    every column adds up to the start.
    """
    relevance = [entry.relevance + entry.beside for entry in ledger.entries]
    bias, epsilon = ([getattr(entry, name) for entry in ledger.entries] for name in ("bias", "epsilon"))
    return np.array([relevance, _above(bias), _above(epsilon)])


def columns_of(ledger: Ledger, chosen: int | None) -> list[int]:
    """The places of a ledger that have a column: all, or as many as can be told apart, ends and chosen one included."""
    count = len(ledger.entries)
    if count <= MOST:
        return list(range(count))
    taking = [place for place, entry in enumerate(ledger.entries) if entry.bias or entry.epsilon]
    stride = -(-len(taking) // (MOST - 2))
    kept = {0, count - 1, *taking[::stride]} | ({chosen} if chosen is not None else set())
    return sorted(kept)


def _above(taken: list[float]) -> list[float]:
    """What was taken above each layer: the sum of all later entries."""
    return [sum(taken[place + 1 :]) for place in range(len(taken))]


def short_names(layers: Sequence[str]) -> list[str]:
    """Names short enough for the axis, none twice: of two that are cut to the same one has an invisible sign more."""
    short: list[str] = []
    for layer in layers:
        name = _short(layer, layers)
        short.append(name + INVISIBLE * [taken.rstrip(INVISIBLE) for taken in short].count(name))
    return short


def _short(name: str, names: Sequence[str]) -> str:
    """A layer's name short enough for the axis: as many of its last parts as tell it from the others, with a word."""
    parts = name.split(".")
    for start in reversed(range(len(parts))):
        end = ".".join(parts[start:])
        if not end.replace(".", "").isdigit() and sum(f".{other}".endswith(f".{end}") for other in names) == 1:
            break
    return end if len(end) <= LONGEST else f"…{end[1 - LONGEST :]}"
