"""Frames that views were sent last, as parts: what the browser draws of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from ...core.picture.colormap import colour
from ...core.picture.map_over import ends
from ...core.picture.picture import to_bytes
from ..link.protocol import Array, Frame
from .parts import Column, Map, Part, Picture, Pixels, Row, Text

TILES = 60  # of a layer's units, as many as can be told apart
GREY = 128
Box = tuple[int, int, int, int]


def dequantised(values: Array, low: float, high: float) -> np.ndarray:
    """Returns the numbers that whole ones stand for: float32.

    >>> dequantised(np.array([0, 255], np.uint8), -1.0, 1.0).tolist()
    [-1.0, 1.0]
    """
    most = 65535 if values.dtype == np.uint16 else 255
    found: np.ndarray = (low + (high - low) * values.astype(np.float64) / most).astype(np.float32)
    return found


def plane_part(frame: Frame | None, below: Frame | None = None, **look: Any) -> Part | None:
    """Returns a Map of a "map" frame, over the picture of a "below" frame, or the Picture of an "rgb" one; None where
    it is empty. `look` are the fields of a Map.
    """
    if frame is None:
        return None
    lines = [str(line) for line in frame.meta.get("lines", ())]
    pixels = frame.arrays.get("picture")
    if pixels is not None:
        caption = "\n".join(line for line in (look.get("title", ""), *lines) if line)
        return Picture(np.array(pixels), caption, look.get("size", 240)) if pixels.size else None
    values = frame.arrays.get("values")
    if values is None or not values.size:
        return None
    under = None if below is None else below.arrays.get("picture")
    shown = dequantised(values, float(frame.meta["lo"]), float(frame.meta["hi"]))
    return Map(shown, lines=lines, picture=None if under is None or not under.size else np.array(under), **look)


def covered(frame: Frame, occluder: Sequence[int] | None) -> Pixels:
    """Returns the picture of a "picture" frame (h, w, 3), with what the occluder shows in its place."""
    shown = np.array(frame.arrays["picture"])
    if occluder is not None:
        top, left, height, width = occluder
        place = slice(top, top + height), slice(left, left + width)
        fill = frame.arrays.get("fill")
        shown[place] = GREY if fill is None else fill[place]
    return shown


def stage_part(
    picture: Frame | None, overlay: Frame | None, occluder: Sequence[int] | None, boxes: Sequence[Box], **look: Any
) -> Part | None:
    """Returns the picture of a stage: covered by its occluder, under the map of an "overlay" frame. `look` are further
    fields of a Map.
    """
    if picture is None or not picture.arrays["picture"].size:
        return None
    shown, marks = covered(picture, occluder), [*([] if occluder is None else [_box(occluder)]), *boxes]
    values = None if overlay is None else overlay.arrays["values"]
    if overlay is None or values is None or not values.size:
        return Picture(shown, size=look.get("size", 240), boxes=marks)
    meta = overlay.meta
    found = dequantised(values, float(meta["lo"]), float(meta["hi"]))
    low, high = meta.get("ends") or ends(torch.from_numpy(found), bool(meta["signed"]), bool(meta.get("fine")))
    return Map(
        found,
        str(meta["title"]),
        picture=shown,
        signed=bool(meta["signed"]),
        fine=bool(meta.get("fine")),
        ends=(float(low), float(high)),
        boxes=marks,
        **look,
    )


def pictures_part(
    frame: Frame | None, captions: Sequence[str], title: str, size: int, marked: Sequence[int] = ()
) -> Part | None:
    """Returns the pictures (n, h, w, 3) of a "pictures" frame beside each other, under their title; None where there
    is none.
    """
    pictures = None if frame is None else frame.arrays.get("pictures")
    if frame is None or pictures is None or not len(pictures):
        return None
    shown = [
        Picture(np.array(picture), captions[place] if place < len(captions) else "", size, marked=place in marked)
        for place, picture in enumerate(pictures)
    ]
    heading = " ".join(words for words in (title, str(frame.meta.get("caption", ""))) if words)
    found = Row(shown) if len(shown) > 1 else shown[0]
    return Column([Text(heading, "heading"), found]) if heading else found


def tiles_part(frame: Frame | None, names: Sequence[str] = (), **look: Any) -> Part | None:
    """Returns the tiles of a "tiles", "gradient", "pictures" or "patches" frame as one picture: the strongest units
    first, named below; None where there are none. `look`: colormap, signed, size, columns.
    """
    units = None if frame is None else frame.arrays.get("units")
    if frame is None or units is None or not len(units):
        return None
    order = _strongest(frame)[:TILES]
    tiles = _tiles(frame, order, look.get("colormap", "gray"), bool(look.get("signed")))
    columns = min(len(tiles), look.get("columns", 12))
    numbers = [str(units[place]) for place in order]
    called = [names[int(number)] if int(number) < len(names) else number for number in numbers]
    return Picture(mosaic(tiles, columns), f"strongest first: {', '.join(called)}", look.get("size", 720))


def mosaic(tiles: Sequence[Pixels], columns: int, gap: int = 2) -> Pixels:
    """Returns tiles (h, w, 3) of one size side by side in rows, apart by white lines.

    >>> mosaic([np.zeros((2, 2, 3), np.uint8)] * 3, 2, gap=1).shape
    (5, 5, 3)
    """
    height, width = tiles[0].shape[:2]
    rows = math.ceil(len(tiles) / columns)
    whole = np.full((rows * (height + gap) - gap, columns * (width + gap) - gap, 3), 255, np.uint8)
    for place, tile in enumerate(tiles):
        top, left = place // columns * (height + gap), place % columns * (width + gap)
        whole[top : top + height, left : left + width] = tile
    return whole


def _strongest(frame: Frame) -> list[int]:
    """The places of the units, those with the largest maximum first; in their order where none is told."""
    highest = frame.arrays.get("hi")
    if highest is None:
        return list(range(len(frame.arrays["units"])))
    order: list[int] = np.argsort(-highest, kind="stable").tolist()
    return order


def _tiles(frame: Frame, order: Sequence[int], colormap: str, signed: bool) -> list[Pixels]:
    pictures = frame.arrays.get("pictures")
    if pictures is not None:
        return [np.array(pictures[place]) for place in order]
    low, high = float(frame.meta["lo"]), float(frame.meta["hi"])
    most = max(abs(low), abs(high))
    limits = (-most, most) if signed else (low, high)
    found = []
    for place in order:
        between = (float(frame.arrays[name][place]) for name in ("lo", "hi"))
        values = torch.from_numpy(dequantised(frame.arrays["values"][place], *between))
        shown = to_bytes(colour(values, colormap, signed, limits))
        scale = max(1, round(64 / max(shown.shape[:2])))
        found.append(shown.repeat(scale, 0).repeat(scale, 1))
    return found


def _box(box: Sequence[int]) -> Box:
    top, left, height, width = box
    return top, left, height, width
