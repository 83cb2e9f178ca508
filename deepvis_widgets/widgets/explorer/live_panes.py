"""The panes that show answers: each knows the state, and the answers it draws and encodes. Answers may come on any
thread.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import numpy as np

from ...core.answers.base import Answers
from ...core.attention.heads import Heads
from ...core.network.network import Network
from ...core.picture.boxes import Box
from ...core.picture.picture import to_bytes
from ...methods.deconvnet import CHECKERS, checkers
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
from ..link.port import Port
from .answers import (
    Answered,
    BackwardView,
    Drawing,
    FoundBoxes,
    GridNotice,
    LabelMap,
    Maps,
    Notice,
    Overlay,
    Shares,
    StoredPictures,
    Subscribe,
    Tiles,
    UnitMap,
    UnitPictures,
    UnitTiles,
)
from .question import Question
from .state import AUTO, ExplorerState


class StagePane:
    """Shows the picture with overlay, receptive field and localization box, as the state and the last answers are."""

    def __init__(self, state: ExplorerState, port: Port) -> None:
        self.port, self._state = port, state
        self._answers = threading.RLock()  # held while something is drawn that several answers decide
        self._field: list[dict[str, Any]] = []
        self._overlaid: Overlay | None = None
        self._signed = False
        self._said = Notice("")
        state.observe(lambda _: self._show_picture(), names="cover")
        state.observe(lambda _: self._color(), names="colormap")
        state.observe(lambda _: self._mark(), names="localize")
        self._show_picture()

    def follow(self, subscribe: Subscribe) -> None:
        """Shows answers from now on."""
        subscribe(UnitMap, self._show_field)
        subscribe(Overlay, self._show_overlay)
        subscribe(LabelMap, self._show_labels)
        subscribe(FoundBoxes, self._show_found)
        subscribe(Notice, self._say)
        subscribe(Answered, self._forget_notice)

    def close(self) -> None:
        """Lets go of the last map."""
        self._overlaid = None

    def _say(self, notice: Notice) -> None:
        with self._answers:
            self._said = notice
            self.port.put(notice=notice.sentence)

    def _forget_notice(self, answered: Answered) -> None:
        with self._answers:
            if answered.question.number > self._said.number and not answered.scrolled:
                self._say(Notice(""))

    def _show_picture(self) -> None:
        if self._state.view is not None:
            arrays = {"picture": to_bytes(self._state.view), "fill": to_bytes(self._state.cover)}
            self.port.push("picture", arrays=arrays)

    def _show_overlay(self, answer: Overlay) -> None:
        result = answer.result
        title = "" if result is None else f"{answer.title}: {result.target}" + noted(result)
        meta, arrays = overlay_frame(result, title)
        with self._answers:
            self._overlaid, self._signed = answer, bool(meta.get("signed", False))
            self._color()
            self.port.push("overlay", meta, arrays, answer.seq)
            self._mark()

    def _show_labels(self, found: LabelMap) -> None:
        names = {str(index): name for index, name in found.names.items()}
        self.port.push("labels", {"names": names}, {"classes": found.classes}, found.seq)

    def _show_found(self, found: FoundBoxes) -> None:
        rows = zip(found.boxes, found.labels, found.words, strict=True)
        self.port.put(found=[{"box": list(box), "index": index, "words": words} for box, index, words in rows])

    def _color(self) -> None:
        """Colours the overlay; left to itself, a signed map is red for and blue against."""
        with self._answers:
            chosen = self._state.colormap
            self.port.put(colormap=("blue-red" if self._signed else "inferno") if chosen == AUTO else chosen)

    def _show_field(self, found: UnitMap) -> None:
        """Draws the receptive field of the selected unit."""
        layer, unit = found.layer, found.unit
        box = None if layer.field.whole or isinstance(found.position, str) else layer.field.box(found.position)
        with self._answers:
            self._field = [] if box is None else [_mark(box, "field", f"{unit.layer}:{unit.channel}")]
            self._mark()

    def _mark(self) -> None:
        with self._answers:
            result = self._overlaid.result if self._overlaid is not None and self._state.localize else None
            box = result.box() if result is not None else None
            found = [] if result is None or box is None else [_mark(box, "localization", result.target)]
            self.port.put(boxes=[*self._field, *found])


class GridPane:
    """Shows the units of the layer as tiles."""

    def __init__(self, state: ExplorerState, port: Port) -> None:
        self.port, self._state = port, state
        state.observe(lambda _: self._count(), names="layer")
        self._count()

    def follow(self, subscribe: Subscribe) -> None:
        """Shows answers from now on."""
        subscribe(Tiles, self._show_tiles)
        subscribe(UnitTiles, self._show_pictures)
        subscribe(GridNotice, lambda notice: self.port.put(notice=notice.sentence))

    def _count(self) -> None:
        self.port.put(count=self._state.network.layers[self._state.layer].channels)

    def _show_tiles(self, tiles: Tiles) -> None:
        if not tiles.gradient:
            self.port.push("stats", *stats_frame(tiles.maps), tiles.seq)
        self.port.push("gradient" if tiles.gradient else "tiles", *tiles_frame(tiles), tiles.seq)

    def _show_pictures(self, found: UnitTiles) -> None:
        self.port.push(found.mode, *pattern_frame(found.layer, found.pictures))


class UnitPane:
    """Shows the map of the selected unit; `names` gives layers prettier titles."""

    def __init__(self, port: Port, names: dict[str, str]) -> None:
        self.port, self._names = port, names

    def follow(self, subscribe: Subscribe) -> None:
        """Shows answers from now on."""
        subscribe(UnitMap, self._show_map)

    def _show_map(self, found: UnitMap) -> None:
        name = found.layer.name
        self.port.push("map", *map_frame(found.values, found.layer.field, statistics(found)))
        self.port.put(title=f"{self._names.get(name, name)} : {found.unit.channel}")


class BackwardPane:
    """Shows the way back from a unit to the picture."""

    def __init__(self, port: Port) -> None:
        self.port = port

    def follow(self, subscribe: Subscribe) -> None:
        """Shows answers from now on."""
        subscribe(
            BackwardView, lambda found: self.port.push("rgb", {"lines": [found.line]}, {"picture": found.picture})
        )


class PatternsPane:
    """Shows the synthesized pictures of the selected unit."""

    def __init__(self, port: Port) -> None:
        self.port = port
        port.put(running=False, progress=0.0, notice="")

    def follow(self, subscribe: Subscribe) -> None:
        """Shows answers from now on."""
        subscribe(Drawing, self._show_drawing)
        subscribe(UnitPictures, self._show_pictures)
        subscribe(StoredPictures, self._show_stored)

    def _show_drawing(self, drawing: Drawing) -> None:
        how_far = {} if drawing.fraction is None else {"progress": drawing.fraction}
        self.port.put(running=drawing.running, notice=drawing.sentence, **how_far)

    def _show_pictures(self, drawn: UnitPictures) -> None:
        if drawn.result is None:
            self.port.forget("pictures")
            self.port.push("pictures", {"caption": ""}, {"pictures": no_pictures()})
        else:
            self.port.push("pictures", *pictures_frame(drawn.result))

    def _show_stored(self, stored: StoredPictures) -> None:
        caption = f"{stored.unit.layer}:{stored.unit.channel}"
        self.port.push("pictures", {"caption": caption}, {"pictures": stored.pictures})


class BarsPane:
    """Shows what the network answers, class probabilities for one; the browser chooses the rows."""

    def __init__(self, network: Network, port: Port) -> None:
        self.port = port
        port.put(labels=network.labels, meaning=meaning(network.answers), ask=network.unsaid)

    def follow(self, subscribe: Subscribe) -> None:
        """Shows answers from now on."""
        subscribe(Shares, self._show)

    def _show(self, found: Shares) -> None:
        meta = {"top": found.top, "chosen": found.chosen, "ranking": found.ranking}
        self.port.push("values", meta, {"values": found.values.numpy().astype(np.float32)}, found.seq)


def meaning(answers: Answers) -> dict[str, Any]:
    """What the browser needs to know to draw the bars and to write their values."""
    return {
        "kind": answers.kind,
        "title": answers.title,
        "nouns": answers.nouns,
        "percent": answers.percent,
        "ranked": answers.ranked,
        "units": list(getattr(answers, "units", ())),
        "spans": [] if answers.percent else [answers.span(index) for index in range(len(answers.labels))],
    }


SEED_WORDS = {"map": "the map", "activation": "one activation", "one": "1.0"}


class StatusPane:
    """Says what was answered last."""

    def __init__(self, network: Network, port: Port) -> None:
        self.port, self._network = port, network
        self._checkered: dict[str | None, bool] = {}  # by layer: a drag asks at each step

    def follow(self, subscribe: Subscribe) -> None:
        """Shows answers from now on."""
        subscribe(Answered, self._tell)

    def _tell(self, answered: Answered) -> None:
        found = answered.question
        view = "" if found.backward == "off" else f" {found.backward_view} from {SEED_WORDS[found.backward_seed]}"
        explained = f"top {self._network.answers.noun}" if found.target is None else self._network.labels[found.target]
        words = (
            f"{found.unit.layer}:{found.unit.channel}",
            f"sees {found.layer.field}",
            f"backward: {found.backward}{view}" + (" · frozen" if found.frozen else ""),
            f"explains: {explained}" + (" at the place chosen" if found.asked is not found.network else ""),
            *self._checkerboard(found),
        )
        self.port.put(words=list(words), milliseconds=round(answered.milliseconds))

    def _checkerboard(self, question: Question) -> list[str]:
        layer = question.held.layer
        if question.backward != "deconvnet":
            return []
        if layer not in self._checkered:
            self._checkered[layer] = checkers(self._network, layer)
        return [CHECKERS] if self._checkered[layer] else []


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
    values = found.values
    active = float((values > 0).float().mean())
    short = f"max {float(values.max()):.3g} · mean {float(values.mean()):.3g}"
    numbers = f"{short} · min {float(values.min()):.3g}"
    if values.numel() == 1:
        return [numbers]
    if isinstance(found.layer.layout, Heads):
        looking = found.unit.looking or ("class" if "class" in found.layer.extra else "all tokens")
        return [f"from {looking} · {short}", tokens(found)]
    if found.layer.extra:
        return [f"{short} · at {found.position}", tokens(found)]
    return [numbers, f"{active:.0%} of {values.shape[0]}×{values.shape[1]} above 0 · shown at {found.position}"]


def tokens(found: UnitMap) -> str:
    """The values of the tokens that are no part of the picture: "class 0.31 · register 0.2, 0.1"."""
    groups: dict[str, list[str]] = {}
    for name, value in zip(found.layer.extra, found.others.tolist(), strict=True):
        groups.setdefault(name.rstrip(" 0123456789"), []).append(f"{value:.2g}")
    return " · ".join(f"{name} {', '.join(values)}" for name, values in groups.items())
