"""The insertion and deletion curves of a comparison, one line for each cell."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from html import escape

import bqplot
import ipywidgets
import numpy as np
from torch import Tensor

from ...scores import Curves
from ..kit.figure import figure
from ..kit.layout import box, classed, html, titled
from ..link.push import push

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
    """One line: the cell it belongs to, its name, and the places of its method and its network among the others.

    `curves` is None while they are not known.
    """

    key: Hashable
    name: str
    method: int
    network: int
    curves: Curves | None

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
        self.legend = html("dv-compare-legend")
        charts = [
            titled("Insertion: higher is better", self.insertion.figure),
            titled("Deletion: lower is better", self.deletion.figure),
        ]
        figures = box("dv-compare-figures", *(classed(chart, "dv-compare-figure") for chart in charts))
        super().__init__([figures, self.legend])
        self.add_class("dv-compare-chart")

    def show(self, entries: Sequence[Entry]) -> None:
        """Shows the lines of these entries, as far as they are known, and no others.

        Entries that were there before may come on any thread, new ones on the main thread only.
        """
        self.insertion.show(entries, [entry.curves.insertion if entry.curves else None for entry in entries])
        self.deletion.show(entries, [entry.curves.deletion if entry.curves else None for entry in entries])
        drawn = "".join(_swatch(entry) for entry in entries if entry.curves is not None)
        push(self.legend, value=drawn or "Curves appear when maps are finished.")

    def close(self) -> None:
        """Takes the charts off the page, and frees the lines too that have not been drawn yet."""
        self.insertion.close()
        self.deletion.close()
        super().close()


class Chart:
    """One chart of probabilities; each line has its marks as a second layer, at every few points."""

    def __init__(self, across: str) -> None:
        self._scales = {"x": bqplot.LinearScale(min=0, max=1), "y": bqplot.LinearScale(min=0, max=1)}
        self._drawn: dict[Hashable, tuple[bqplot.Lines, bqplot.Scatter]] = {}
        axes = [
            bqplot.Axis(scale=self._scales["x"], label=across, label_offset="32px", grid_lines="none", **TICKS),
            bqplot.Axis(scale=self._scales["y"], orientation="vertical", grid_lines="dashed", **TICKS),
        ]
        self.figure = figure([], axes, height="240px", margin=(8, 48, 48, 16))

    def show(self, entries: Sequence[Entry], values: Sequence[Tensor | None]) -> None:
        """Draws a line for each entry whose values are known."""
        self._make_ready(entries)
        known = [(entry, heights) for entry, heights in zip(entries, values, strict=True) if heights is not None]
        for entry, heights in known:
            self._draw(entry, heights)
        push(self.figure, marks=[mark for entry, _ in known for mark in self._drawn[entry.key]])
        self._forget(set(self._drawn).difference(entry.key for entry in entries))

    def close(self) -> None:
        """Frees all lines, also those that are not in the figure."""
        self._forget(set(self._drawn))

    def _forget(self, keys: set[Hashable]) -> None:
        for key in keys:
            for mark in self._drawn.pop(key):
                mark.close()  # and not its scales: they are the others' as well

    def _make_ready(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            if entry.key not in self._drawn:
                self._drawn[entry.key] = (
                    bqplot.Lines(x=[], y=[], scales=self._scales, stroke_width=2),
                    bqplot.Scatter(x=[], y=[], scales=self._scales, default_size=36),
                )

    def _draw(self, entry: Entry, heights: Tensor) -> None:
        assert entry.curves is not None
        line, marks = self._drawn[entry.key]
        x, y = entry.curves.fractions.numpy().astype(float), heights.numpy().astype(float)
        push(line, x=x, y=y, colors=[entry.colour], line_style=entry.dash)
        first = entry.method % MARKED  # marks of lines that run together lie side by side
        push(marks, x=x[first::MARKED], y=y[first::MARKED], colors=[entry.colour], marker=entry.mark)


def _swatch(entry: Entry) -> str:
    """A piece of the line with its mark, and whose it is."""
    line = f'<path d="M0 6h28" fill="none" stroke-width="2" stroke-dasharray="{STROKES[entry.dash]}"/>'
    drawing = (
        f'<svg width="28" height="12" stroke="{entry.colour}" fill="{entry.colour}">{line}{SHAPES[entry.mark]}</svg>'
    )
    return f"<span>{drawing} {escape(entry.name)}</span>"
