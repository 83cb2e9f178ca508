"""The way from the unit that was asked about first down to the one that is shown."""

from __future__ import annotations

from collections.abc import Sequence

from ....core.network.target import Target


class Trail:
    """The units of the way: the first that was asked about, then each that was gone down to.

    >>> trail = Trail()
    >>> trail.visit(Target(5, "conv2"))
    >>> trail.go(trail.down(Target(3, "conv1", (4, 4))))
    >>> trail.visit(Target(3, "conv1", (0, 0)))  # the same unit at another position
    >>> [(unit.layer, unit.channel, unit.position) for unit in trail.units]
    [('conv2', 5, None), ('conv1', 3, (0, 0))]
    >>> trail.back(0)
    (Target(channel=5, layer='conv2', position=None, looking=None),)
    """

    def __init__(self) -> None:
        self.units: tuple[Target, ...] = ()

    def visit(self, unit: Target) -> None:
        """A unit was selected: the last one of the way at some position, or the first of another way."""
        last = self.units[-1] if self.units else None
        same = last is not None and (last.layer, last.channel) == (unit.layer, unit.channel)
        self.units = (*self.units[:-1], unit) if same else (unit,)

    def down(self, unit: Target) -> tuple[Target, ...]:
        """Returns the way that goes on to a unit below."""
        return (*self.units, unit)

    def back(self, place: int) -> tuple[Target, ...]:
        """Returns the way up to its unit at this place, from 0 on; the whole way where it is no longer."""
        return self.units[: max(0, place) + 1]

    def go(self, units: Sequence[Target]) -> None:
        """Takes another way."""
        self.units = tuple(units)

    def clear(self) -> None:
        """Forgets the way."""
        self.units = ()
