"""One cell of a comparison: the heat map of one method on one network, and how far its computation is."""

from __future__ import annotations

import html

import ipywidgets
import numpy as np
from torch import Tensor

from ...core.picture.picture import to_bytes
from ...core.results import HeatMap
from ...methods import method
from ...scores import Curves
from ..kit.layout import close_all
from ..link.frames import noted, quantise
from ..views.map_view import MapView
from .networks import Row
from .scale import strongest

SIZE = 232  # css px of a map
STEP = 0.01  # progress that is worth a message


class Cell(ipywidgets.VBox):
    """A map with its title, its progress and its buttons; `result` is what is shown, `finished` whether that is all.

    Every computation is a `turn`: what an earlier turn still says is dropped. Not thread-safe: Updates holds its lock.
    """

    def __init__(self, row: Row, name: str, group: str) -> None:
        self.row, self.name, self.title = row, name, method(name).title
        self.turn = 0
        self.result: HeatMap | None = None
        self.finished = False
        self.curves: Curves | None = None
        self.running = ""  # what the turn computes, empty while it computes nothing
        self.stopped = False
        self._make_head()
        self._make_foot()
        self.map = MapView(
            group=group, size=SIZE, smooth=True, linked=True, label=f"{self.title}, {row.title}: nothing yet"
        )
        super().__init__([self.head, self.map, self.foot])
        self.add_class("dv-compare-cell")

    def _make_head(self) -> None:
        name, network = html.escape(self.title), html.escape(self.row.title)
        text = ipywidgets.HTML(f"<b>{name}</b> <span>{network}</span>").add_class("dv-compare-name")
        self.settings = _button("sliders", f"Parameters of {self.title}")
        self.remove = _button("times", f"Remove {self.title}")
        self.head = ipywidgets.HBox([text, self.settings, self.remove]).add_class("dv-compare-head")

    def _make_foot(self) -> None:
        self.words = ipywidgets.HTML().add_class("dv-compare-words")
        self.progress = ipywidgets.FloatProgress(min=0, max=1, layout={"width": "auto", "flex": "1 1 0"})
        self.button = ipywidgets.Button(layout={"width": "auto"})
        self.foot = ipywidgets.HBox([self.words, self.progress, self.button]).add_class("dv-compare-foot")
        self._show_running()

    # --- turns ---

    def begin(self, running: str) -> int:
        """A new turn that computes something, as its progress bar names it; its number."""
        self.turn += 1
        self.running, self.stopped, self.map.notice = running, False, ""
        self.progress.value = 0.0
        self._show_running()
        return self.turn

    def advance(self, fraction: float) -> None:
        """The turn has done this share of its work."""
        if abs(fraction - self.progress.value) >= STEP:
            self.progress.value = fraction

    def end(self, words: str = "", notice: str = "", stopped: bool = False) -> None:
        """The turn is over: by an answer, an error (a sentence), or a stop, after which it may begin again."""
        self.running, self.stopped, self.map.notice = "", stopped, notice
        self.say(words)
        self._show_running()

    def _show_running(self) -> None:
        running = bool(self.running)
        self.words.layout.display = "none" if running else None
        self.progress.layout.display = None if running else "none"
        self.progress.description = self.running
        self.button.layout.display = None if running or self.stopped else "none"
        self.button.description = "Stop" if running else "Run"
        self.button.tooltip = f"{self.button.description} {self.title}, {self.row.title}"

    def say(self, words: str) -> None:
        """A line below the map."""
        self.words.value = html.escape(words)

    # --- what is shown ---

    def put_below(self, view: Tensor, mask: Tensor | None) -> None:
        """The picture (3, H, W) under the map, and the mask, bool (H, W), of its object."""
        marks = np.zeros((0, 0), np.uint8) if mask is None else mask.numpy().astype(np.uint8)
        self.map.push("below", arrays={"picture": to_bytes(view), "mask": marks})

    def clear(self) -> None:
        """No map any more: another picture."""
        self.result, self.curves, self.finished = None, None, False
        self.map.forget("map")
        self.map.push("map", {"lo": 0.0, "hi": 0.0}, {"values": np.zeros((0, 0), np.uint16)})
        self.map.label = f"{self.title}, {self.row.title}: nothing yet"

    def draw(self) -> None:
        """Send the map, and say in its text alternative what it is."""
        result = self.result
        if result is None:
            return
        values = result.heatmap.detach().float().cpu()
        low, high = values.min(), values.max()
        self.map.signed = result.signed
        meta = {"lo": float(low), "hi": float(high)}
        self.map.push("map", meta, {"values": quantise(values, low, high, 65535)})
        row, col = strongest(values)
        self.map.label = (
            f"{self.title} of {result.target}, {self.row.title}: strongest at row {row}, column {col}, "
            f"with {float(high):.3g}; lowest {float(low):.3g}{noted(result)}"
        )

    def close(self) -> None:
        """Take the cell off the page and free its models."""
        if self.comm is not None:
            close_all(self.children)
        super().close()


def _button(icon: str, tooltip: str) -> ipywidgets.Button:
    return ipywidgets.Button(icon=icon, tooltip=tooltip, layout={"width": "28px"})
