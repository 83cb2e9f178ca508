"""What an atlas knows of units, on its way to the browser."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ...atlas import Atlas, Unit
from ...core.picture.contrast import reach
from ...core.picture.picture import to_bytes
from ..link.frames import TILE
from ..link.protocol import Array

LARGEST = 176  # px of the longer side of a patch as it is sent
CARD = 3  # pictures on a card
GAIN = 8.0  # how much stronger a deconv gets at most
Parts = tuple[dict[str, Any], dict[str, Array]]


def stack(pictures: Sequence[Tensor]) -> Array:
    """Equally large pictures (3, h, w) as bytes (n, h, w, 3), no larger than can be told apart."""
    return np.stack([to_bytes(shrunk(picture)) for picture in pictures])


def shrunk(picture: Tensor, largest: int = LARGEST) -> Tensor:
    """A picture (3, h, w) with no side longer than `largest` pixels."""
    height, width = picture.shape[1:]
    scale = largest / max(height, width)
    if scale >= 1:
        return picture
    return _resized(picture, (max(1, round(height * scale)), max(1, round(width * scale))))


def thumbnail(picture: Tensor) -> Tensor:
    """A picture (3, h, w) at the size of the grid's tiles."""
    return _resized(picture, (TILE, TILE))


def _resized(picture: Tensor, size: tuple[int, int]) -> Tensor:
    made = F.interpolate(picture[None].float(), size, mode="bilinear", align_corners=False, antialias=True)
    return made[0].clamp(0, 1)


def contrasted(deconv: Tensor) -> Tensor:
    """A deconv (3, h, w) with a contrast that a small picture needs: few of its values are near its extremes, between
    which it was drawn, and the others would be grey.
    """
    signal = deconv - 0.5
    strong = reach(signal).clamp(0.5 / GAIN, 0.5)
    return (0.5 + signal * (0.5 / strong)).clamp(0, 1)


def top_picture(atlas: Atlas, layer: str, channel: int) -> Tensor:
    """The patch of the picture that a unit is strongest on, as a thumbnail; grey where it has none."""
    found = atlas.unit(layer, channel).top[:1]
    return thumbnail(found[0].patch) if found else torch.full((3, TILE, TILE), 0.5)


def sheet_picture(atlas: Atlas, layer: str, channel: int) -> Tensor | None:
    """A thumbnail of a unit: what it wants to see if the atlas has that, else its strongest patch; None for a unit that
    the atlas does not cover.
    """
    place = atlas.stand_in(layer, channel)
    if place is None:
        return None
    drawn = atlas.tile(*place, "pattern", 0)
    return top_picture(atlas, layer, channel) if drawn is None else thumbnail(drawn)


def statistics(unit: Unit) -> str:
    """The numbers of a unit in one line."""
    return f"max {unit.maximum:.3g} · mean {unit.mean:.3g} · silent at {unit.dead:.0%} of positions"


def left_out(atlas: Atlas) -> str:
    """What to say of the pictures that could not be read; empty where all could."""
    problems = atlas.problems
    if not problems:
        return ""
    why, count = problems[0][1], len(problems)
    return why if count == 1 else f"{count} pictures were left out, as atlas.problems lists them; the first: {why}"


def card_frame(unit: Unit, layer: str, channel: int, pictures: Sequence[Tensor]) -> Parts:
    """Meta and arrays of a grid's "card" frame, for the unit of the layer shown."""
    lines = _card_lines(unit) if unit.top else []
    meta = {"layer": layer, "unit": channel, "title": f"{layer}:{channel}", "lines": lines}
    arrays = {"pictures": np.stack([to_bytes(thumbnail(picture)) for picture in pictures])} if pictures else {}
    return meta, arrays


def _card_lines(unit: Unit) -> list[str]:
    label, correlation = unit.classes(1)[0]
    return [f"max {unit.maximum:.3g} · mean {unit.mean:.3g}", f"fires for {label} ({correlation:+.2f})"]
