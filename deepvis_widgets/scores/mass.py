"""How much of a map lies on the object."""

from __future__ import annotations

from torch import Tensor


def mass(heatmap: Tensor, mask: Tensor) -> float:
    """The share of the positive relevance of a heat map (H, W) inside the mask, bool (H, W): 0 to 1, nan where nothing
    is positive (the relevance mass of Arras, Osman & Samek 2022).
    """
    positive = heatmap.double().clamp(min=0)
    return float(positive[mask].sum() / positive.sum())
