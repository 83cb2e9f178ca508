"""Arrays on their way to the browser: quantised, with the scale that undoes it, or one that several maps share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ...core.network.receptive_field import ReceptiveField, Span
from ...core.picture.map_over import ends
from ...core.picture.picture import to_bytes
from ...core.results import HeatMap, Pictures
from .protocol import Array

TILE = 96  # px; pictures of units at borders have other sizes
AXES = ("rows", "cols")
Parts = tuple[dict[str, Any], dict[str, Array]]
Range = tuple[float, float]


def quantise(values: Tensor, low: Tensor, high: Tensor, levels: int) -> Array:
    """Returns values as whole numbers from 0 (low) to `levels` (high); a flat map becomes 0.

    >>> from torch import tensor
    >>> quantise(tensor([0.0, 0.5, 2.0]), tensor(0.0), tensor(1.0), 100).tolist()
    [0, 50, 100]
    """
    span = (high - low).clamp(min=1e-30)
    steps: Array = ((values - low) / span * levels).round().clamp(0, levels).nan_to_num(0).numpy()
    return steps.astype(np.uint8 if levels < 256 else np.uint16)


def map_frame(values: Tensor, field: ReceptiveField, lines: list[str]) -> Parts:
    """Returns meta and arrays of a "map" frame: a map (h, w) in 16 bits, and the input rows and columns each position
    sees.

    >>> from deepvis_widgets.core.network.receptive_field import ReceptiveField, Span
    >>> from torch import eye, tensor
    >>> side = Span(tensor([0, 8]), tensor([7, 15]))
    >>> meta, arrays = map_frame(eye(2), ReceptiveField(side, side, (16, 16)), ["a line"])
    >>> meta, arrays["rows"].tolist()
    ({'lo': 0.0, 'hi': 1.0, 'lines': ['a line']}, [[0, 7], [8, 15]])
    """
    low, high = values.min(), values.max()
    if low == high:  # one value says something by its distance from 0 alone
        low = low.clamp(max=0)
    meta = {"lo": float(low), "hi": float(high), "lines": lines}
    return meta, {"values": quantise(values, low, high, 65535), **spans(field, values.shape)}


def spans(field: ReceptiveField, shape: Sequence[int]) -> dict[str, Array]:
    """Returns first and last input row and column seen by each row and column of a map that may have been reduced.

    >>> from deepvis_widgets.core.network.receptive_field import ReceptiveField, Span
    >>> from torch import tensor
    >>> side = Span(tensor([0, 8, 16, 24]), tensor([7, 15, 23, 31]))
    >>> spans(ReceptiveField(side, side, (32, 32)), (2, 4))["rows"].tolist()
    [[0, 15], [16, 31]]
    """
    return {
        name: _grouped(span, length) for name, span, length in zip(AXES, (field.rows, field.cols), shape, strict=True)
    }


def _grouped(span: Span, length: int) -> Array:
    factor = -(-len(span.first) // length)
    ends = [min((index + 1) * factor, len(span.first)) - 1 for index in range(length)]
    return np.stack([span.first[::factor].numpy(), span.last[ends].numpy()], 1).astype(np.int32)


def rgb_frame(picture: Tensor, lines: list[str]) -> Parts:
    """Returns meta and arrays of an "rgb" frame: a picture (3, H, W) in [0, 1].

    >>> from torch import ones
    >>> rgb_frame(ones(3, 4, 5), ["white"])[1]["picture"].shape
    (4, 5, 3)
    """
    return {"lines": lines}, {"picture": to_bytes(picture)}


def overlay_frame(result: HeatMap | None, title: str) -> Parts:
    """Returns meta and arrays of an "overlay" frame; an empty one clears the overlay. Maps made of pixels have 16 bits,
    because their colours end long before their extremes.

    >>> overlay_frame(None, "")[1]["values"].shape
    (0, 0)
    """
    if result is None:
        return {"title": ""}, {"values": np.zeros((0, 0), np.uint8)}
    values = (result.heatmap if result.coarse is None else result.coarse).detach().float().cpu()
    low, high = values.min(), values.max()
    signed = result.signed and float(low) < 0
    first, last = ends(values, signed, result.fine)
    meta = {"lo": float(low), "hi": float(high), "signed": signed, "title": title, "ends": [first, last]}
    return meta | {"fine": result.fine}, {"values": quantise(values, low, high, 65535 if result.fine else 255)}


def noted(result: HeatMap) -> str:
    """Returns what a title says after what the map shows: a result's note in brackets, if it has one.

    >>> from deepvis_widgets.core.results import HeatMap
    >>> from torch import ones, zeros
    >>> noted(HeatMap("cam", "wolf", ones(2, 2), zeros(3, 2, 2), signed=True))
    ''
    """
    return f" ({result.note})" if result.note else ""


def pictures_frame(result: Pictures) -> Parts:
    """Returns meta and arrays of a gallery's "pictures" frame: synthesized pictures, cropped to the receptive field."""
    crops = result.crops
    height, width = crops.shape[-2:]
    stacked = np.stack([to_bytes(picture) for picture in crops])
    return {"caption": f"{result.target}, {height}×{width} px"}, {"pictures": stacked}


def no_pictures() -> Array:
    """Returns an empty stack of pictures: the gallery then shows its placeholder.

    >>> len(no_pictures())
    0
    """
    return np.zeros((0, 1, 1, 3), np.uint8)


def pattern_frame(layer: str, pictures: Mapping[int, Tensor]) -> Parts:
    """Returns meta and arrays of a grid's "pictures" frame: pictures (3, h, w) of some units, at one size for all.

    >>> from torch import zeros
    >>> pattern_frame("features.0", {7: zeros(3, 20, 30)})[1]["pictures"].shape
    (1, 96, 96, 3)
    """
    shown = np.stack([_tile(picture) for picture in pictures.values()])
    return {"layer": layer}, {"units": np.array([*pictures], np.int32), "pictures": shown}


def _tile(picture: Tensor) -> Array:
    if picture.shape[1:] == (TILE, TILE):
        return to_bytes(picture)
    return to_bytes(F.interpolate(picture[None], (TILE, TILE), mode="bilinear", align_corners=False, antialias=True)[0])


def symmetric_range(*values: Tensor) -> Range:
    """Returns the range that holds all these values and 0, the same on both sides of it.

    >>> from torch import tensor
    >>> symmetric_range(tensor([1.0, -3.0]), tensor([2.0]))
    (-3.0, 3.0)
    """
    most = max((float(part.abs().max()) for part in values if part.numel()), default=0.0)
    return -most, most


def plane_frame(values: Tensor, size: tuple[int, int], between: Range, lines: Sequence[str] = ()) -> Parts:
    """Returns meta and arrays of a "map" frame: a map (h, w) over a picture of `size`, coloured between two values.

    >>> from torch import eye
    >>> meta, arrays = plane_frame(eye(2), (10, 20), (-1.0, 1.0))
    >>> arrays["rows"].tolist(), arrays["cols"].tolist()
    ([[0, 4], [5, 9]], [[0, 9], [10, 19]])
    """
    low, high = between
    meta = {"lo": low, "hi": high, "lines": list(lines)}
    arrays = {"values": _levels(values, between, 65535)}
    sides = zip(AXES, size, values.shape, strict=True)
    return meta, arrays | {name: _equal_cells(side, count) for name, side, count in sides}


def signed_overlay_frame(values: Tensor, between: Range, title: str) -> Parts:
    """Returns meta and arrays of an "overlay" frame: a signed map (h, w), coloured between two values.

    >>> from torch import eye
    >>> signed_overlay_frame(eye(2), (-1.0, 1.0), "relevance")[0]
    {'lo': -1.0, 'hi': 1.0, 'signed': True, 'title': 'relevance'}
    """
    meta = {"lo": between[0], "hi": between[1], "signed": True, "title": title}
    return meta, {"values": _levels(values, between, 255)}


def _levels(values: Tensor, between: Range, levels: int) -> np.ndarray:
    low, high = torch.tensor(between, dtype=torch.float64)
    return quantise(values.detach().double().cpu(), low, high, levels)


def _equal_cells(side: int, count: int) -> np.ndarray:
    """The first and last row (or column) of the picture under each of `count` equal cells: int32 (count, 2)."""
    edges = np.arange(count + 1) * side / count
    first = np.floor(edges[:-1]).astype(np.int32)
    return np.stack([first, np.maximum(np.ceil(edges[1:]).astype(np.int32) - 1, first)], 1)
