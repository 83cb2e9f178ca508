"""Maps and a mask whose scores are known by hand."""

from __future__ import annotations

import torch
from torch import Tensor


def spot(row: int, col: int, size: tuple[int, int] = (20, 30)) -> Tensor:
    values = torch.zeros(size)
    values[row, col] = 1.0
    return values


def object_mask() -> Tensor:
    found = torch.zeros(20, 30, dtype=torch.bool)
    found[8:12, 10:15] = True
    return found
