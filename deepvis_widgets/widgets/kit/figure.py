"""The frame of every bqplot chart, and round numbers for its axes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import ipywidgets
import numpy as np

from ..link.push import push

if TYPE_CHECKING:
    import bqplot


def figure(
    marks: Sequence[bqplot.Mark],
    axes: Sequence[bqplot.Axis],
    height: str,
    margin: tuple[int, int, int, int],
    min_width: str = "240px",
) -> bqplot.Figure:
    """A chart as wide as its box and `height` high; `margin` is (top, bottom, left, right) in pixels.

    bqplot is imported here, not at the top, because it brings pandas with it, for which no first picture should wait.
    """
    import bqplot

    return bqplot.Figure(
        marks=list(marks),
        axes=list(axes),
        animation_duration=0,
        fig_margin=dict(zip(("top", "bottom", "left", "right"), margin, strict=True)),
        layout=ipywidgets.Layout(width="100%", height=height, min_width=min_width),
    )


def named_bars(
    height: str,
    margin: tuple[int, int, int, int],
    values: Mapping[str, Any],
    ticks: Mapping[str, Any],
    min_width: str = "240px",
    **look: Any,
) -> tuple[bqplot.Bars, bqplot.Axis, bqplot.Figure]:
    """Horizontal bars beside their names, the axis of their values, and the chart of both.

    `values` are the options of the scale, `ticks` those of the axis, `look` further ones of the bars. An ordinal axis
    is drawn from the bottom up: what is to stand first is given last.

    >>> bars, axis, chart = named_bars("180px", (4, 24, 124, 24), {"min": 0}, {"tick_format": ".0%"})
    >>> bars.orientation, axis.tick_format
    ('horizontal', '.0%')
    """
    import bqplot

    scales = {"x": bqplot.OrdinalScale(), "y": bqplot.LinearScale(**values)}
    bars = bqplot.Bars(x=[], y=[], scales=scales, orientation="horizontal", padding=0.25, **look)
    names = bqplot.Axis(scale=scales["x"], orientation="vertical", grid_lines="none")
    along = bqplot.Axis(scale=scales["y"], grid_lines="dashed", **ticks)
    return bars, along, figure([bars], [names, along], height, margin, min_width)


def round_ticks(low: float, high: float) -> np.ndarray:
    """Four to eight round numbers that cover low to high.

    >>> round_ticks(0.0, 0.98).tolist()
    [0.0, 0.2, 0.4, 0.6000000000000001, 0.8, 1.0]
    """
    span = max(high - low, 1e-12)
    power = 10.0 ** np.floor(np.log10(span / 4))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if span / (power * factor) <= 6)
    return np.arange(np.floor(low / step + 1e-9), np.ceil(high / step - 1e-9) + 1) * step


def fit(axis: bqplot.Axis, low: float, high: float) -> tuple[float, float]:
    """Puts round numbers on an axis, and everything from low to high between its ends, which are returned; on any
    thread.

    >>> import bqplot
    >>> fit(bqplot.Axis(scale=bqplot.LinearScale()), -0.94, 0.06)
    (-1.0, 0.2)
    """
    ticks = round_ticks(low, high)
    ends = float(min(low, ticks[0])), float(max(high, ticks[-1]))
    push(axis.scale, min=ends[0], max=ends[1])
    push(axis, tick_values=ticks)
    return ends
