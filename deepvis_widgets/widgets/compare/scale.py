"""The numbers that the colours and the cursor of a comparison go by."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from ...core.picture.contrast import reach


def limits_of(maps: Sequence[Tensor], signed: bool) -> list[float]:
    """The values (low, high) between which maps (H, W) are coloured; symmetric around 0 for signed ones.

    A percent of the pixels of the strongest map may lie beyond (see reach).
    """
    maps = [values.detach().float().nan_to_num() for values in maps]
    if signed:
        most = max(float(reach(values)) for values in maps)
        return [-most, most]
    low = min(float(values.min()) for values in maps)
    return [low, max(low + float(reach(values - low)) for values in maps)]


def rescaled(place: Sequence[int], size: tuple[int, int], to: tuple[int, int]) -> list[int]:
    """The (row, col) of a picture of the size (H, W) at the same share of a picture of another size."""
    return [int((at + 0.5) * new / old) for at, old, new in zip(place, size, to, strict=True)]


def strongest(values: Tensor) -> tuple[int, int]:
    """The (row, col) of the largest value of a map (H, W)."""
    row, col = torch.unravel_index(values.argmax(), values.shape)
    return int(row), int(col)
