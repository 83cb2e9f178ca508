"""The choice between ways: the one that is expected to cost least, told anew before every pass."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from typing import TypeVar

from .costs import Costs
from .ways import FULL, Load, Way

T = TypeVar("T")
Clock = Callable[[], float]
# Processor time of the thread: what it waits for others that use the machine would count for one way and not for the
# next. Windows counts it in steps of 16 ms.
OWN_TIME: Clock = time.perf_counter if os.name == "nt" else time.thread_time
STAYS = 0.95  # of what the way taken last costs: others have to be better than that


class Planner:
    """Chooses among ways, and learns from every pass what they cost: a way that turns out slower than planned is left
    for the next best one, and a way that nobody has measured is tried where that may be a gain. Nothing is computed to
    find out: what is timed are passes that are needed anyway.

    >>> from deepvis_widgets.passes.plan.ways import FUSED, GROUPS
    >>> planner = Planner([Way(FUSED, 8), Way(GROUPS, 64)], Costs({"fused 8": 2.0, "groups 64": 3.0}, plain=4.0))
    >>> str(planner.choose(Load(20, together=1.0))), str(planner.choose(Load(20, together=0.5)))
    ('fused 8', 'groups 64')
    """

    def __init__(self, ways: Iterable[Way], costs: Costs, clock: Clock = OWN_TIME) -> None:
        self.ways, self.costs, self._clock = list(ways), costs, clock
        self._last: Way | None = None

    def choose(self, load: Load) -> Way:
        """Returns the way for these windows; no full passes for twice as many as there are."""
        fitting = [way for way in self.ways if way.kind not in FULL or way.count < 2 * load.count]
        return min(fitting or self.ways, key=lambda way: self.expected(way, load))

    def expected(self, way: Way, load: Load) -> float:
        """Returns how many seconds the windows are expected to take in that way."""
        stays = STAYS if way == self._last else 1.0
        return stays * self.costs.estimate(way) * load.units(way.kind)

    def timed(self, way: Way, load: Load, work: Callable[[], T]) -> T:
        """Returns what `work`, the pass of these windows in that way, does, and learns from the time it takes."""
        began = self._clock()
        done = work()
        self.costs.put(way, (self._clock() - began) / load.units(way.kind))
        self._last = way
        return done

    def drop(self, kind: str) -> None:
        """Says that passes of this kind cannot be made here."""
        self.ways = [way for way in self.ways if way.kind != kind]
