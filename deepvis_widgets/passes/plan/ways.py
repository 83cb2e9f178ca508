"""The ways to pass windows of a picture, and what a load of windows asks of each."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

PLAIN, FUSED, GROUPS, SINGLE = "plain", "fused", "groups", "single"
FULL = (PLAIN, FUSED)  # compute all of every picture
COUNTS = (1, 4, 16, 32)  # pictures in a full pass
FEW = 8  # single windows from one report to the next
START = 0.7  # what one more pass of a group costs, in full passes of one picture: reading weights, calling operations


@dataclass(frozen=True)
class Way:
    """A kind of pass, and the most windows that one takes.

    >>> str(Way(FUSED, 16))
    'fused 16'
    """

    kind: str
    count: int

    def __str__(self) -> str:
        return f"{self.kind} {self.count}"


@dataclass(frozen=True)
class Load:
    """Windows to be passed: their number, and which share of a network's maps they touch, all of them `together`, whose
    regions have one size, and `each` on average.

    >>> Load(4, 0.5, 0.25).units(SINGLE)
    1.0
    """

    count: int
    together: float = 1.0
    each: float = 1.0

    def units(self, kind: str) -> float:
        """Returns what is computed in that way, in full passes of one picture."""
        if kind == GROUPS:
            return self.count * self.together + START
        return self.count * (self.each if kind == SINGLE else 1.0)


def ways(kinds: Collection[str], most: int, together: int) -> list[Way]:
    """Returns the ways of these kinds, with `most` pictures in a full pass and `together` windows in a group.

    >>> [str(way) for way in ways({PLAIN, GROUPS}, 8, 64)]
    ['plain 4', 'plain 8', 'plain 1', 'groups 64']
    """
    counts = sorted({count for count in COUNTS if count <= most} | {most})  # one at least: it fits all loads
    counts = [*counts[1:], counts[0]]  # seldom the best: of ways that promise as much, the first is tried first
    full = [Way(kind, count) for kind in FULL if kind in kinds for count in counts]
    local = {GROUPS: together, SINGLE: min(FEW, together)}
    return full + [Way(kind, count) for kind, count in local.items() if kind in kinds]
