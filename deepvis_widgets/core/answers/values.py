"""Values: numbers that are no probabilities of anything, such as an age, an angle or a price."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from ..errors import DeepvisError
from .base import Answers, as_labels


@dataclass(frozen=True)
class Values(Answers):
    """Output (B, n), or (B,), of numbers that are shown as they are: no softmax, no per cent. What is explained is one
    of them.

    `units` are what is written behind each, `ranges` the (low, high) that each bar spans; None: as far as the numbers
    that were seen. Raises DeepvisError where their counts differ or a range is none.

    >>> Values(["age"], units="years", ranges=[(0, 100)]).words(0, 41.3)
    '41.3 years'
    """

    units: tuple[str, ...] = ()
    ranges: tuple[tuple[float, float], ...] = ()

    kind: ClassVar[str] = "values"
    noun: ClassVar[str] = "value"
    score: ClassVar[str] = "value"
    title: ClassVar[str] = "Values"
    probable: ClassVar[bool] = False
    percent: ClassVar[bool] = False
    ranked: ClassVar[bool] = False

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "units", as_labels(self.units))
        object.__setattr__(self, "ranges", _as_ranges(self.ranges))

    def probabilities(self, scores: Tensor) -> Tensor:
        raise DeepvisError("This network answers with values, which have no probabilities.")

    def tops(self, scores: Tensor) -> Tensor:
        """The first: values of different units cannot be compared."""
        return scores.new_zeros(len(scores), dtype=torch.long)

    def words(self, index: int, value: float, digits: int = 1) -> str:
        return f"{value:.4g} {self.units[index]}" if self.units else f"{value:.4g}"

    def span(self, index: int) -> tuple[float, float] | None:
        return self.ranges[index] if self.ranges else None

    def fitted(self, count: int, name: str, known: Sequence[str] | None = None) -> Values:
        for what, given in (("units", self.units), ("ranges", self.ranges)):
            if given and len(given) != count:
                raise DeepvisError(f"{len(given)} {what} were given and {name} has {count} values; give one for each.")
        return super().fitted(count, name, known)


def _as_ranges(ranges: Sequence[Sequence[float]] | None) -> tuple[tuple[float, float], ...]:
    found = []
    for given in ranges or ():
        try:
            low, high = map(float, given)
        except (TypeError, ValueError):
            low = high = 0.0
        if not low < high:
            raise DeepvisError(f"ranges={ranges!r} is not accepted; accepted: a (low, high) for each value.")
        found.append((low, high))
    return tuple(found)
