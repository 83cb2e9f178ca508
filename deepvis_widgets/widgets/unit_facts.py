"""The numbers of a unit over all pictures of an atlas: how its activations are spread, and its classes."""

from __future__ import annotations

from collections.abc import Sequence

import bqplot
import ipywidgets
import numpy as np

from ..atlas import Unit
from .atlas_frames import statistics
from .probabilities import PLAIN, short

FOR, AGAINST = 5, 3  # classes shown
NEGATIVE = "#e07b28"


class UnitFacts(ipywidgets.VBox):
    """A line of numbers, a histogram and the classes with the largest positive and negative correlation."""

    def __init__(self, labels: Sequence[str]) -> None:
        self._labels = labels
        self._line, self._text = ipywidgets.HTML(), ipywidgets.HTML().add_class("dv-offscreen")
        self.histogram, self._axis, spread = _histogram()
        self.classes, signed = _signed_bars()
        charts = ipywidgets.Box(
            [
                _titled("Activations at the positions looked at", spread),
                _titled("Correlation of its maximum with the classes", signed),
            ]
        ).add_class("dv-facts-charts")
        super().__init__([self._line, charts, self._text])
        self.add_class("dv-facts-pane")

    def show(self, unit: Unit) -> None:
        """Show the numbers of a unit."""
        self._line.value = f"<b>{unit.layer}:{unit.channel}</b> · {statistics(unit)}"
        self._show_histogram(*unit.histogram)
        self._show_classes(unit.correlation)

    def _show_histogram(self, edges: np.ndarray, counts: np.ndarray) -> None:
        with self.histogram.hold_sync():
            self.histogram.x = np.arange(len(counts), dtype=float)
            self.histogram.y = np.log10(1.0 + counts)
        self._ticks(edges)

    def _ticks(self, edges: np.ndarray) -> None:
        """A few edges are named where they lie: the bins double in width, so their numbers make the axis."""
        zero = int(np.searchsorted(edges, 0.0))
        step = max(1, len(edges) // 4)
        named = sorted({zero, *range(zero, len(edges), step), *range(zero, -1, -step)})
        places = [float(place) - 0.5 for place in named]
        with self._axis.hold_sync():
            self._axis.tick_values = places
            self._axis.tick_labels = {
                str(place): f"{edges[index]:.2g}" for place, index in zip(places, named, strict=True)
            }

    def _show_classes(self, correlation: np.ndarray) -> None:
        chosen = strongest(correlation)
        values = correlation[chosen].astype(float)
        names = [short(self._labels[index], place) for place, index in enumerate(chosen)]
        colours = [PLAIN if value >= 0 else NEGATIVE for value in values]
        with self.classes.hold_sync():
            # an ordinal axis is drawn from the bottom up
            self.classes.x, self.classes.y, self.classes.colors = names[::-1], values[::-1], colours[::-1]
        told = "; ".join(f"{self._labels[index]} {correlation[index]:+.2f}" for index in chosen)
        self._text.value = f"Correlation with the classes: {told}"


def strongest(correlation: np.ndarray) -> list[int]:
    """The classes with the largest correlations, and of the rest those with the most negative ones."""
    order = np.argsort(-correlation, kind="stable").tolist()
    return [*order[:FOR], *(index for index in order[FOR:][-AGAINST:] if correlation[index] < 0)]


def _histogram() -> tuple[bqplot.Bars, bqplot.Axis, bqplot.Figure]:
    scales = {"x": bqplot.LinearScale(), "y": bqplot.LinearScale(min=0)}
    bars = bqplot.Bars(x=[], y=[], scales=scales, colors=[PLAIN], padding=0.0)
    across = bqplot.Axis(scale=scales["x"], grid_lines="none", label="activation", label_offset="30px")
    up = bqplot.Axis(
        scale=scales["y"],
        orientation="vertical",
        grid_lines="none",
        num_ticks=0,
        label="how often (log)",
        label_offset="12px",
    )
    return bars, across, _figure([bars], [across, up], left=28, bottom=44)


def _signed_bars() -> tuple[bqplot.Bars, bqplot.Figure]:
    scales = {"x": bqplot.OrdinalScale(), "y": bqplot.LinearScale()}
    bars = bqplot.Bars(x=[], y=[], scales=scales, orientation="horizontal", padding=0.25)
    names = bqplot.Axis(scale=scales["x"], orientation="vertical", grid_lines="none", side="left")
    values = bqplot.Axis(scale=scales["y"], tick_format="+.2f", num_ticks=3, grid_lines="dashed")
    return bars, _figure([bars], [names, values], left=124, bottom=24)


def _figure(marks: list[bqplot.Mark], axes: list[bqplot.Axis], left: int, bottom: int) -> bqplot.Figure:
    return bqplot.Figure(
        marks=marks,
        axes=axes,
        animation_duration=0,
        fig_margin={"top": 4, "bottom": bottom, "left": left, "right": 20},
        layout=ipywidgets.Layout(width="100%", height="188px", min_width="220px"),
    )


def _titled(title: str, figure: bqplot.Figure) -> ipywidgets.VBox:
    return ipywidgets.VBox([ipywidgets.HTML(title).add_class("dv-title"), figure])
