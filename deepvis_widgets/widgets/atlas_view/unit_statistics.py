"""The numbers of a unit over all pictures of an atlas: how its activations are spread, and its classes."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

import ipywidgets
import numpy as np

from ...atlas import Unit
from ..kit.class_bars import INVISIBLE, NAMES, PLAIN, short, whole
from ..kit.figure import figure, named_bars
from ..kit.layout import box, close_all, html, titled
from ..link.push import push
from .frames import statistics

if TYPE_CHECKING:
    import bqplot

FOR, AGAINST = 5, 3  # classes shown
NEGATIVE = "#e07b28"
TICKS = 6
HEIGHT, LEAST_WIDTH = "188px", "220px"


class UnitFacts(ipywidgets.VBox):
    """A line of numbers, a histogram and the classes with the largest positive and negative correlation.

    The charts are made with the first unit: see Probabilities.
    """

    histogram: bqplot.Bars
    classes: bqplot.Bars

    def __init__(self, labels: Sequence[str]) -> None:
        self._labels, self._lock = labels, threading.Lock()
        self._line, self._text = html(), html("dv-offscreen")
        self._charts = box("dv-facts-charts")
        super().__init__([self._line, self._charts, self._text])
        self.add_class("dv-facts-pane")

    def show(self, unit: Unit, name: str) -> None:
        """Shows the numbers of a unit; `name` is that of the unit selected, which `unit` may stand in for.

        May be called on any thread.
        """
        with self._lock:
            if self.comm is None:
                return  # closed: nobody would close charts that are made now
            if not self._charts.children:
                self._make_charts()
            push(self._line, value=f"<b>{escape(name)}</b> · {statistics(unit)}")
            edges, counts = unit.histogram
            push(self.histogram, x=thinned(bin_names(edges)), y=np.log10(1.0 + counts))
            self._show_classes(unit.correlation)

    def close(self) -> None:
        """Takes the pane off the page, with charts that were made only just now."""
        with self._lock:
            close_all(self._charts.children)
            super().close()

    def _make_charts(self) -> None:
        self.histogram, spread = _histogram()
        self.classes, self._along, signed = named_bars(
            HEIGHT, (4, 24, NAMES, 20), {}, {"tick_format": "+.2f"}, LEAST_WIDTH
        )
        push(self._charts, children=[titled("Activations", spread), titled("Correlation with the classes", signed)])

    def _show_classes(self, correlation: np.ndarray) -> None:
        chosen = strongest(correlation)
        values = correlation[chosen].astype(float)
        names = [short(self._labels[index], place) for place, index in enumerate(chosen)]
        colours = [PLAIN if value >= 0 else NEGATIVE for value in values]
        # from the bottom up
        push(self.classes, x=names[::-1], y=values[::-1], colors=colours[::-1])
        most = max(0.01, float(np.abs(values).max()))
        push(self.classes.scales["y"], min=-most, max=most)
        push(self._along, tick_values=[-most, 0.0, most])
        told = whole([(self._labels[index], f"{correlation[index]:+.2f}") for index in chosen])
        push(self._text, value=f"Correlation with the classes: {told}")


def strongest(correlation: np.ndarray) -> list[int]:
    """The classes with the largest correlations, and of the rest those with the most negative ones."""
    order = np.argsort(-correlation, kind="stable").tolist()
    return [*order[:FOR], *(index for index in order[FOR:][-AGAINST:] if correlation[index] < 0)]


def bin_names(edges: np.ndarray) -> list[str]:
    """Where each bin begins; the one that ends at zero, in which silence lies, is 0, and the next one > 0."""
    return [
        "0" if last == 0 else "> 0" if first == 0 else f"{float(f'{first:.2g}'):g}"
        for first, last in zip(edges, edges[1:], strict=False)
    ]


def thinned(names: list[str]) -> list[str]:
    """Few enough names to stand side by side, 0 among them where there is one; the others cannot be seen."""
    start = names.index("0") if "0" in names else 0
    step = max(1, -(-len(names) // TICKS))
    return [name if (place - start) % step == 0 else INVISIBLE * (place + 1) for place, name in enumerate(names)]


def _histogram() -> tuple[bqplot.Bars, bqplot.Figure]:
    import bqplot

    scales = {"x": bqplot.OrdinalScale(), "y": bqplot.LinearScale(min=0)}
    bars = bqplot.Bars(x=[], y=[], scales=scales, colors=[PLAIN], padding=0.1)
    across = bqplot.Axis(scale=scales["x"], grid_lines="none", label="activation from", label_offset="30px")
    often = {"label": "how often (log)", "label_offset": "12px", "num_ticks": 0}
    up = bqplot.Axis(scale=scales["y"], orientation="vertical", grid_lines="none", **often)
    return bars, figure([bars], [across, up], HEIGHT, (4, 44, 28, 20), LEAST_WIDTH)
