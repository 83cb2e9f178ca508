"""How the mean of the sum grows with the number of terms."""

from __future__ import annotations

import bqplot
import numpy as np
from torch import Tensor

from ..kit.figure import figure, fit
from ..link.push import push


class Curve:
    """The mean of the sum over the number of terms, towards the logit without its bias; `figure` is what is laid out.

    `show` and `point` may be called on any thread.
    """

    def __init__(self) -> None:
        self._scales = {"x": bqplot.LinearScale(min=0), "y": bqplot.LinearScale()}
        self._line = self._lines("#7a93b4", stroke_width=2)
        self._end = self._lines("#888888", line_style="dashed", stroke_width=1)
        self._here = bqplot.Scatter(x=[0], y=[0], scales=self._scales, colors=["#e07b28"], default_size=64)
        self._terms = bqplot.Axis(
            scale=self._scales["x"], label="terms in the sum", label_offset="32px", tick_format="d", grid_lines="none"
        )
        self._means = bqplot.Axis(
            scale=self._scales["y"], orientation="vertical", tick_format=".3~g", grid_lines="dashed"
        )
        marks, axes = [self._end, self._line, self._here], [self._terms, self._means]
        self.figure = figure(marks, axes, "180px", (8, 46, 44, 20), min_width="220px")

    def show(self, running: Tensor) -> None:
        """Draws the whole curve: means (K + 1,) after 0, 1, ..., K terms."""
        values = running.double().numpy()
        last = len(values) - 1
        push(self._line, x=np.arange(len(values)), y=values)
        push(self._end, x=np.array([0, last]), y=np.repeat(values[-1], 2))
        fit(self._means, float(values.min()), float(values.max()))
        push(self._scales["x"], max=last)
        push(self._terms, tick_values=np.unique(np.linspace(0, last, 5).round()))

    def point(self, count: int, value: float) -> None:
        """Marks where the sum is now."""
        push(self._here, x=np.array([count]), y=np.array([value]))

    def _lines(self, colour: str, **more: object) -> bqplot.Lines:
        return bqplot.Lines(x=[0], y=[0], scales=self._scales, colors=[colour], **more)
