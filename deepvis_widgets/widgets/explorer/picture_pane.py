"""The picture: what lies over it, and the boxes that are marked on it."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import traitlets

from ...core.picture.boxes import Box
from ...core.picture.picture import to_bytes
from ...methods import method
from ..link.frames import noted, overlay_frame
from ..link.push import push
from ..views.stage import Stage
from .answers import Answered, Notice, Overlay, Subscribe, UnitMap
from .state import AUTO, ExplorerState


class PicturePane(Stage):
    """Shows the picture with overlay, receptive field and localization box, as the state and the last answers are."""

    def __init__(self, state: ExplorerState, group: str) -> None:
        super().__init__(group=group, zoom=352, label="The picture, with what is drawn over it")
        self._state = state
        self._answers = threading.RLock()  # held while something is drawn that several answers decide
        self._field: list[dict[str, Any]] = []
        self._overlaid: Overlay | None = None
        self._signed = False
        for name in ("occluder", "fill", "opacity"):
            traitlets.link((state, name), (self, name))
        state.observe(lambda _: self._show_picture(), names="cover")
        state.observe(lambda _: self._color(), names="colormap")
        state.observe(lambda _: self._mark(), names="localize")
        self._show_picture()

    def follow(self, subscribe: Subscribe) -> None:
        """Shows answers from now on."""
        subscribe(UnitMap, self._show_field)
        subscribe(Overlay, self._show_overlay)
        subscribe(Notice, lambda notice: self.say(notice.sentence))
        subscribe(Answered, lambda _: self.say(""))

    def say(self, sentence: str) -> None:
        """Shows one sentence about what went wrong; an empty one takes the last one away."""
        if sentence != self.notice:
            push(self, notice=sentence)

    def close(self) -> None:
        """Takes the picture off the page."""
        self._overlaid = None
        super().close()

    def _show_picture(self) -> None:
        if self._state.view is not None:
            arrays = {"picture": to_bytes(self._state.view), "fill": to_bytes(self._state.cover)}
            self.push("picture", arrays=arrays)

    def _show_overlay(self, answer: Overlay) -> None:
        result = answer.result
        title = "" if result is None else f"{method(answer.method).title}: {result.target}" + noted(result)
        meta, arrays = overlay_frame(result, title)
        with self._answers:
            self._overlaid, self._signed = answer, bool(meta.get("signed", False))
            self._color()
            self.push("overlay", meta, arrays, answer.seq)
            self._mark()

    def _color(self) -> None:
        """Colours the overlay; left to itself, a signed map is red for and blue against."""
        with self._answers:
            chosen = self._state.colormap
            colormap = ("blue-red" if self._signed else "inferno") if chosen == AUTO else chosen
            if colormap != self.colormap:
                push(self, colormap=colormap)

    def _show_field(self, found: UnitMap) -> None:
        """Draws the receptive field of the selected unit."""
        layer, unit = found.layer, found.unit
        mark = _mark(layer.field.box(found.position), "field", f"{unit.layer}:{unit.channel}")
        with self._answers:
            self._field = [] if layer.field.whole else [mark]
            self._mark()

    def _mark(self) -> None:
        with self._answers:
            result = self._overlaid.result if self._overlaid is not None and self._state.localize else None
            box = result.box() if result is not None else None
            found = [] if result is None or box is None else [_mark(box, "localization", result.target)]
            marks = [*self._field, *found]
            if marks != self.boxes:
                push(self, boxes=marks)


def _mark(box: Sequence[int] | Box, kind: str, label: str) -> dict[str, Any]:
    return {"box": list(box), "kind": kind, "label": label}
