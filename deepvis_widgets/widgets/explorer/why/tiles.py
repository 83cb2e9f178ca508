"""What stands beside a row of the sheet: the map and the kernel of its unit, and what the unit wants to see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ....core.picture.picture import to_bytes
from ....methods.circuits.answers import Row, kernel_ends
from ...link.frames import Parts, Range, quantise, symmetric_range

LONGEST = 48  # cells of a side of a map or a kernel that is sent
PATTERN = 64  # px of a side of what a unit wants to see: 32 css px on a dense screen
Unit = tuple[str, int]


def planes_frame(rows: Sequence[Row]) -> Parts:
    """Returns meta and arrays of a "planes" frame: the map and the kernel of each row, one after the other.

    `values` are those of all planes in a line, `shapes` (2 n, 2) their heights and widths, `ends` (2 n, 2) what 0 and
    255 stand for: the same on both sides of 0 for kernels, and for maps with negative values. Kernels of a single
    number are compared with those of the other rows of their layer; larger ones stand for themselves.

    >>> planes_frame([])[1]["shapes"].shape
    (0, 2)
    """
    planes = [reduced(plane) for row in rows for plane in (row.map, row.kernel)]
    ends = [found for row in rows for found in (map_ends(reduced(row.map)), kernel_ends(row, rows))]
    values = [
        quantise(plane, torch.tensor(low), torch.tensor(high), 255).ravel()
        for plane, (low, high) in zip(planes, ends, strict=True)
    ]
    return {}, {
        "values": np.concatenate([np.zeros(0, np.uint8), *values]),
        "shapes": np.array([plane.shape for plane in planes], np.int32).reshape(-1, 2),
        "ends": np.array(ends, np.float32).reshape(-1, 2),
    }


def patterns_frame(pictures: Mapping[Unit, Tensor]) -> Parts:
    """Returns meta and arrays of a "patterns" frame: pictures (3, h, w) of units by their layer and number.

    >>> meta, arrays = patterns_frame({("conv1", 3): torch.zeros(3, 96, 96)})
    >>> meta, arrays["pictures"].shape
    ({'units': [['conv1', 3]]}, (1, 64, 64, 3))
    """
    shown = [_pattern(picture) for picture in pictures.values()]
    units = [[layer, channel] for layer, channel in pictures]
    return {"units": units}, {"pictures": np.stack([*shown]) if shown else np.zeros((0, 1, 1, 3), np.uint8)}


def reduced(plane: Tensor) -> Tensor:
    """Returns a plane (h, w) averaged until no side is longer than LONGEST.

    >>> reduced(torch.ones(112, 96)).shape
    torch.Size([38, 32])
    """
    factor = -(-max(plane.shape) // LONGEST)
    if factor < 2:
        return plane.float()
    return F.avg_pool2d(plane[None, None].float(), factor, ceil_mode=True)[0, 0]


def map_ends(values: Tensor) -> Range:
    """Returns what a map (h, w) is coloured between: its extremes, the same on both sides of 0 where it has negative
    values; one value says something by its distance from 0 alone.

    >>> map_ends(torch.tensor([[1.0, 3.0]])), map_ends(torch.tensor([[-1.0, 3.0]])), map_ends(torch.tensor([[2.0]]))
    ((1.0, 3.0), (-3.0, 3.0), (0.0, 2.0))
    """
    low, high = float(values.min()), float(values.max())
    return symmetric_range(values) if low < 0 else (low if low < high else 0.0, high)


def _pattern(picture: Tensor) -> np.ndarray:
    shown = picture[None, :3].float().cpu()
    size = (PATTERN, PATTERN)
    return to_bytes(F.interpolate(shown, size, mode="bilinear", align_corners=False, antialias=True)[0].clamp(0, 1))
