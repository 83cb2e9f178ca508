"""The class probabilities as bars; a click picks the class to explain."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import bqplot
import ipywidgets
import numpy as np
from torch import Tensor

MOST = 8  # bars; more cannot be read from the back of a room
LONGEST = 18  # letters of a label
INVISIBLE = "\u200b"
PLAIN, CHOSEN = "#7a93b4", "#e07b28"


class Probabilities(ipywidgets.VBox):
    """Bars of the strongest classes of `labels`; a click on one calls `on_pick` with its class index."""

    def __init__(self, labels: Sequence[str], on_pick: Callable[[int], None]) -> None:
        self._labels, self._on_pick = labels, on_pick
        self._classes: list[int] = []
        self._values = np.zeros(0)
        self._chosen: int | None = None
        self._bars = self._make_bars()
        figure = self._make_figure()
        self._text = ipywidgets.HTML().add_class("dv-offscreen")
        super().__init__([ipywidgets.HTML("Class probabilities").add_class("dv-title"), figure, self._text])
        self.add_class("dv-probabilities")
        self._bars.on_element_click(self._clicked)

    def show(self, probabilities: Tensor, chosen: int, rank: bool) -> None:
        """Show probabilities (classes,); with `rank` the strongest are chosen anew, without it the bars stay in place.

        The class `chosen` always has a bar, and so has the strongest one: it takes the place of the last.
        """
        if rank or not self._classes:
            self._classes = probabilities.argsort(descending=True)[:MOST].tolist()
        for needed in (chosen, int(probabilities.argmax())):
            if needed not in self._classes:
                self._classes[-1 if self._classes[-1] != chosen else -2] = needed
        self._values = probabilities[self._classes].numpy().astype(float)
        self._draw(chosen)

    def _draw(self, chosen: int) -> None:
        self._chosen = chosen
        names = [short(self._labels[index], place) for place, index in enumerate(self._classes)]
        colours = [CHOSEN if index == chosen else PLAIN for index in self._classes]
        with self._bars.hold_sync():
            # an ordinal axis is drawn from the bottom up: the strongest class goes last
            self._bars.x, self._bars.y, self._bars.colors = names[::-1], self._values[::-1], colours[::-1]
        pairs = zip(self._classes, self._values, strict=True)
        self._text.value = "; ".join(f"{self._labels[index]} {value:.1%}" for index, value in pairs)

    def _make_bars(self) -> bqplot.Bars:
        names, shares = bqplot.OrdinalScale(), bqplot.LinearScale(min=0, max=1)
        return bqplot.Bars(
            x=[],
            y=[],
            scales={"x": names, "y": shares},
            orientation="horizontal",
            padding=0.25,
            interactions={"click": "select"},
        )

    def _make_figure(self) -> bqplot.Figure:
        scales = self._bars.scales
        axes = [
            bqplot.Axis(scale=scales["x"], orientation="vertical", grid_lines="none"),
            bqplot.Axis(scale=scales["y"], tick_format=".0%", num_ticks=3, grid_lines="dashed"),
        ]
        return bqplot.Figure(
            marks=[self._bars],
            axes=axes,
            animation_duration=0,
            fig_margin={"top": 4, "bottom": 24, "left": 124, "right": 24},
            layout=ipywidgets.Layout(width="100%", height="212px", min_width="240px"),
        )

    def _clicked(self, _bars: object, event: dict[str, dict[str, int]]) -> None:
        self._on_pick(self._classes[len(self._classes) - 1 - event["data"]["index"]])


def short(label: str, place: int) -> str:
    """A label short enough for the axis; bars with equal names would fall into one, so cut ones carry their place."""
    return label if len(label) <= LONGEST else f"{label[: LONGEST - 2]}…" + INVISIBLE * place
