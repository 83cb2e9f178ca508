"""Division that survives a denominator of zero."""

from __future__ import annotations

import torch
from torch import Tensor

STABILISER = 1e-6  # for every rule but ε, whose own ε is a parameter


def stabilise(z: Tensor, epsilon: float) -> Tensor:
    """z moved away from zero by ε; zero counts as positive (Bach et al. 2015, eq. 58). ε = 0 still divides."""
    epsilon = max(epsilon, torch.finfo(z.dtype).tiny ** 0.5)
    return z + (1.0 - 2.0 * (z < 0).to(z.dtype)) * epsilon


def total(values: Tensor, dims: list[int] | None = None) -> Tensor:
    """The sum of a tensor on its device, over all dimensions or some, in double precision where there is one."""
    return values.sum(dims, dtype=torch.float32 if values.device.type == "mps" else torch.float64)
