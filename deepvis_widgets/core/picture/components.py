"""Connected components of a mask, and the box round the largest one."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from .boxes import Box, around


def components(mask: Tensor) -> Tensor:
    """A number for each pixel of a mask, bool (H, W): 0 outside, equal for pixels joined side by side: int64 (H, W).

    Every pixel starts with a number of its own; in each round a number gives way to the largest that touches it
    anywhere (Shiloach & Vishkin 1982), so a few rounds join what is thousands of pixels long.

    >>> components(torch.tensor([[True, True, False, True]]))
    tensor([[2, 2, 0, 4]])
    """
    numbers = torch.arange(1, mask.numel() + 1).view(mask.shape) * mask
    while True:
        leads = torch.arange(mask.numel() + 1)
        leads.scatter_reduce_(0, numbers.flatten(), (_beside(numbers) * mask).flatten(), "amax")
        if torch.equal(joined := _followed(leads)[numbers], numbers):
            return numbers
        numbers = joined


def _beside(numbers: Tensor) -> Tensor:
    """The largest number of each pixel and its four neighbours."""
    plane = numbers.double()[None]
    rows, cols = F.max_pool2d(plane, (3, 1), 1, (1, 0)), F.max_pool2d(plane, (1, 3), 1, (0, 1))
    return torch.maximum(rows, cols)[0].long()


def _followed(leads: Tensor) -> Tensor:
    """Where each number leads in the end."""
    while not torch.equal(further := leads[leads], leads):
        leads = further
    return leads


def largest_box(mask: Tensor) -> Box | None:
    """The box (top, left, height, width) round the largest component of a mask, bool (H, W), by its number of pixels;
    of equal ones the first in reading order counts, and an empty mask has none.

    >>> largest_box(torch.tensor([[True, True, False, True]]))
    (0, 0, 1, 2)
    """
    if not bool(mask.any()):
        return None
    numbers = components(mask)
    sizes = numbers.flatten().bincount()
    sizes[0] = 0
    inside = (sizes[numbers] == sizes.max()) & mask
    return around(numbers == numbers.flatten()[inside.flatten().int().argmax()])
