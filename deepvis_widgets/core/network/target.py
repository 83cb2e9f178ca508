"""What is explained: a class, or a unit of a layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..checks import whole
from ..errors import DeepvisError
from .layer import Layer
from .layout import Layout, Position


@dataclass(frozen=True)
class Target:
    """What is explained: a class (layer None: its logit), or a unit of a layer, at a position (row, col), at a token
    ("class"), or at its strongest. `looking` is the token that looks, where the unit is a head of an attention (None:
    the one that its maps show).

    >>> Target(3)
    Target(channel=3, layer=None, position=None, looking=None)
    >>> Target(12, "features.6", (2, 5)) == Target(12, "features.6", (2, 5))
    True
    """

    channel: int
    layer: str | None = None
    position: Position | None = None
    looking: Position | None = None


def layout_of(layer: Layer, target: Target) -> Layout:
    """How the maps of a target's layer lie, seen from the token that looks where the target says which."""
    return layer.layout if target.looking is None else layer.layout.looking_from(target.looking)


def unit_target(layer: Layer, unit: Any) -> Target:
    """The Target meant by a unit of a layer: a channel, (channel, (row, col)), or (channel, "class") for a token of the
    layer's that is no part of the picture. Units that have names may be meant by them.

    Raises DeepvisError where the layer has no such channel or position.
    """
    given, position = unit if isinstance(unit, tuple | list) and len(unit) == 2 else (unit, None)
    channel = layer.names.index(given) if isinstance(given, str) and given in layer.names else whole(given)
    if channel is None or not 0 <= channel < layer.channels:
        raise DeepvisError(f'Layer "{layer.name}" has no unit {given}; its units are 0 to {layer.channels - 1}.')
    return Target(channel, layer.name, None if position is None else _position(layer, position))


def _position(layer: Layer, given: Any) -> Position:
    if isinstance(given, str) and given in layer.extra:
        return given
    row, col = map(whole, given) if isinstance(given, tuple | list) and len(given) == 2 else (None, None)
    if row is None or col is None or not (0 <= row < layer.height and 0 <= col < layer.width):
        raise DeepvisError(
            f'Layer "{layer.name}" has no position {given}; its maps are {layer.height} rows × {layer.width} columns'
            + (f", and its other tokens {', '.join(layer.extra)}." if layer.extra else ".")
        )
    return row, col
