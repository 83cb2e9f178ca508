"""From the position of a unit to the box of the picture it sees."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ..picture.boxes import Box


@dataclass(frozen=True)
class Span:
    """First and last input index seen by each output index along one axis: int64 tensors of the output's length."""

    first: Tensor
    last: Tensor

    @property
    def size(self) -> int:
        """The widest span, in input pixels."""
        return int((self.last - self.first).max()) + 1

    @property
    def stride(self) -> int:
        """Input pixels from one output index to the next, at least 1 (all there is to see where borders clip)."""
        steps = torch.cat([self.first.diff(), self.last.diff(), torch.ones(1, dtype=torch.long)])
        return int(steps.max())


@dataclass(frozen=True)
class ReceptiveField:
    """The receptive fields of a layer's positions in a picture of `picture` = (H, W) pixels.

    >>> index = torch.arange(4)
    >>> pooled = Span(2 * index, 2 * index + 1)
    >>> field = ReceptiveField(pooled, pooled, (8, 8))
    >>> field.size, field.stride, field.box((1, 3))
    ((2, 2), (2, 2), (2, 6, 2, 2))
    """

    rows: Span
    cols: Span
    picture: tuple[int, int]

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) of the largest field; never more than the picture."""
        return self.rows.size, self.cols.size

    @property
    def stride(self) -> tuple[int, int]:
        return self.rows.stride, self.cols.stride

    @property
    def whole(self) -> bool:
        """Whether every position sees the whole picture."""
        return bool(
            int(self.rows.first.max()) == 0
            and int(self.cols.first.max()) == 0
            and self.size == self.picture
            and int(self.rows.last.min()) == self.picture[0] - 1
            and int(self.cols.last.min()) == self.picture[1] - 1
        )

    def box(self, position: tuple[int, int]) -> Box:
        """(top, left, height, width) of what the unit at (row, col) sees, clipped to the picture."""
        row, col = position
        top, left = int(self.rows.first[row]), int(self.cols.first[col])
        return top, left, int(self.rows.last[row]) - top + 1, int(self.cols.last[col]) - left + 1

    def middle(self) -> tuple[int, int]:
        """The (row, col) in the middle of the map, whose field is clipped least."""
        return len(self.rows.first) // 2, len(self.cols.first) // 2

    def __str__(self) -> str:
        return "whole picture" if self.whole else f"{self.size[0]}×{self.size[1]}"


def whole_picture(grid: tuple[int, int], picture: tuple[int, int]) -> ReceptiveField:
    """The field of a layer of which every position sees everything.

    >>> print(whole_picture((4, 4), (64, 64)))
    whole picture
    """
    return ReceptiveField(_everything(grid[0], picture[0]), _everything(grid[1], picture[1]), picture)


def _everything(length: int, extent: int) -> Span:
    return Span(torch.zeros(length, dtype=torch.long), torch.full((length,), extent - 1, dtype=torch.long))
