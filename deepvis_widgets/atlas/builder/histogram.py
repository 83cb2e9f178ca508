"""Bins that fit every network: the same edges everywhere, so that counts of any two sets of pictures can be added.

Two bins for each doubling of the magnitude, from 2^LOWEST to 2^HIGHEST, on either side of zero. A float's own bits say
which bin it is in: no logarithm is taken, and nothing is rounded.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

LOWEST, HIGHEST = -12, 14
SHIFT = 22  # keeps the exponent and the first bit of the fraction of a float32: two bins for each doubling
ZERO = ((LOWEST + 127) << (23 - SHIFT)) - 1
HALF = ((HIGHEST - LOWEST) << (23 - SHIFT)) + 1  # bins on one side of zero
BINS = 2 * HALF
DEAD = HALF  # the bins below this one hold the values that are 0 or less


def edges() -> np.ndarray:
    """Returns the BINS + 1 edges, float64, ascending; a value on an edge is in the bin that is further from zero, and
    zero itself below. The outermost bins also hold whatever lies beyond them.
    """
    octaves = 2.0 ** np.arange(LOWEST, HIGHEST)
    positive = np.append(np.stack([octaves, 1.5 * octaves], 1).ravel(), 2.0**HIGHEST)
    return np.concatenate([-positive[::-1], [0.0], positive])


def bins(values: Tensor) -> Tensor:
    """Returns the bin (int32) of each float32 value."""
    bits = values.contiguous().view(torch.int32)
    away = (bits & 0x7FFFFFFF).bitwise_right_shift_(SHIFT).sub_(ZERO).clamp_(0, HALF - 1)
    below = (values > 0).to(torch.int32).sub_(1)  # 0 above zero, else -1: every bit set
    return away.bitwise_xor_(below).add_(HALF)
