"""The numbers of a board: checked, resized, filled up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ...core.errors import DeepvisError
from .number_fields import LARGEST


def plane(values: Any, name: str, dims: tuple[int, ...] = (1, 2)) -> Tensor:
    """Numbers (n,) or (n, n), where `dims` allows both, as float64 (1, n) or (n, n); DeepvisError for anything else."""
    accepted = " or ".join({1: "(n,) in 1-D", 2: "square, (n, n)"}[count] for count in dims)
    try:
        array = np.asarray(values.detach().cpu() if isinstance(values, Tensor) else values, dtype=np.float64)
    except (TypeError, ValueError):
        raise DeepvisError(f"The {name} must be numbers: {accepted}.") from None
    if array.ndim not in dims or not array.size or (array.ndim == 2 and array.shape[0] != array.shape[1]):
        raise DeepvisError(f"The {name} has the shape {array.shape}; it must be {accepted}.")
    if not np.isfinite(array).all() or np.abs(array).max() > LARGEST:
        raise DeepvisError(f"The {name} holds a number beyond ±{LARGEST:.0f}.")
    return torch.from_numpy(np.atleast_2d(array).copy())


def resized(numbers: Tensor, shape: tuple[int, int], pattern: Sequence[int]) -> Tensor:
    """The numbers in another shape (rows, cols): cut off, or filled up from a pattern."""
    if tuple(numbers.shape) == shape:
        return numbers
    fresh = torch.from_numpy(np.resize(np.array(pattern, np.float64), shape))
    rows, cols = min(shape[0], numbers.shape[0]), min(shape[1], numbers.shape[1])
    fresh[:rows, :cols] = numbers[:rows, :cols]
    return fresh
