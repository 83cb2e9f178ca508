"""What is explained: a class, or a unit of a layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..checks import whole
from ..errors import DeepvisError
from .layer import Layer


@dataclass(frozen=True)
class Target:
    """What is explained: a class (layer None: its logit), or a unit of a layer, at one position (row, col) or at its
    strongest.
    """

    channel: int
    layer: str | None = None
    position: tuple[int, int] | None = None


def _position(layer: Layer, given: Any) -> tuple[int, int]:
    row, col = map(whole, given) if isinstance(given, tuple | list) and len(given) == 2 else (None, None)
    if row is None or col is None or not (0 <= row < layer.height and 0 <= col < layer.width):
        raise DeepvisError(
            f'Layer "{layer.name}" has no position {given}; its maps are {layer.height} rows × {layer.width} columns.'
        )
    return row, col
