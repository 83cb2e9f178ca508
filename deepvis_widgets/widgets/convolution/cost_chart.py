"""Times over sizes, both logarithmic: three ways back, and lines with the slopes that are expected."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import bqplot
import ipywidgets
import numpy as np

from ..kit.figure import figure
from ..kit.layout import classed, html
from ..link.push import push
from .costs import SIZES, Times

# told apart by colour-blind people, and readable on light and dark
SERIES = {
    "inverse": ("W⁺ y", "#d1661c"),
    "product": ("Wᵀ y, matrix", "#5b7fd4"),
    "sliding": ("sliding kernel", "#3a9a6c"),
}
# (exponent, the way through whose last point the line goes, how it is dashed, its name)
SLOPES = (
    (3.0, "inverse", "dashed", "n³: inverse by the schoolbook"),
    (2.373, "inverse", "dotted", "n^2.373: best bounds known"),
    (2.0, "product", "dashed", "m·n·p with p = 1: n²"),
)


class CostChart(ipywidgets.VBox):
    """Points that grow as sizes are measured; `show` may be called on any thread."""

    def __init__(self) -> None:
        sides = {
            "x": bqplot.LogScale(min=SIZES[0] * 0.8, max=SIZES[-1] * 1.25),
            "y": bqplot.LogScale(min=1e-3, max=1e3),
        }
        empty: dict[str, Any] = {"x": [], "y": [], "scales": sides}
        self.points = {
            name: bqplot.Lines(**empty, colors=[colour], marker="circle", marker_size=36, stroke_width=2)
            for name, (_, colour) in SERIES.items()
        }
        self.slopes = [
            bqplot.Lines(**empty, colors=[SERIES[way][1]], line_style=dashes, stroke_width=2, opacities=[0.7])
            for _, way, dashes, _ in SLOPES
        ]
        self._milliseconds = sides["y"]
        up = {"orientation": "vertical", "label": "ms", "tick_format": "~g", "grid_lines": "dashed"}
        across = {"label": "n, cells of x", "tick_values": SIZES, "tick_format": "d", "grid_lines": "none"}
        self._axis = bqplot.Axis(scale=sides["y"], **up)
        axes = [bqplot.Axis(scale=sides["x"], **across), self._axis]
        super().__init__([_legend(), figure([*self.slopes, *self.points.values()], axes, "260px", (10, 44, 62, 16))])
        classed(self, "dv-cost-chart")

    def show(self, found: Sequence[Times]) -> None:
        """Shows what was measured so far."""
        sizes = np.array([each.size for each in found], float)
        times = {name: 1000 * np.array([getattr(each, name) for each in found]) for name in SERIES}
        every = np.concatenate(list(times.values()))
        low, high = np.floor(np.log10(every.min())), np.ceil(np.log10(every.max()))
        push(self._milliseconds, min=float(10**low), max=float(10**high))
        push(self._axis, tick_values=10.0 ** np.arange(low, high + 1))
        for name, mark in self.points.items():
            push(mark, x=sizes, y=times[name])
        for mark, (exponent, way, _, _) in zip(self.slopes, SLOPES, strict=True):
            push(mark, x=sizes, y=times[way][-1] * (sizes / sizes[-1]) ** exponent)


def _legend() -> ipywidgets.HTML:
    points = "".join(f'<span><i style="background:{colour}"></i>{name}</span>' for name, colour in SERIES.values())
    lines = "".join(
        f'<span><i class="dv-dashed" style="border-color:{SERIES[way][1]};border-top-style:{dashes}"></i>{name}</span>'
        for _, way, dashes, name in SLOPES
    )
    return html("dv-chart-legend", points + lines)
