"""Where a map peaks, and whether that is on the object: the pointing game, for many maps at once."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

REACH = 4  # pixels a peak may lie beside the object


def grown(masks: Tensor, reach: int = REACH) -> Tensor:
    """The masks (n, H, W) with every pixel at most `reach` rows and columns from them: bool.

    >>> grown(torch.tensor([[[True, False, False]]]), reach=1)
    tensor([[[ True,  True, False]]])
    """
    return F.max_pool2d(masks[:, None].float(), 2 * reach + 1, stride=1, padding=reach)[:, 0] > 0


def peaks(maps: Tensor) -> Tensor:
    """The highest pixel of each map (n, H, W): (row, col), int64 (n, 2).

    Where several are equally high, as in a superpixel, it is the one of them nearest to their centre of gravity, and
    the first of those in reading order.

    >>> peaks(torch.tensor([[[0.0, 1.0], [3.0, 2.0]]]))
    tensor([[1, 0]])
    """
    tied = (maps == maps.amax((1, 2), keepdim=True)).double()
    rows, cols = (torch.arange(side, dtype=torch.float64) for side in maps.shape[1:])
    count = tied.sum((1, 2))
    row, col = (tied.sum(2) @ rows / count).round(decimals=6), (tied.sum(1) @ cols / count).round(decimals=6)
    away = (rows - row[:, None]).square()[:, :, None] + (cols - col[:, None]).square()[:, None]
    index = away.masked_fill(tied == 0, torch.inf).flatten(1).argmin(1)
    return torch.stack([index // maps.shape[2], index % maps.shape[2]], 1)


def inside(masks: Tensor, places: Tensor) -> Tensor:
    """Whether each mask (n, H, W) holds its (row, col) of `places` (n, 2): bool (n,).

    >>> inside(torch.tensor([[[True, False]]]), torch.tensor([[0, 1]]))
    tensor([False])
    """
    rows, cols = places.unbind(1)
    return masks[torch.arange(len(masks)), rows, cols]


def points(maps: Tensor, masks: Tensor, reach: int = REACH) -> Tensor:
    """Whether each map (n, H, W) peaks within `reach` pixels of its mask (n, H, W): bool (n,).

    A map that is nowhere positive points nowhere.

    >>> points(torch.tensor([[[0.0, 9.0]]]), torch.tensor([[[True, False]]]), reach=1)
    tensor([True])
    """
    return inside(grown(masks, reach), peaks(maps)) & (maps.amax((1, 2)) > 0)
