"""One cell of a comparison: the heat map of one method on one network, and how far its computation is."""

from __future__ import annotations

import html
from collections.abc import Callable

import ipywidgets
import numpy as np
from torch import Tensor

from ...core.picture.picture import to_bytes
from ..kit.layout import button, classed, close_all, display
from ..kit.layout import html as text
from ..kit.progress import bar
from ..link.frames import noted, quantise
from ..link.push import push
from ..views.map_view import MapView
from .answers import CellAnswer, Key
from .scale import strongest

SIZE = 232  # css px of a map


class Cell(ipywidgets.VBox):
    """A map with its title, its progress and its buttons, which call with the name of the method or the cell's key.

    `answer` is what is shown; `show` may be called on any thread.
    """

    def __init__(
        self,
        answer: CellAnswer,
        group: str,
        on_settings: Callable[[str], None],
        on_remove: Callable[[str], object],
        on_press: Callable[[Key], None],
    ) -> None:
        self.answer = answer
        name = text(
            "dv-compare-name", f"<b>{html.escape(answer.title)}</b> <span>{html.escape(answer.row.title)}</span>"
        )
        self.settings = _icon("sliders", f"Parameters of {answer.title}", lambda: on_settings(answer.name))
        self.remove = _icon("times", f"Remove {answer.title}", lambda: on_remove(answer.name))
        self.head = classed(ipywidgets.HBox([name, self.settings, self.remove]), "dv-compare-head")
        self.words, self.progress = text("dv-compare-words"), bar()
        self.button = button(width="auto", on_click=lambda: on_press(answer.key))
        self.foot = classed(ipywidgets.HBox([self.words, self.progress, self.button]), "dv-compare-foot")
        self.map = MapView(group=group, size=SIZE, smooth=True, linked=True, label=_label(answer))
        super().__init__([self.head, self.map, self.foot])
        self.add_class("dv-compare-cell")
        self._show_foot()

    def show(self, answer: CellAnswer) -> None:
        """Draws what is new in an answer."""
        before, self.answer = self.answer, answer
        push(self.map, limits=limits(answer), colormap=answer.colormap, notice=answer.notice)
        if answer.result is not before.result or answer.view is not before.view:
            self._show_map()
        if answer.view is not before.view or answer.mask is not before.mask:
            self._show_below(answer.view, answer.mask)
        self._show_foot()

    def _show_map(self) -> None:
        """Sends the map, and says in its text alternative what it is."""
        result, meta, sent = self.answer.result, {"lo": 0.0, "hi": 0.0}, np.zeros((0, 0), np.uint16)
        if result is not None:
            values = result.heatmap.detach().float().cpu()
            low, high = values.min(), values.max()
            meta, sent = {"lo": float(low), "hi": float(high)}, quantise(values, low, high, 65535)
            push(self.map, signed=result.signed)
        self.map.push("map", meta, {"values": sent})
        push(self.map, label=_label(self.answer))

    def _show_below(self, view: Tensor | None, mask: Tensor | None) -> None:
        """Sends the picture (3, H, W) under the map, and the mask, bool (H, W), of its object."""
        if view is not None:
            marks = np.zeros((0, 0), np.uint8) if mask is None else mask.numpy().astype(np.uint8)
            self.map.push("below", arrays={"picture": to_bytes(view), "mask": marks})

    def _show_foot(self) -> None:
        answer, running = self.answer, bool(self.answer.running)
        push(self.words, value=html.escape(foot_words(answer)))
        display(self.words, not running)
        push(self.progress, value=answer.fraction, description=answer.running)
        display(self.progress, running)
        does = "Stop" if running else "Run"
        push(self.button, description=does, tooltip=f"{does} {answer.title}, {answer.row.title}")
        display(self.button, running or answer.stopped)

    def close(self) -> None:
        """Takes the cell off the page and frees its models."""
        if self.comm is not None:
            close_all([self.layout, *self.children])
        super().close()


def limits(answer: CellAnswer) -> list[float] | None:
    """What the ends of the colours stand for: the same in all cells where they share a scale, else the map's own."""
    if answer.limits is not None:
        return list(answer.limits)
    return None if answer.result is None else list(answer.result.ends)


def _label(answer: CellAnswer) -> str:
    result, network = answer.result, answer.row.title
    if result is None:
        return f"{answer.title}, {network}: nothing yet"
    values = result.heatmap.detach().float().cpu()
    row, col = strongest(values)
    return (
        f"{answer.title} of {result.target}, {network}: strongest at row {row}, column {col}, "
        f"with {float(values.max()):.3g}; lowest {float(values.min()):.3g}{noted(result)}"
    )


def foot_words(answer: CellAnswer) -> str:
    """What the cell explains, and how sure the network is of it; or where it was stopped."""
    if answer.stopped:
        return f"stopped at {answer.fraction:.0%}"
    if answer.result is None or not answer.finished or answer.notice:
        return ""
    share = "" if answer.share is None else f" · {answer.share}"
    return f"explains {answer.result.target}{share}{noted(answer.result)}"


def _icon(icon: str, tooltip: str, on_click: Callable[[], object]) -> ipywidgets.Button:
    return button(tooltip=tooltip, icon=icon, on_click=on_click, width="28px")
