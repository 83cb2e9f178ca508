"""What the atlas shows on a page: units of a layer with everything that is known of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from torch import Tensor

from ...atlas import Atlas, Top, Unit
from ...core.picture.picture import to_bytes
from ..page.parts import Bars, Chart, Choice, Column, Later, Line, Part, Picture, Row, Text
from .frames import shrunk, statistics
from .unit_statistics import strongest

UNITS = 24  # on a page: the file stays below a few megabytes
SIMILAR = 8
DECONVS = 3  # of a unit, besides those that are known by now: each is a pass there and back
SIDE, TILE, WANTED = 80, 72, 104  # css pixels of pictures
LARGEST = 104  # pixels of their longer side


@dataclass(frozen=True)
class Shelf:
    """Where the pictures of an atlas come from: `seen` a patch or its deconv, which is there at once where it is
    `known`; `tile` a thumbnail of a unit, `wanted` what it wants to see, as far as it is drawn.
    """

    atlas: Atlas
    seen: Callable[[Top, str], Tensor]
    known: Callable[[Top, str], bool]
    tile: Callable[[str, int], Tensor | None]
    wanted: Callable[[str, int], Sequence[Tensor]]


def sheet(shelf: Shelf, layer: str, order: Sequence[int]) -> Part:
    """The first units of a layer in this order, small, and a menu of them with all that is known of each."""
    channels = list(order[:UNITS])
    tiles = {channel: shelf.tile(layer, channel) for channel in channels}
    small = [_picture(tile, str(channel), TILE) for channel, tile in tiles.items() if tile is not None]
    left_out = len(order) - len(channels)
    said = f"{layer}, {len(order)} units" + (f", the first {len(channels)} of them here" if left_out else "")
    return Column([Text(said), Row(small), units(shelf, layer, channels, 0)])


def around(shelf: Shelf, layer: str, channel: int, count: int) -> Part:
    """A unit with its neighbours by number, of `count` in its layer."""
    first = max(0, min(channel - UNITS // 2, count - UNITS))
    channels = list(range(first, min(first + UNITS, count)))
    return units(shelf, layer, channels, channels.index(channel))


def units(shelf: Shelf, layer: str, channels: Sequence[int], chosen: int) -> Part:
    """A player through units, each with all that is known of it."""
    labels = [f"{layer}:{channel}" for channel in channels]
    made = [partial(unit, shelf, layer, channel) for channel in channels]
    return Choice(labels, Later(made), "Unit", chosen, steps=True)


def unit(shelf: Shelf, layer: str, channel: int) -> Part:
    """Strongest pictures with deconvs of the first ones, pictures it wants to see, and numbers."""
    found, name = shelf.atlas.unit(layer, channel), f"{layer}:{channel}"
    parts: list[Part] = [Text(f"{name} · {statistics(found)}")]
    deconvs = [top for top in found.top if top.rank < DECONVS or shelf.known(top, "deconv")]
    patches = [_picture(shelf.seen(top, "top"), f"{top.activation:.3g}") for top in found.top]
    parts += titled("Strongest pictures", patches)
    parts += [Text(f"from {', '.join(top.name for top in found.top)}", "note")] if found.top else []
    parts += titled("What in them it responds to", [_picture(shelf.seen(top, "deconv")) for top in deconvs])
    wanted = shelf.wanted(layer, channel)
    parts += titled("What it wants to see", [_picture(each, size=WANTED) for each in wanted])
    return Column([*parts, *numbers(found, shelf.atlas.network.labels), similar(shelf.atlas, layer, channel)])


def titled(title: str, pictures: Sequence[Picture]) -> list[Part]:
    """Pictures under a heading; nothing where there are none."""
    return [Text(title, "heading"), Row(pictures)] if pictures else []


def numbers(found: Unit, labels: Sequence[str]) -> list[Part]:
    """How its activations are spread, and the classes it goes with; nothing where no picture was seen."""
    if not found.top:
        return []
    edges, counts = found.histogram
    spread = Line("", edges[:-1].astype(float).tolist(), np.log10(1.0 + counts).tolist())
    chosen = strongest(found.correlation)
    values = found.correlation[chosen].astype(float).tolist()
    words, title = [f"{value:+.2f}".replace("-", "−") for value in values], "Correlation with the classes"
    classes = Bars([labels[index] for index in chosen], values, words, title)
    histogram = Chart([spread], "Activations", "activation from", "how often (log)", 188)
    return [Row([histogram, classes])]


def similar(atlas: Atlas, layer: str, channel: int) -> Text:
    """The units that fire for the same classes, in words."""
    named = [f"{other}:{number} ({value:+.2f})" for other, number, value in atlas.similar(layer, channel, SIMILAR)]
    return Text(f"Similar units: {', '.join(named)}" if named else "", "note")


def _picture(picture: Tensor, caption: str = "", size: int = SIDE) -> Picture:
    return Picture(to_bytes(shrunk(picture, LARGEST)), caption, size, exact=False)
