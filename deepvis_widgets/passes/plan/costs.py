"""What each way costs here: measured while it works, remembered from another time, or hoped for."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping

from .ways import FULL, FUSED, GROUPS, PLAIN, SINGLE, Way

LAST = 3  # measurements of a way that count
DOUBT = 0.75  # of a single measurement: the machine may have been busy just then
SAVES = 0.8  # of a full way that was measured: the least that one of its kind with another count is expected to cost
ALIKE = 0.95  # and the least that one of the other kind is
# the least that a way nobody has measured is expected to cost, in plain passes of one picture: it is tried where even
# that would be a gain, and found out not to be at the cost of one small pass
HOPE = {PLAIN: 0.55, FUSED: 0.4, GROUPS: 0.4, SINGLE: 1.0}


class Costs:
    """Seconds of each way for a unit of its load.

    `known` are costs of an earlier time, by the name of the way; `plain` is what a plain pass of one picture takes.
    A machine is busier at one time than at another: a cost that was measured now counts more than any known one, and
    moves the known ones of its like, full passes or parts of them, by as much.

    >>> costs = Costs({"fused 8": 2.0, "fused 16": 3.0}, plain=5.0)
    >>> costs.put(Way(FUSED, 8), 4.0), costs.put(Way(FUSED, 8), 4.0)
    (None, None)
    >>> costs.estimate(Way(FUSED, 16))
    6.0
    """

    def __init__(self, known: Mapping[str, float], plain: float) -> None:
        self._known, self._plain = known, plain
        self._measured: dict[str, deque[float]] = {}

    def put(self, way: Way, seconds: float) -> None:
        """Takes one measurement of a way, for a unit of its load."""
        self._measured.setdefault(str(way), deque(maxlen=LAST)).append(seconds)

    def estimate(self, way: Way) -> float:
        """Returns what a unit of this way is expected to cost."""
        found = self._found(str(way))
        if found is not None:
            return found
        full = [name for name in {*self._known, *self._measured} if _is_full(name) and way.kind in FULL]
        likely = [(SAVES if name.startswith(way.kind) else ALIKE) * self._now(name) for name in full]
        return max(HOPE[way.kind] * self._plain, min(likely, default=0.0))

    def learned(self) -> dict[str, float]:
        """Returns all that is known now, by the name of the way."""
        return {**self._known, **{name: self._now(name) for name in self._measured}}

    def _found(self, name: str) -> float | None:
        """Returns what a way costs as far as it was ever measured."""
        if name not in self._known and name not in self._measured:
            return None
        doubtful = name not in self._known and len(self._measured[name]) == 1
        return self._now(name) * (DOUBT if doubtful else 1.0)

    def _now(self, name: str) -> float:
        """Returns the middle of the last measurements; what was known counts as one, until there are enough."""
        if name not in self._measured:
            return self._known[name] * self._busier(_is_full(name))
        known = [self._known[name]] if name in self._known else []
        return _middle([*known, *self._measured[name]][-LAST:])

    def _busier(self, full: bool) -> float:
        """Returns how much more than known the ways of a sort take now."""
        both = [name for name in self._measured if name in self._known and _is_full(name) == full]
        return _middle([_middle(self._measured[name]) / self._known[name] for name in both]) if both else 1.0


def _is_full(name: str) -> bool:
    return name.split()[0] in FULL


def _middle(values: Collection[float]) -> float:
    """Returns the median; the smaller of two."""
    return sorted(values)[(len(values) - 1) // 2]
