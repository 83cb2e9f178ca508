"""Arrays on their way to the browser: quantised, with the scale that undoes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch.nn.functional as F
from torch import Tensor

from ...core.network.receptive_field import ReceptiveField, Span
from ...core.picture.picture import to_bytes
from ...core.results import HeatMap, Pictures
from .protocol import Array

TILE = 96  # px; pictures of units at borders have other sizes
AXES = ("rows", "cols")
Parts = tuple[dict[str, Any], dict[str, Array]]


def quantise(values: Tensor, low: Tensor, high: Tensor, levels: int) -> Array:
    """Values as whole numbers from 0 (low) to `levels` (high); a flat map becomes 0."""
    span = (high - low).clamp(min=1e-30)
    steps: Array = ((values - low) / span * levels).round().clamp(0, levels).nan_to_num(0).numpy()
    return steps.astype(np.uint8 if levels < 256 else np.uint16)


def map_frame(values: Tensor, field: ReceptiveField, lines: list[str]) -> Parts:
    """Meta and arrays of a "map" frame: a map (h, w) in 16 bits, and the input rows and columns each position sees."""
    low, high = values.min(), values.max()
    meta = {"lo": float(low), "hi": float(high), "lines": lines}
    return meta, {"values": quantise(values, low, high, 65535), **spans(field, values.shape)}


def spans(field: ReceptiveField, shape: Sequence[int]) -> dict[str, Array]:
    """First and last input row and column seen by each row and column of a map that may have been reduced."""
    return {
        name: _grouped(span, length) for name, span, length in zip(AXES, (field.rows, field.cols), shape, strict=True)
    }


def _grouped(span: Span, length: int) -> Array:
    factor = -(-len(span.first) // length)
    ends = [min((index + 1) * factor, len(span.first)) - 1 for index in range(length)]
    return np.stack([span.first[::factor].numpy(), span.last[ends].numpy()], 1).astype(np.int32)


def rgb_frame(picture: Tensor, lines: list[str]) -> Parts:
    """Meta and arrays of an "rgb" frame: a picture (3, H, W) in [0, 1]."""
    return {"lines": lines}, {"picture": to_bytes(picture)}


def overlay_frame(result: HeatMap | None, title: str) -> Parts:
    """Meta and arrays of an "overlay" frame; an empty one clears the overlay."""
    if result is None:
        return {"title": ""}, {"values": np.zeros((0, 0), np.uint8)}
    values = (result.heatmap if result.coarse is None else result.coarse).detach().float().cpu()
    low, high = values.min(), values.max()
    signed = result.signed and float(low) < 0
    meta = {"lo": float(low), "hi": float(high), "signed": signed, "title": title}
    return meta, {"values": quantise(values, low, high, 255)}


def noted(result: HeatMap) -> str:
    """What a title says after what the map shows: a result's note in brackets, if it has one."""
    return f" ({result.note})" if result.note else ""


def pictures_frame(result: Pictures) -> Parts:
    """Meta and arrays of a gallery's "pictures" frame: synthesized pictures, cropped to the receptive field."""
    crops = result.crops
    height, width = crops.shape[-2:]
    stacked = np.stack([to_bytes(picture) for picture in crops])
    return {"caption": f"{result.target}, {height}×{width} px"}, {"pictures": stacked}


def no_pictures() -> Array:
    """An empty stack of pictures: the gallery then shows its placeholder."""
    return np.zeros((0, 1, 1, 3), np.uint8)


def pattern_frame(layer: str, channel: int, picture: Tensor) -> Parts:
    """Meta and arrays of a grid's "pictures" frame: one unit's picture (3, h, w), at one size for all units of the
    layer.
    """
    resized = F.interpolate(picture[None], (TILE, TILE), mode="bilinear", align_corners=False, antialias=True)[0]
    return {"layer": layer}, {"units": np.array([channel], np.int32), "pictures": to_bytes(resized)[None]}
