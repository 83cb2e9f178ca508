"""Directions in the space of a layer's channels: units that somebody found rather than the network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ..errors import DeepvisError

ACCEPTED = "a matrix of numbers (K, C), one row for each direction, as an array, a tensor or a list"


@dataclass(frozen=True, eq=False)
class Directions:
    """K directions: `matrix` (K, C), and the `offset` (C,) that is subtracted before activations are projected on them
    (None: nothing), both float64. `names` are those of the units, one each or none, `title` says what they are.

    >>> directions = Directions.of([[1, 0, 0], [0, 0.5, 1]])
    >>> directions.count, directions.channels, directions.projected(torch.ones(2, 3)).tolist()
    (2, 3, [[1.0, 1.5], [1.0, 1.5]])
    """

    matrix: Tensor
    offset: Tensor | None = None
    names: tuple[str, ...] = ()
    title: str = "directions"

    def __post_init__(self) -> None:
        if self.matrix.ndim != 2 or not self.matrix.numel():
            raise DeepvisError(
                f"Directions of shape {tuple(self.matrix.shape)} are not accepted; accepted: {ACCEPTED}."
            )
        if self.offset is not None and self.offset.shape != self.matrix.shape[1:]:
            raise DeepvisError(
                f"An offset of shape {tuple(self.offset.shape)} does not fit directions of {self.channels} channels."
            )
        if not all(part is None or torch.isfinite(part).all() for part in (self.matrix, self.offset)):
            raise DeepvisError("Directions and their offset must be finite numbers.")
        if self.names and len(self.names) != self.count:
            raise DeepvisError(f"{len(self.names)} names were given for {self.count} directions; give one for each.")

    @classmethod
    def of(cls, given: Any, offset: Any = None, names: Sequence[str] | None = None) -> Directions:
        """Returns the directions meant by a matrix (K, C), one row (C,), or Directions; `offset` and `names`, where
        given, win. Raises DeepvisError for anything else.
        """
        found = given if isinstance(given, cls) else cls(_matrix(given))
        found = found if offset is None else replace(found, offset=_numbers(offset).flatten())
        return found if names is None else replace(found, names=_names(names))

    @property
    def count(self) -> int:
        return len(self.matrix)

    @property
    def channels(self) -> int:
        return self.matrix.shape[1]

    @property
    def bias(self) -> Tensor | None:
        """What the offset adds to every projection, (K,)."""
        return None if self.offset is None else -self.matrix @ self.offset

    def projected(self, activations: Tensor) -> Tensor:
        """Returns activations (..., C) projected on the directions, (..., K), in their precision; differentiable."""
        bias = self.bias
        return F.linear(activations, self.matrix.to(activations), None if bias is None else bias.to(activations))


def _matrix(given: Any) -> Tensor:
    numbers = _numbers(given)
    return numbers[None] if numbers.ndim == 1 else numbers


def _numbers(given: Any) -> Tensor:
    """A float64 copy on the CPU, without a graph."""
    try:
        found = given.detach().cpu().double() if isinstance(given, Tensor) else torch.tensor(np.asarray(given, float))
    except (TypeError, ValueError):
        raise DeepvisError(f"A {type(given).__name__} is no directions; accepted: {ACCEPTED}.") from None
    with torch.inference_mode(False):
        return found.clone()


def _names(names: Any) -> tuple[str, ...]:
    if isinstance(names, str) or not all(isinstance(name, str) for name in names):
        raise DeepvisError(f"names={names!r} is not accepted; give a list of words, one for each direction.")
    return tuple(names)
