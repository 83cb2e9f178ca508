"""Division that survives a denominator of zero, and sums that keep their digits."""

from __future__ import annotations

import torch
from torch import Tensor

STABILISER = 1e-6  # for every rule but ε, whose own ε is a parameter


def stabilise(z: Tensor, epsilon: float) -> Tensor:
    """Returns z moved away from zero by ε; zero counts as positive (Bach et al. 2015, eq. 58). ε = 0 still divides.

    >>> stabilise(torch.tensor([2.0, 0.0, -2.0]), 0.5)
    tensor([ 2.5000,  0.5000, -2.5000])
    """
    return away(z, epsilon).add_(z)


def away(z: Tensor, epsilon: float) -> Tensor:
    """Returns the ±ε, shaped like z, that moves z away from zero; a negative zero goes down."""
    return torch.copysign(z.new_tensor(least(epsilon, z.dtype)), z)


def least(epsilon: float, dtype: torch.dtype) -> float:
    """Returns ε, or where that is zero the least that can still be divided by."""
    return max(epsilon, float(torch.finfo(dtype).tiny ** 0.5))


def total(values: Tensor) -> Tensor:
    """Returns the sum of a tensor on its device, in double precision where there is one."""
    wide = torch.float32 if values.device.type == "mps" else torch.float64
    return (totals(values, 1) if values.ndim > 1 else values).sum(dtype=wide)


def totals(values: Tensor, dim: int) -> Tensor:
    """Returns the sums along one dimension, over all others, in single precision at least."""
    others = [other for other in range(values.ndim) if other != dim % values.ndim]
    wide = torch.promote_types(values.dtype, torch.float32)
    return values.sum(others, dtype=wide) if others else values.to(wide)


class Sums:
    """Sums of tensors; those that are one tensor under several names, as around a rectifier, are added up once."""

    def __init__(self) -> None:
        self._known: dict[tuple[object, ...], tuple[Tensor, Tensor]] = {}

    def __call__(self, values: Tensor) -> Tensor:
        place = values.data_ptr(), values.shape, values.stride()
        if place not in self._known:
            self._known[place] = values, total(values)  # held, or its place might be given away
        return self._known[place][1]
