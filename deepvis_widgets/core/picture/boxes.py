"""Boxes (top, left, height, width) in a picture: the one round a mask, and how far two of them agree."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor


def around(mask: Tensor) -> Box | None:
    """Returns the smallest box that holds every true place of a mask (H, W); None where there is none.

    >>> import torch
    >>> around(torch.tensor([[False, False, False], [False, True, True]]))
    (1, 1, 1, 2)
    """
    rows, cols = mask.any(1).nonzero(), mask.any(0).nonzero()
    if not len(rows):
        return None
    top, left = int(rows[0]), int(cols[0])
    return top, left, int(rows[-1]) - top + 1, int(cols[-1]) - left + 1


def intersection_over_union(one: Box, other: Box) -> float:
    """Returns the share of the area of both boxes that lies in both: 0 where they are apart, 1 where they are the same.

    >>> intersection_over_union((0, 0, 2, 2), (0, 1, 2, 3))
    0.25
    """
    height, width = (
        max(0, min(one[axis] + one[axis + 2], other[axis] + other[axis + 2]) - max(one[axis], other[axis]))
        for axis in (0, 1)
    )
    shared = height * width
    return shared / (one[2] * one[3] + other[2] * other[3] - shared)


Box = tuple[int, int, int, int]  # top, left, height, width


def crop(picture: Tensor, box: Box) -> Tensor:
    """Returns the part of (..., H, W) inside the box (top, left, height, width); what lies outside the picture is
    filled with mid-grey.

    >>> import torch
    >>> crop(torch.ones(1, 3, 3), (-1, 1, 2, 2))
    tensor([[[0.5000, 0.5000],
             [1.0000, 1.0000]]])
    """
    top, left, height, width = box
    rows, cols = picture.shape[-2:]
    part = picture[..., max(top, 0) : max(top + height, 0), max(left, 0) : max(left + width, 0)]
    padding = (max(-left, 0), max(left + width - cols, 0), max(-top, 0), max(top + height - rows, 0))
    return F.pad(part, padding, value=0.5) if any(padding) else part
