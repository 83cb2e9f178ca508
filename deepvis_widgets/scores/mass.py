"""How much of a map lies on the object."""

from __future__ import annotations

from torch import Tensor

from ..core.picture.peaks import grown
from ..core.results import HeatMap


def mass(heatmap: Tensor, mask: Tensor, reach: int = 0) -> float:
    """Returns the share of the positive relevance of a heat map (H, W) inside the mask, bool (H, W), or at most `reach`
    pixels beside it: 0 to 1, nan where nothing is positive (relevance mass, Arras, Osman & Samek 2022).

    >>> import torch
    >>> mass(torch.tensor([[3.0, 1.0], [-1.0, 0.0]]), torch.tensor([[True, False], [False, False]]))
    0.75
    """
    near = grown(mask[None], reach)[0]
    positive = heatmap.double().clamp(min=0)
    return float(positive[near].sum() / positive.sum())


def squares(result: HeatMap) -> Tensor:
    """Returns the squares of a result's relevance, summed over channels, (H, W): what `mass` weighs when it should
    count strong relevance more than faint (pooling "l2-norm,sq" of Arras, Osman & Samek 2022).
    """
    relevance = result.heatmap[None] if result.attribution is None else result.attribution
    return relevance.double().square().sum(0)
