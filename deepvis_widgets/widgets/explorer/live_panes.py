"""The panes that show answers: each knows the state, and the answers it draws and encodes. Answers may come on any
thread.
"""

from __future__ import annotations

import html
import threading
from collections.abc import Sequence
from typing import Any

import ipywidgets
import numpy as np
import traitlets

from ...core.picture.boxes import Box
from ...core.picture.picture import to_bytes
from ..kit.class_bars import Probabilities
from ..link.frames import (
    Parts,
    map_frame,
    no_pictures,
    noted,
    overlay_frame,
    pattern_frame,
    pictures_frame,
    quantise,
    spans,
)
from ..link.push import push
from ..views.gallery import Gallery
from ..views.map_view import MapView
from ..views.stage import Stage
from ..views.unit_grid import UnitGrid
from .answers import (
    Answered,
    BackwardView,
    Drawing,
    GridNotice,
    Maps,
    Notice,
    Overlay,
    Shares,
    StoredPictures,
    Subscribe,
    Tiles,
    UnitMap,
    UnitPictures,
    UnitTile,
)
from .state import AUTO, ExplorerState

SMALL = 224  # css px of a map


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
        subscribe(Notice, lambda notice: self._say(notice.sentence))
        subscribe(Answered, lambda _: self._say(""))

    def _say(self, sentence: str) -> None:
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
        title = "" if result is None else f"{answer.title}: {result.target}" + noted(result)
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


class GridPane(UnitGrid):
    """Shows the units of the layer as tiles."""

    def __init__(self, state: ExplorerState, group: str) -> None:
        super().__init__(group=group, label="Units of the layer")
        self.count = state.network.layers[state.layer].channels
        for name in ("layer", "unit", "position", "tile", "gamma", "boost"):
            traitlets.link((state, name), (self, name))
        traitlets.link((state, "tiles"), (self, "mode"))
        layers = state.network.layers
        state.observe(lambda change: setattr(self, "count", layers[change["new"]].channels), names="layer")

    def follow(self, subscribe: Subscribe) -> None:
        """Shows answers from now on."""
        subscribe(Tiles, self._show_tiles)
        subscribe(UnitTile, self._show_picture)
        subscribe(GridNotice, lambda notice: push(self, notice=notice.sentence))

    def _show_tiles(self, tiles: Tiles) -> None:
        if not tiles.gradient:
            self.push("stats", *stats_frame(tiles.maps), tiles.seq)
        self.push("gradient" if tiles.gradient else "tiles", *tiles_frame(tiles), tiles.seq)

    def _show_picture(self, tile: UnitTile) -> None:
        self.push("pictures", *pattern_frame(tile.layer, tile.channel, tile.picture))


class UnitPane(MapView):
    """Shows the map of the selected unit; `names` gives layers prettier titles."""

    def __init__(self, state: ExplorerState, group: str, names: dict[str, str]) -> None:
        super().__init__(group=group, title="Selected unit", size=SMALL, label="Activation map of the selected unit")
        self._names = names
        for name in ("position", "gamma", "boost"):
            traitlets.link((state, name), (self, name))

    def follow(self, subscribe: Subscribe) -> None:
        """Shows answers from now on."""
        subscribe(UnitMap, self._show_map)

    def _show_map(self, found: UnitMap) -> None:
        name = found.layer.name
        self.push("map", *map_frame(found.values, found.layer.field, statistics(found)))
        title = f"{self._names.get(name, name)} : {found.unit.channel}"
        if title != self.title:
            push(self, title=title)


class BackwardPane(MapView):
    """Shows the way back from a unit to the picture."""

    def __init__(self, group: str) -> None:
        super().__init__(
            group=group,
            title="Backward",
            size=SMALL,
            interactive=False,
            smooth=True,
            label="Backward view of the selected unit",
        )

    def follow(self, subscribe: Subscribe) -> None:
        """Shows answers from now on."""
        subscribe(BackwardView, lambda found: self.push("rgb", {"lines": [found.line]}, {"picture": found.picture}))


class PicturesPane(Gallery):
    """Shows the synthesized pictures of the selected unit."""

    def __init__(self, group: str) -> None:
        super().__init__(
            group=group, title="What it wants to see", size=104, placeholder="Press Start to draw this unit."
        )

    def follow(self, subscribe: Subscribe) -> None:
        """Shows answers from now on."""
        subscribe(Drawing, self._show_drawing)
        subscribe(UnitPictures, self._show_pictures)
        subscribe(StoredPictures, self._show_stored)

    def _show_drawing(self, drawing: Drawing) -> None:
        if drawing.fraction is not None:
            push(self, progress=drawing.fraction)
        push(self, running=drawing.running, notice=drawing.sentence)

    def _show_pictures(self, drawn: UnitPictures) -> None:
        if drawn.result is None:
            self.forget("pictures")
            self.push("pictures", {"caption": ""}, {"pictures": no_pictures()})
        else:
            self.push("pictures", *pictures_frame(drawn.result))

    def _show_stored(self, stored: StoredPictures) -> None:
        caption = f"{stored.unit.layer}:{stored.unit.channel}"
        self.push("pictures", {"caption": caption}, {"pictures": stored.pictures})


class SharesPane(Probabilities):
    """Shows the class probabilities."""

    def follow(self, subscribe: Subscribe) -> None:
        """Shows answers from now on."""
        subscribe(Shares, lambda found: self.show(found.values, found.chosen, found.rank))


class StatusLine(ipywidgets.HTML):
    """Says what was answered last, and the contrast as it is."""

    def __init__(self, state: ExplorerState) -> None:
        super().__init__()
        self.add_class("dv-status")
        self._labels = state.network.labels
        self._said: tuple[str, str] | None = None  # round the contrast; a question would keep its picture
        self._contrast = (state.boost, state.gamma)
        self._lock = threading.Lock()
        state.observe(lambda _: self._tell(contrast=(state.boost, state.gamma)), names=["boost", "gamma"])

    def follow(self, subscribe: Subscribe) -> None:
        """Shows answers from now on."""
        subscribe(Answered, self._tell)

    def _tell(self, answered: Answered | None = None, contrast: tuple[float, float] | None = None) -> None:
        with self._lock:
            self._said = self._said if answered is None else self._words(answered)
            self._contrast = contrast or self._contrast
            if self._said is not None:
                boost, gamma = self._contrast
                push(self, value=_span(f"boost {boost:g} · gamma {gamma:g}").join(self._said))

    def _words(self, answered: Answered) -> tuple[str, str]:
        found = answered.question
        view = "" if found.backward == "off" else f" {found.backward_view}"
        explained = "top class" if found.target is None else self._labels[found.target]
        unit = html.escape(f"{found.unit.layer}:{found.unit.channel}")
        before = (
            f"sees {found.layer.field}",
            f"backward: {found.backward}{view}" + (" · frozen" if found.frozen else ""),
            f"explains: {explained}",
        )
        spans = "".join(_span(words) for words in before)
        return f"<span><b>{unit}</b></span>{spans}", _span(f"{answered.milliseconds:.0f} ms")


def _span(words: str) -> str:
    return f"<span>{html.escape(words)}</span>"


def _mark(box: Sequence[int] | Box, kind: str, label: str) -> dict[str, Any]:
    return {"box": list(box), "kind": kind, "label": label}


def tiles_frame(tiles: Tiles) -> Parts:
    """Meta and arrays of a "tiles" or "gradient" frame: each tile between its own extremes."""
    maps = tiles.maps
    low, high = maps.values.amin((1, 2)), maps.values.amax((1, 2))
    meta = {
        "layer": maps.layer.name,
        "all": tiles.everything,
        "lo": float(maps.low.min()),
        "hi": float(maps.high.max()),
        "shape": [maps.layer.height, maps.layer.width],
    }
    arrays = {
        "units": maps.units.numpy().astype(np.int32),
        "values": quantise(maps.values, low[:, None, None], high[:, None, None], 255),
        "lo": low.numpy(),
        "hi": high.numpy(),
        "mean": maps.mean[maps.units].numpy(),
    }
    return meta, arrays | spans(maps.layer.field, maps.values.shape[1:])


def stats_frame(maps: Maps) -> Parts:
    """Meta and arrays of a "stats" frame: extremes and mean of every unit, for sorting."""
    arrays = {"lo": maps.low.numpy(), "hi": maps.high.numpy(), "mean": maps.mean.numpy()}
    return {"layer": maps.layer.name}, arrays


def statistics(found: UnitMap) -> list[str]:
    """What is worth saying about one unit's map."""
    values, (row, col) = found.values, found.position
    active = float((values > 0).float().mean())
    lines = [f"max {float(values.max()):.3g} · mean {float(values.mean()):.3g} · min {float(values.min()):.3g}"]
    if values.numel() > 1:
        lines.append(f"{active:.0%} of {values.shape[0]}×{values.shape[1]} above 0 · shown at ({row}, {col})")
    return lines
