"""Spearman's rank correlation of two maps."""

from __future__ import annotations

import torch
from torch import Tensor


def rank_correlation(first: Tensor, second: Tensor) -> float:
    """Returns Spearman's ρ of two tensors of one shape, -1 to 1: equal values share their mean rank; nan where one is
    constant.

    >>> round(rank_correlation(torch.tensor([1.0, 2.0, 9.0]), torch.tensor([0.0, 5.0, 6.0])), 6)
    1.0
    """
    one, two = (_centred_ranks(values.flatten()) for values in (first, second))
    return float((one @ two) / (one.norm() * two.norm()))


def _centred_ranks(values: Tensor) -> Tensor:
    found = torch.unique(values, return_inverse=True, return_counts=True)
    place: Tensor = found[1]
    counts: Tensor = found[2]
    ranks = counts.cumsum(0).double() - (counts - 1) / 2
    return ranks[place] - (len(values) + 1) / 2
