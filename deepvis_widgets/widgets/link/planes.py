"""Maps on their way to the browser with a scale of their own choosing, and what each of their places stands for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from .frames import Parts, quantise

Range = tuple[float, float]


def spread(*values: Tensor) -> Range:
    """The range that holds all these values and 0, the same on both sides of it."""
    most = max((float(part.abs().max()) for part in values if part.numel()), default=0.0)
    return -most, most


def plane_frame(values: Tensor, size: tuple[int, int], between: Range, lines: Sequence[str] = ()) -> Parts:
    """Meta and arrays of a "map" frame: a map (h, w) over a picture of `size`, coloured between two values."""
    low, high = between
    meta = {"lo": low, "hi": high, "lines": list(lines)}
    arrays = {"values": _levels(values, between, 65535)}
    spans = {
        name: _cells(*sides) for name, sides in zip(("rows", "cols"), zip(size, values.shape, strict=True), strict=True)
    }
    return meta, arrays | spans


def overlay(values: Tensor, between: Range, title: str) -> Parts:
    """Meta and arrays of an "overlay" frame: a signed map (h, w), coloured between two values."""
    meta = {"lo": between[0], "hi": between[1], "signed": True, "title": title}
    return meta, {"values": _levels(values, between, 255)}


def _levels(values: Tensor, between: Range, levels: int) -> np.ndarray:
    low, high = torch.tensor(between, dtype=torch.float64)
    return quantise(values.detach().double().cpu(), low, high, levels)


def _cells(side: int, count: int) -> np.ndarray:
    """The first and last row (or column) of the picture under each of `count` equal cells: int32 (count, 2)."""
    edges = np.arange(count + 1) * side / count
    first = np.floor(edges[:-1]).astype(np.int32)
    return np.stack([first, np.maximum(np.ceil(edges[1:]).astype(np.int32) - 1, first)], 1)
