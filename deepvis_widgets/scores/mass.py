"""How much of a map lies on the object."""

from __future__ import annotations

from torch import Tensor

from ..core.pointing import grown


def mass(heatmap: Tensor, mask: Tensor, reach: int = 0) -> float:
    """The share of the positive relevance of a heat map (H, W) inside the mask, bool (H, W), or at most `reach` pixels
    beside it: 0 to 1, nan where nothing is positive (relevance mass, Arras, Osman & Samek 2022).
    """
    near = grown(mask[None], reach)[0]
    positive = heatmap.double().clamp(min=0)
    return float(positive[near].sum() / positive.sum())
