"""What the feed of an atlas tells the panes of a unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from torch import Tensor

from ...atlas import Unit
from ..link.protocol import Array

Found = list[tuple[str, int, float]]  # (layer, channel, value) of units
KINDS = ("top", "facts", "similar", "deconv")  # in the order in which they are made; the last takes longest


@dataclass(frozen=True, eq=False)
class TopAnswer:
    """The first of the strongest pictures (3, h, w) of a unit, or what it responded to in them; None: they come next.

    `kind` is "top" or "deconv"; `name` that of the unit selected, which `unit` may stand in for.
    """

    kind: str
    unit: Unit
    name: str
    pictures: tuple[Tensor, ...] | None = None


@dataclass(frozen=True, eq=False)
class UnitsAnswer:
    """Units to go on to, with the pictures (3, h, w) of the first of them; None: they come next.

    `kind` is "similar", or "find" for those of a class.
    """

    kind: str
    title: str
    units: Found
    pictures: tuple[Tensor, ...] | None = None


class UnitListener(Protocol):
    """What is told the answers about a unit; on any thread."""

    def show_top(self, answer: TopAnswer) -> None:
        """More of the strongest pictures are known."""

    def show_units(self, answer: UnitsAnswer) -> None:
        """More of the units to go on to are known."""

    def show_facts(self, unit: Unit, name: str) -> None:
        """The numbers of a unit are known; `name` is that of the unit selected."""

    def refuse(self, kind: str, sentence: str) -> None:
        """There is no answer of this kind."""


class Grid(Protocol):
    """A grid of units that asks for pictures and cards in frames, and gets them in frames."""

    def push(self, kind: str, meta: Mapping[str, Any] | None = None, arrays: Mapping[str, Array] | None = None) -> None:
        """Sends a frame to the browser."""

    def ack(self, seq: int) -> None:
        """Tells the browser that its request is answered."""
