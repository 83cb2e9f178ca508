"""A picture with windows of it hidden, as a network is fed it: whole, or the windows alone."""

from __future__ import annotations

import torch
from torch import Tensor

from .patches import Patch, gather


class Hidden:
    """The input `x` (1, C, H, W) that shows `filled` (1, C, H, W) in windows (B, 4), each (top, left, height, width)
    inside it.

    >>> hidden = Hidden(torch.zeros(1, 1, 2, 2), torch.ones(1, 1, 2, 2))
    >>> hidden.whole(torch.tensor([[0, 1, 1, 1]])).tolist()
    [[[[0.0, 1.0], [0.0, 0.0]]]]
    """

    def __init__(self, x: Tensor, filled: Tensor) -> None:
        self.x, self.filled = x, filled

    def whole(self, boxes: Tensor) -> Tensor:
        """Returns inputs (B, C, H, W), each with one window hidden."""
        made = self.x.repeat(len(boxes), 1, 1, 1)
        for one, (top, left, height, width) in zip(made, boxes.tolist(), strict=True):
            at = slice(top, top + height), slice(left, left + width)
            one[:, at[0], at[1]] = self.filled[0, :, at[0], at[1]]
        return made

    def one(self, box: Tensor) -> tuple[Tensor, int, int]:
        """Returns what a window (4,) shows, (1, C, h, w), and its first row and column."""
        top, left, height, width = box.tolist()
        return self.filled[:, :, top : top + height, left : left + width], top, left

    def patch(self, boxes: Tensor) -> Patch:
        """Returns what the windows show, as regions of one size; a window at the border keeps some of the picture."""
        height, width = self.x.shape[2:]
        size = int(boxes[:, 2].max()), int(boxes[:, 3].max())
        tops, lefts = boxes[:, 0].clamp(max=height - size[0]), boxes[:, 1].clamp(max=width - size[1])
        values = gather(self.x, tops, lefts, size)
        fill = gather(self.filled, tops, lefts, size)
        rows = tops[:, None] + torch.arange(size[0])
        cols = lefts[:, None] + torch.arange(size[1])
        inside = _within(rows, boxes[:, 0], boxes[:, 2])[:, :, None] & _within(cols, boxes[:, 1], boxes[:, 3])[:, None]
        return Patch(torch.where(inside[:, None], fill, values), tops, lefts, 0)


def _within(places: Tensor, starts: Tensor, sides: Tensor) -> Tensor:
    return (places >= starts[:, None]) & (places < (starts + sides)[:, None])
