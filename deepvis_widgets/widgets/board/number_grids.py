"""The numbers of a board: read from text and written as text, checked, and brought to another shape."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ...core.errors import DeepvisError

LARGEST = 9999.0
EMPTY = torch.zeros(0, 0, dtype=torch.float64)


def read_number(text: str) -> float:
    """The number a text stands for, with either minus sign; DeepvisError where it stands for none.

    >>> read_number(" −2.5 ")
    -2.5
    """
    value = math.nan
    with contextlib.suppress(ValueError):
        value = float(text.strip().replace("−", "-"))
    if math.isnan(value):
        raise DeepvisError(f"“{text.strip()[:20]}” is no number; type one such as 2 or -0.5.")
    if abs(value) > LARGEST:
        raise DeepvisError(f"“{text.strip()[:20]}” is too large; type a number from -{LARGEST:.0f} to {LARGEST:.0f}.")
    return value


def read_grid(text: str) -> list[list[float]]:
    """Rows of equal length: numbers apart by spaces or commas, rows by semicolons.

    >>> read_grid("1 2; 3 4")
    [[1.0, 2.0], [3.0, 4.0]]
    """
    rows = [[read_number(word) for word in line.replace(",", " ").split()] for line in text.strip(" ;").split(";")]
    if not rows[0] or len({len(row) for row in rows}) != 1:
        raise DeepvisError("Type numbers apart by spaces, and rows of equal length apart by semicolons.")
    return rows


def write_grid(rows: Sequence[Sequence[float]]) -> str:
    """What `read_grid` reads.

    >>> write_grid([[1, 2], [3, 0.5]])
    '1 2; 3 0.5'
    """
    return "; ".join(" ".join(f"{value:g}" for value in row) for row in rows)


def number_grid(values: Any, name: str, dims: tuple[int, ...] = (1, 2)) -> Tensor:
    """Numbers (n,) or (n, n), where `dims` allows both, as float64 (1, n) or (n, n); DeepvisError for anything else.

    >>> number_grid([1, 2, 3], "input").shape
    torch.Size([1, 3])
    """
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
    """The numbers in another shape (rows, cols): cut off, or filled up from a pattern.

    >>> resized(torch.tensor([[7.0, 8.0]], dtype=torch.float64), (1, 4), (1, 2, 3, 4)).tolist()
    [[7.0, 8.0, 3.0, 4.0]]
    """
    if tuple(numbers.shape) == shape:
        return numbers
    fresh = torch.from_numpy(np.resize(np.array(pattern, np.float64), shape))
    rows, cols = min(shape[0], numbers.shape[0]), min(shape[1], numbers.shape[1])
    fresh[:rows, :cols] = numbers[:rows, :cols]
    return fresh
