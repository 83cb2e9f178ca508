"""Numbers beside the picture: an age, a time of day."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar

import torch
from torch import Tensor

from ..answers.base import as_labels
from ..errors import DeepvisError
from .base import Input


class Numbers(Input):
    """Numbers with their `names`, each in its `ranges` (low, high); the network is given floats (B, n).

    They begin in the middle of their ranges. Raises DeepvisError for other than finite numbers in their ranges.

    >>> Numbers(["age", "weight"], [(0, 100), (0, 200)]).start()
    (50.0, 100.0)
    """

    kind: ClassVar[str] = "numbers"

    def __init__(self, names: Sequence[str] | str, ranges: Sequence[tuple[float, float]]) -> None:
        self.names = as_labels(names)
        self.ranges = tuple((float(low), float(high)) for low, high in ranges)
        if len(self.names) != len(self.ranges) or not all(low < high for low, high in self.ranges):
            raise DeepvisError(f"ranges={ranges!r} is not accepted; accepted: a (low, high) for each of the numbers.")

    def start(self) -> tuple[float, ...]:
        return tuple((low + high) / 2 for low, high in self.ranges)

    def checked(self, value: Any) -> tuple[float, ...]:
        given = (value,) if isinstance(value, int | float) else value
        try:
            numbers = tuple(map(float, given))
        except (TypeError, ValueError):
            numbers = ()
        if len(numbers) != len(self.names) or not all(map(math.isfinite, numbers)):
            raise DeepvisError(f"{value!r} is not accepted; accepted: numbers for {', '.join(self.names)}.")
        for name, number, (low, high) in zip(self.names, numbers, self.ranges, strict=True):
            if not low <= number <= high:
                raise DeepvisError(f"{name}={number:g} is not accepted; accepted: {low:g} to {high:g}.")
        return numbers

    def parts(self, value: tuple[float, ...]) -> tuple[str, ...]:
        return self.names

    def without(self, value: tuple[float, ...], place: int) -> tuple[float, ...]:
        """Returns the numbers with one in the middle of its range."""
        return tuple(
            middle if at == place else number
            for at, (number, middle) in enumerate(zip(value, self.start(), strict=True))
        )

    def tensor(self, value: tuple[float, ...]) -> Tensor:
        return torch.tensor([value])

    def words(self, value: tuple[float, ...]) -> str:
        return ", ".join(f"{name} {number:g}" for name, number in zip(self.names, value, strict=True))
