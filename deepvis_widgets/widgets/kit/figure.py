"""The frame of every bqplot chart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import ipywidgets

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

    It has no toolbar: its buttons would lie over points that can be clicked. bqplot is imported here, not at the top,
    because it brings pandas with it, for which no first picture should wait.
    """
    import bqplot

    return bqplot.Figure(
        display_toolbar=False,
        marks=list(marks),
        axes=list(axes),
        animation_duration=0,
        fig_margin=dict(zip(("top", "bottom", "left", "right"), margin, strict=True)),
        layout=ipywidgets.Layout(width="100%", height=height, min_width=min_width),
    )
