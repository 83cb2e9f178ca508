"""How bias grows with the snow: one point for each network that was trained."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import bqplot
import ipywidgets

SERIES = (  # key of a point, colour, marker, what it is
    ("called_wolf", "#e07b28", "circle", "huskies on snow called wolf"),
    ("mass", "#7a93b4", "square", "evidence in those pictures that lies on the animal"),
)
SIGN = {"circle": "●", "square": "■"}
LARGEST, PLAIN, CHOSEN = 180, 0.35, 1.0  # of the marks: area of the largest, and shares of it


class SnowChart(ipywidgets.VBox):
    """Points over the share of snow; a click on one calls `on_pick` with the number of its network."""

    def __init__(self, on_pick: Callable[[int], None]) -> None:
        self._scales = {
            "x": bqplot.LinearScale(min=-0.03, max=1.03),
            "y": bqplot.LinearScale(min=-0.03, max=1.03),
            "size": bqplot.LinearScale(min=0, max=1),
        }
        self.lines = [self._line(colour) for _, colour, _, _ in SERIES]
        self.marks = [self._points(colour, marker) for _, colour, marker, _ in SERIES]
        for marks in self.marks:
            marks.on_element_click(lambda _, event: on_pick(event["data"]["index"]))
        self._text = ipywidgets.HTML().add_class("dv-offscreen")
        key = "".join(f'<span><i style="color:{c}">{SIGN[m]}</i> {words}</span>' for _, c, m, words in SERIES)
        super().__init__([ipywidgets.HTML(key).add_class("dv-snow-key"), self._figure(), self._text])
        self.add_class("dv-snow-chart")

    def show(self, points: Sequence[dict[str, float]], shown: int) -> None:
        """Show these points and no others, that of network `shown` enlarged."""
        across = [point["share"] for point in points]
        order = sorted(range(len(points)), key=lambda index: across[index])
        for (key, _, _, _), line, marks in zip(SERIES, self.lines, self.marks, strict=True):
            heights = [point[key] for point in points]
            with line.hold_sync():
                line.x, line.y = [across[i] for i in order], [heights[i] for i in order]
            with marks.hold_sync():
                marks.x, marks.y = across, heights
                marks.size = [CHOSEN if index == shown else PLAIN for index in range(len(points))]
        self._text.value = "; ".join(map(_told, (points[index] for index in order)))

    def _line(self, colour: str) -> bqplot.Lines:
        scales = {"x": self._scales["x"], "y": self._scales["y"]}
        return bqplot.Lines(x=[], y=[], scales=scales, colors=[colour], stroke_width=2, opacities=[0.6])

    def _points(self, colour: str, marker: str) -> bqplot.Scatter:
        return bqplot.Scatter(
            x=[],
            y=[],
            size=[],
            scales=self._scales,
            colors=[colour],
            marker=marker,
            default_size=LARGEST,
            interactions={"click": "select"},
        )

    def _figure(self) -> bqplot.Figure:
        ticks: dict[str, Any] = {"tick_format": ".0%", "tick_values": [0, 0.25, 0.5, 0.75, 1]}
        axes = [
            bqplot.Axis(
                scale=self._scales["x"], label="snow behind wolves", label_offset="32px", grid_lines="none", **ticks
            ),
            bqplot.Axis(scale=self._scales["y"], orientation="vertical", grid_lines="dashed", **ticks),
        ]
        return bqplot.Figure(
            display_toolbar=False,
            marks=[*self.lines, *self.marks],
            axes=axes,
            animation_duration=0,
            fig_margin={"top": 8, "bottom": 48, "left": 48, "right": 16},
            layout=ipywidgets.Layout(width="100%", height="240px", min_width="0"),
        )


def _told(point: dict[str, float]) -> str:
    wolf, mass = f"{point['called_wolf']:.0%} {SERIES[0][3]}", f"{point['mass']:.0%} of the {SERIES[1][3]}"
    return f"{point['share']:.0%} snow behind wolves: {wolf}, {mass}"
