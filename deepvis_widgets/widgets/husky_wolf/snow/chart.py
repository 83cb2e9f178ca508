"""How bias grows with the snow: one point for each network that was trained."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import ipywidgets

from ...kit.figure import figure
from ...kit.layout import html
from ...link.push import push
from .state import Point

if TYPE_CHECKING:
    import bqplot

SERIES = (  # key of a point, colour, marker, what it is
    ("called_wolf", "#e07b28", "circle", "huskies on snow called wolf"),
    ("mass", "#7a93b4", "square", "evidence in those pictures that lies on the animal"),
)
SIGN = {"circle": "●", "square": "■"}
LARGEST, PLAIN, CHOSEN = 180, 0.35, 1.0  # of the marks: area of the largest, and shares of it


class SnowChart(ipywidgets.VBox):
    """Points over the share of snow; a click on one calls `on_pick` with the number of its network."""

    def __init__(self, on_pick: Callable[[int], None]) -> None:
        scales = _scales()
        self.lines = [_line(scales, colour) for _, colour, _, _ in SERIES]
        self.marks = [_points(scales, colour, marker) for _, colour, marker, _ in SERIES]
        for marks in self.marks:
            marks.on_element_click(lambda _, event: on_pick(event["data"]["index"]))
        self._text = html("dv-offscreen")
        key = "".join(f'<span><i style="color:{c}">{SIGN[m]}</i> {words}</span>' for _, c, m, words in SERIES)
        drawing = figure([*self.lines, *self.marks], _axes(scales), "240px", (8, 48, 48, 16), min_width="0")
        super().__init__([html("dv-snow-key", key), drawing, self._text])
        self.add_class("dv-snow-chart")

    def show(self, points: Sequence[Point], shown: int) -> None:
        """Shows these points and no others, that of network `shown` enlarged."""
        across = [point["share"] for point in points]
        order = sorted(range(len(points)), key=lambda index: across[index])
        sizes = [CHOSEN if index == shown else PLAIN for index in range(len(points))]
        for (key, _, _, _), line, marks in zip(SERIES, self.lines, self.marks, strict=True):
            heights = [point[key] for point in points]
            push(line, x=[across[i] for i in order], y=[heights[i] for i in order])
            push(marks, x=across, y=heights, size=sizes)
        push(self._text, value="; ".join(map(_told, (points[index] for index in order))))


def _scales() -> dict[str, bqplot.Scale]:
    import bqplot

    x, y = (bqplot.LinearScale(min=-0.03, max=1.03) for _ in range(2))
    return {"x": x, "y": y, "size": bqplot.LinearScale(min=0, max=1)}


def _line(scales: dict[str, bqplot.Scale], colour: str) -> bqplot.Lines:
    import bqplot

    over = {"x": scales["x"], "y": scales["y"]}
    return bqplot.Lines(x=[], y=[], scales=over, colors=[colour], stroke_width=2, opacities=[0.6])


def _points(scales: dict[str, bqplot.Scale], colour: str, marker: str) -> bqplot.Scatter:
    import bqplot

    look = {"colors": [colour], "marker": marker, "default_size": LARGEST}
    return bqplot.Scatter(x=[], y=[], size=[], scales=scales, interactions={"click": "select"}, **look)


def _axes(scales: dict[str, bqplot.Scale]) -> list[bqplot.Axis]:
    import bqplot

    ticks: dict[str, Any] = {"tick_format": ".0%", "tick_values": [0, 0.25, 0.5, 0.75, 1]}
    return [
        bqplot.Axis(scale=scales["x"], label="snow behind wolves", label_offset="32px", grid_lines="none", **ticks),
        bqplot.Axis(scale=scales["y"], orientation="vertical", grid_lines="dashed", **ticks),
    ]


def _told(point: Point) -> str:
    wolf, mass = f"{point['called_wolf']:.0%} {SERIES[0][3]}", f"{point['mass']:.0%} of the {SERIES[1][3]}"
    return f"{point['share']:.0%} snow behind wolves: {wolf}, {mass}"
