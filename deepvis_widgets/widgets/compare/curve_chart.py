"""The insertion and deletion curves of a comparison, one line for each cell."""

from __future__ import annotations

import html
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import bqplot
import ipywidgets
import numpy as np

from ...scores import Curves
from ..kit.layout import close_all

# told apart with any colour vision (Okabe & Ito 2008), on light and on dark; methods differ in their mark as well
COLOURS = ("#0072b2", "#e69f00", "#009e73", "#d55e00", "#cc79a7", "#56b4e9", "#8c8c8c")
MARKS = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down")
DASHES = ("solid", "dashed", "dotted", "dash_dotted")  # one for each network
STROKES = {"solid": "", "dashed": "7 4", "dotted": "2 3", "dash_dotted": "7 3 2 3"}
TICKS = {"tick_format": ".0%", "tick_values": np.linspace(0, 1, 5)}
MARKED = 4  # every so many points of a line carry a mark
SHAPES = {
    "circle": '<circle cx="14" cy="6" r="3.5"/>',
    "square": '<rect x="10.5" y="2.5" width="7" height="7"/>',
    "triangle-up": '<path d="M14 2l4 8h-8z"/>',
    "diamond": '<path d="M14 1.5l4 4.5-4 4.5-4-4.5z"/>',
    "cross": '<path d="M12.7 2h2.6v2.7H18v2.6h-2.7V10h-2.6V7.3H10V4.7h2.7z"/>',
    "triangle-down": '<path d="M14 10l4-8h-8z"/>',
}


@dataclass(frozen=True, eq=False)
class Entry:
    """One line: the cell it belongs to, its name, and the places of its method and its network among the others."""

    key: Hashable
    name: str
    method: int
    network: int
    curves: Curves

    @property
    def colour(self) -> str:
        return COLOURS[self.method % len(COLOURS)]

    @property
    def mark(self) -> str:
        return MARKS[self.method % len(MARKS)]

    @property
    def dash(self) -> str:
        return DASHES[self.network % len(DASHES)]


class CurveChart(ipywidgets.VBox):
    """Two charts over the share of the pixels, most important first: brought in, and taken away."""

    def __init__(self) -> None:
        self.insertion, self.deletion = Chart("pixels brought in"), Chart("pixels taken away")
        self.legend = ipywidgets.HTML().add_class("dv-compare-legend")
        charts = [
            _titled("Insertion: higher is better", self.insertion.figure),
            _titled("Deletion: lower is better", self.deletion.figure),
        ]
        super().__init__([ipywidgets.Box(charts).add_class("dv-compare-figures"), self.legend])
        self.add_class("dv-compare-chart")

    def show(self, entries: Sequence[Entry]) -> None:
        """Show these lines and no others."""
        self.insertion.show(entries, [entry.curves.insertion for entry in entries])
        self.deletion.show(entries, [entry.curves.deletion for entry in entries])
        self.legend.value = "".join(map(_swatch, entries)) or "Curves appear when maps are finished."


class Chart:
    """One chart of probabilities; each line has its marks as a second layer, at every few points."""

    def __init__(self, across: str) -> None:
        self._scales = {"x": bqplot.LinearScale(min=0, max=1), "y": bqplot.LinearScale(min=0, max=1)}
        self._drawn: dict[Hashable, tuple[bqplot.Lines, bqplot.Scatter]] = {}
        axes = [
            bqplot.Axis(scale=self._scales["x"], label=across, label_offset="32px", grid_lines="none", **TICKS),
            bqplot.Axis(scale=self._scales["y"], orientation="vertical", grid_lines="dashed", **TICKS),
        ]
        self.figure = bqplot.Figure(
            display_toolbar=False,
            marks=[],
            axes=axes,
            animation_duration=0,
            fig_margin={"top": 8, "bottom": 48, "left": 48, "right": 16},
            layout=ipywidgets.Layout(width="100%", height="240px", min_width="240px"),
        )

    def show(self, entries: Sequence[Entry], values: Sequence[object]) -> None:
        for entry, heights in zip(entries, values, strict=True):
            self._draw(entry, heights)
        kept = [entry.key for entry in entries]
        self.figure.marks = [mark for key in kept for mark in self._drawn[key]]
        for key in set(self._drawn).difference(kept):
            close_all(self._drawn.pop(key))

    def _draw(self, entry: Entry, heights: object) -> None:
        if entry.key not in self._drawn:
            self._drawn[entry.key] = (
                bqplot.Lines(x=[], y=[], scales=self._scales, stroke_width=2),
                bqplot.Scatter(x=[], y=[], scales=self._scales, default_size=36),
            )
        line, marks = self._drawn[entry.key]
        x, y = entry.curves.fractions.numpy().astype(float), heights.numpy().astype(float)  # type: ignore[attr-defined]
        with line.hold_sync():
            line.x, line.y, line.colors, line.line_style = x, y, [entry.colour], entry.dash
        first = entry.method % MARKED  # marks of lines that run together lie side by side
        with marks.hold_sync():
            marks.x, marks.y, marks.colors, marks.marker = (
                x[first::MARKED],
                y[first::MARKED],
                [entry.colour],
                entry.mark,
            )


def _titled(title: str, figure: bqplot.Figure) -> ipywidgets.VBox:
    return ipywidgets.VBox([ipywidgets.HTML(title).add_class("dv-title"), figure]).add_class("dv-compare-figure")


def _swatch(entry: Entry) -> str:
    """A piece of the line with its mark, and whose it is."""
    line = f'<path d="M0 6h28" fill="none" stroke-width="2" stroke-dasharray="{STROKES[entry.dash]}"/>'
    drawing = (
        f'<svg width="28" height="12" stroke="{entry.colour}" fill="{entry.colour}">{line}{SHAPES[entry.mark]}</svg>'
    )
    return f"<span>{drawing} {html.escape(entry.name)}</span>"
