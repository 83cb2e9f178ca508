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
from .cost_lines import SERIES, SLOPES, expected, measured
from .costs import SIZES, Times


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
        times = [line for _, _, line in measured(found)]
        every = np.concatenate(times)
        low, high = np.floor(np.log10(every.min())), np.ceil(np.log10(every.max()))
        push(self._milliseconds, min=float(10**low), max=float(10**high))
        push(self._axis, tick_values=10.0 ** np.arange(low, high + 1))
        for mark, line in zip(self.points.values(), times, strict=True):
            push(mark, x=sizes, y=line)
        for mark, (_, _, _, line) in zip(self.slopes, expected(found), strict=True):
            push(mark, x=sizes, y=line)


def _legend() -> ipywidgets.HTML:
    points = "".join(f'<span><i style="background:{colour}"></i>{name}</span>' for name, colour in SERIES.values())
    lines = "".join(
        f'<span><i class="dv-dashed" style="border-color:{SERIES[way][1]};border-top-style:{dashes}"></i>{name}</span>'
        for _, way, dashes, name in SLOPES
    )
    return html("dv-chart-legend", points + lines)
