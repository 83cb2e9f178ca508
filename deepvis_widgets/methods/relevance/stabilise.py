"""Division that survives a denominator of zero."""

from __future__ import annotations

import torch
from torch import Tensor

STABILISER = 1e-6  # for every rule but ε, whose own ε is a parameter


def stabilise(z: Tensor, epsilon: float) -> Tensor:
    """z moved away from zero by ε; zero counts as positive (Bach et al. 2015, eq. 58)."""
    return z + (1.0 - 2.0 * (z < 0).to(z.dtype)) * epsilon


def total(values: Tensor) -> Tensor:
    """The sum of a tensor in double precision, on its device."""
    return values.sum(dtype=torch.float64)
