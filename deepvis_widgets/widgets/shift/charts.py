"""Curves over the place of the object, with a line at where it stands."""

from __future__ import annotations

from collections.abc import Sequence

import ipywidgets
import numpy as np
from torch import Tensor

from ..kit.figure import figure, fit
from ..kit.layout import html, title
from ..link.push import push

# Okabe & Ito: told apart by colour-blind people
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7")


class WayChart(ipywidgets.VBox):
    """Lines (n,) over places, told apart by colour and dash, and a mark at one place; `show` on any thread."""

    def __init__(self, heading: str, count: int, colours: Sequence[str], dashes: Sequence[str], height: int) -> None:
        import bqplot

        self._scales = {"x": bqplot.LinearScale(min=0, max=1), "y": bqplot.LinearScale(min=0, max=1)}
        self.lines = [
            bqplot.Lines(x=[0], y=[0], scales=self._scales, colors=[colours[i]], line_style=dashes[i], stroke_width=2.5)
            for i in range(count)
        ]
        self._mark = bqplot.Lines(
            x=[0, 0], y=[0, 1], scales=self._scales, colors=["#8a8f98"], line_style="dotted", stroke_width=2
        )
        x = bqplot.Axis(scale=self._scales["x"], grid_lines="none", num_ticks=6, tick_format="d")
        self._y = bqplot.Axis(scale=self._scales["y"], orientation="vertical", grid_lines="dashed", tick_format=".3~g")
        self.heading, self.key, self._text = title(heading), html("dv-shift-key"), html("dv-offscreen")
        self.figure = figure([*self.lines, self._mark], [x, self._y], f"{height}px", (8, 26, 44, 16), min_width="0")
        super().__init__([self.heading, self.key, self.figure, self._text])
        self.add_class("dv-shift-chart")
        self._range = (0.0, 1.0)

    def draw(self, number: int, places: Sequence[int], values: Tensor) -> None:
        """Draws one line."""
        push(self.lines[number], x=np.array(places), y=values.double().numpy())
        push(self._scales["x"], min=0.0, max=float(places[-1] or 1))

    def fit(self, low: float, high: float) -> None:
        """Puts round numbers on the upright axis."""
        self._range = fit(self._y, low, high)

    def point(self, place: int) -> None:
        """Marks where the object stands."""
        push(self._mark, x=np.array([place, place]), y=np.array(self._range))

    def tell(self, words: str) -> None:
        """Says in words what the lines show, for those who do not see them."""
        push(self._text, value=words)


def key(entries: Sequence[tuple[str, str]]) -> str:
    """Returns a legend as HTML, of (colour, escaped words)."""
    return "".join(f'<span><i style="color:{colour}">━</i> {words}</span> ' for colour, words in entries)
