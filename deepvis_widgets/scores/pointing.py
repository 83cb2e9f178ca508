"""The pointing game: does the map peak on the object?"""

from __future__ import annotations

from torch import Tensor

from ..core.picture.peaks import REACH, points


def pointing(heatmap: Tensor, mask: Tensor, reach: int = REACH) -> bool:
    """Returns whether the heat map (H, W) peaks within `reach` pixels of the mask, bool (H, W) (Zhang et al. 2018).

    Of several equally high pixels the one nearest to their centre counts: a superpixel is pointed at in its middle. A
    map that is nowhere positive points nowhere. The paper lets a peak lie 15 pixels beside the object in pictures three
    times as large as the embedded ones.

    >>> import torch
    >>> pointing(torch.tensor([[3.0, 1.0], [0.0, 0.0]]), torch.tensor([[True, False], [False, False]]), reach=0)
    True
    """
    return bool(points(heatmap[None], mask[None], reach))
