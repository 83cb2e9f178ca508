"""The objective of pictures in the making, step by step: one line for each seed."""

from __future__ import annotations

from collections.abc import Sequence

import bqplot
import ipywidgets
import numpy as np
from torch import Tensor

from ..kit.figure import figure, fit, round_ticks
from ..kit.layout import html
from ..link.push import push

# Okabe & Ito: told apart by colour-blind people; the dashes tell further ones apart
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7")
DASHES = ("solid", "dashed", "dotted", "dash_dotted")
POINTS = 240  # of a line: more cannot be told apart on screen


class AscentTrace(ipywidgets.VBox):
    """The objective over the steps, one line for each picture, and marks where knobs were turned."""

    def __init__(self, height: int = 190) -> None:
        self._scales = {"x": bqplot.LinearScale(min=0, max=10), "y": bqplot.LinearScale(min=0, max=1)}
        self._lines: list[bqplot.Lines] = []
        self._turns = bqplot.Scatter(
            x=[], y=[], scales=self._scales, marker="triangle-up", colors=["#8a8f98"], default_size=40
        )
        axes = [
            bqplot.Axis(scale=self._scales["x"], grid_lines="none", tick_format="d"),
            bqplot.Axis(scale=self._scales["y"], orientation="vertical", grid_lines="dashed", tick_format=".3~g"),
        ]
        self._axes = dict(zip("xy", axes, strict=True))
        self.figure = figure([self._turns], axes, f"{height}px", (8, 26, 52, 16))
        self._text = html("dv-offscreen")
        super().__init__([self.figure, self._text])
        self.add_class("dv-ascent-trace")

    def show(self, trace: Tensor, turns: Sequence[int] = ()) -> None:
        """Draws a trace (steps, n), with a mark below every step in `turns`; on any thread, one at a time."""
        steps, count = trace.shape
        self._need(count if steps else 0)
        kept = np.unique(np.linspace(0, steps - 1, min(steps, POINTS)).round().astype(int))
        values = trace.double().numpy()
        for line, column in zip(self._lines, values.T, strict=False):
            push(line, x=kept, y=column[kept])
        low, high = (float(values.min()), float(values.max())) if steps else (0.0, 1.0)
        self._fit_steps(max(10.0, steps - 1.0))
        floor, _ = fit(self._axes["y"], low, max(high, low + 1e-9))
        push(self._turns, x=np.array(turns), y=np.full(len(turns), floor))
        last = ", ".join(f"{value:.3g}" for value in values[-1]) if steps else "nothing yet"
        push(self._text, value=f"Objective after {steps} steps: {last}")

    def _fit_steps(self, last: float) -> None:
        """Round numbers from 0 on, and the last step at the end."""
        ticks = round_ticks(0.0, last)
        push(self._scales["x"], min=0.0, max=last)
        push(self._axes["x"], tick_values=ticks[ticks <= last])

    def _need(self, count: int) -> None:
        if len(self._lines) == count:
            return
        for line in self._lines[count:]:
            line.close()
        self._lines = self._lines[:count] + [self._line(place) for place in range(len(self._lines), count)]
        push(self.figure, marks=[*self._lines, self._turns])

    def _line(self, place: int) -> bqplot.Lines:
        return bqplot.Lines(
            x=[0],
            y=[0],
            scales=self._scales,
            colors=[COLOURS[place % len(COLOURS)]],
            line_style=DASHES[place // len(COLOURS) % len(DASHES)],
            stroke_width=2,
        )
