"""The panes of the CAM board: the picture, the sum, the strongest classes, the terms."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence

import bqplot
import ipywidgets
import numpy as np
from torch import Tensor

from ..kit.player import Player
from ..link.frames import plane_frame, spread
from ..views.map_view import MapView

CLASSES, TERMS = 5, 8  # maps side by side
SMALL, LARGE = 112, 264  # css px of a map
PACE = 20_000  # ms for all terms, as far as that is neither too slow nor too fast to look at


class MapRow(ipywidgets.Box):
    """Small maps side by side, each over a button; `on_pick(place)` is called for a button or, if asked, its map."""

    def __init__(self, count: int, group: str, on_pick: Callable[[int], None], maps_too: bool) -> None:
        self.maps = [MapView(group=group, size=SMALL, colormap="blue-red", signed=True) for _ in range(count)]
        self.buttons = [ipywidgets.Button(layout={"width": f"{SMALL}px"}) for _ in range(count)]
        pairs = zip(self.maps, self.buttons, strict=True)
        self.cards = [ipywidgets.VBox([shown, button]).add_class("dv-lab-card") for shown, button in pairs]
        super().__init__(self.cards)
        self.add_class("dv-lab-row")
        for place, (shown, button) in enumerate(zip(self.maps, self.buttons, strict=True)):
            button.on_click(lambda _, place=place: on_pick(place))
            if maps_too:
                shown.observe(lambda change, place=place: self._clicked(change, place, on_pick), names="position")

    def show(
        self,
        maps: Tensor,
        size: tuple[int, int],
        names: Sequence[str],
        lines: Sequence[str],
        tips: Sequence[str],
        between: tuple[float, float] | None = None,
    ) -> None:
        """Show maps (n, h, w), all in the same colours, and hide the places that are left."""
        for card, place in zip(self.cards, range(len(self.cards)), strict=True):
            card.layout.display = None if place < len(maps) else "none"
        for place, values in enumerate(maps):
            self.maps[place].label = tips[place]
            self.maps[place].push("map", *plane_frame(values, size, between or spread(maps), lines[place].split("\n")))
            self.buttons[place].description, self.buttons[place].tooltip = names[place], tips[place]

    def mark(self, chosen: Sequence[int], name: str = "dv-chosen") -> None:
        """Mark the cards at these places, and no others."""
        for place, card in enumerate(self.cards):
            (card.add_class if place in chosen else card.remove_class)(name)

    def _clicked(self, change: dict[str, object], place: int, on_pick: Callable[[int], None]) -> None:
        if change["new"] is not None:
            self.maps[place].position = None
            on_pick(place)


class Curve(bqplot.Figure):
    """How the mean of the sum grows with the number of terms, towards the logit without its bias."""

    def __init__(self) -> None:
        scales = {"x": bqplot.LinearScale(min=0), "y": bqplot.LinearScale()}
        self._line = bqplot.Lines(x=[0], y=[0], scales=scales, colors=["#7a93b4"], stroke_width=2)
        self._end = bqplot.Lines(x=[0], y=[0], scales=scales, colors=["#888888"], line_style="dashed", stroke_width=1)
        self._here = bqplot.Scatter(x=[0], y=[0], scales=scales, colors=["#e07b28"], default_size=64)
        axes = [
            bqplot.Axis(
                scale=scales["x"], label="terms in the sum", label_offset="32px", tick_format="d", grid_lines="none"
            ),
            bqplot.Axis(
                scale=scales["y"], orientation="vertical", tick_format=".3~g", num_ticks=5, grid_lines="dashed"
            ),
        ]
        super().__init__(
            display_toolbar=False,
            marks=[self._end, self._line, self._here],
            axes=axes,
            animation_duration=0,
            padding_x=0,
            fig_margin={"top": 8, "bottom": 46, "left": 44, "right": 20},
            layout=ipywidgets.Layout(width="100%", height="180px", min_width="220px"),
        )

    def show(self, running: Tensor) -> None:
        """The whole curve: means (K + 1,) after 0, 1, ..., K terms."""
        values = running.double().numpy()
        with self._line.hold_sync(), self._end.hold_sync():
            self._line.x, self._line.y = np.arange(len(values)), values
            self._end.x, self._end.y = np.array([0, len(values) - 1]), np.repeat(values[-1], 2)
        last = len(values) - 1
        self._line.scales["x"].max = last
        self.axes[0].tick_values = np.unique(np.linspace(0, last, 5).round())

    def point(self, count: int, value: float) -> None:
        """Where the sum is now."""
        with self._here.hold_sync():
            self._here.x, self._here.y = np.array([count]), np.array([value])


class SumPane(ipywidgets.Box):
    """The sum as it grows: its map, the player, the numbers, the curve."""

    def __init__(self, group: str) -> None:
        self.map = MapView(group=group, size=LARGE, colormap="blue-red", signed=True, label="Sum of the terms")
        self.player = Player(1, label="Terms")
        self.numbers = ipywidgets.HTML().add_class("dv-lab-numbers")
        self.curve = Curve()
        left = ipywidgets.VBox([self.map, self.player]).add_class("dv-lab-side")
        right = ipywidgets.VBox([self.numbers, self.curve]).add_class("dv-lab-side")
        super().__init__([left, right])
        self.add_class("dv-lab-panes")

    def growing(self, shown: bool) -> None:
        """Whether there are terms to step through."""
        for part in (self.player, self.curve):
            part.layout.display = None if shown else "none"

    def tell(self, rows: Sequence[tuple[str, str]]) -> None:
        """A small table of names and numbers."""
        cells = "".join(f"<tr><th>{html.escape(name)}</th><td>{html.escape(value)}</td></tr>" for name, value in rows)
        self.numbers.value = f"<table>{cells}</table>"


def signed(value: float) -> str:
    """A number with its sign, three significant digits."""
    return f"{value:+.3g}".replace("-", "−")


def plain(value: float) -> str:
    """A number with four significant digits."""
    return f"{value:.4g}".replace("-", "−")
