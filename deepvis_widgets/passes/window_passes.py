"""Passes over one picture with windows of it hidden, each in the way that is expected to cost least here."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator

import torch
from torch import Tensor

from ..core.network.network import Network
from ..core.network.recording import Recording
from ..core.report import Report
from .plan.costs import Costs
from .plan.planner import OWN_TIME, Clock, Planner
from .plan.remembered import recall, remember
from .plan.ways import FULL, FUSED, GROUPS, PLAIN, SINGLE, Load, Way, ways
from .window_groups import TouchedMaps
from .window_ways import WindowWays

WORK = 2**36  # multiplications in one pass: under a second, so that one can be stopped
MOST = 64  # windows in one pass of a group
ROUNDS = 3  # of passes that are timed where there is nothing yet to do
CLASSES = 8  # of windows, by their longer side as a share of the picture's


class WindowPasses:
    """What a network answers while a window of `view` (3, H, W) shows `fill` instead: see WindowWays, which takes the
    same arguments. `most` pictures fit into a full pass; `alone` says that windows come one at a time, as in a drag.

    Many windows go in groups where that can be, else in plain passes: they give the same numbers every time. For those
    that come one at a time, and `by_cost` for many, the way is decided before every pass by what the passes before have
    cost, in this job and in earlier ones with the same network, layers and size of the windows on this machine; ways
    differ by rounding.

    >>> import deepvis_widgets as dv
    >>> net = dv.load("husky-wolf")
    >>> view = net.view(dv.scene("wolf", "snow"))
    >>> passes = WindowPasses(net, view, torch.full_like(view, 0.5))
    >>> passes.run(torch.tensor([[0, 0, 32, 32], [48, 48, 32, 32]])).logits.shape
    torch.Size([2, 12])
    """

    def __init__(
        self,
        network: Network,
        view: Tensor,
        fill: Tensor,
        layers: Collection[str] = (),
        scores: bool = True,
        target: int | None = None,
        most: int = 16,
        alone: bool = False,
        by_cost: bool = False,
        clock: Clock = OWN_TIME,
    ) -> None:
        self.ways, self.most = WindowWays(network, view, fill, layers, scores, target, clock), most
        self.network, self._alone, self._clock = network, alone, clock
        self._by_cost = by_cost or alone
        self._maps = TouchedMaps(network)
        self._planners: dict[str, Planner] = {}
        self._work = self.ways.work / self._maps.load(self.ways.checked).together  # of all maps of one picture

    def run(self, boxes: Tensor) -> Recording:
        """Runs the windows `boxes` (B, 4), each (top, left, height, width) inside the picture."""
        planner, load = self.planner(boxes), self._load(boxes)
        way = self._choose(planner, load)
        parts = boxes.chunk(-(-len(boxes) // way.count)) if way.kind in FULL else [boxes]
        return _joined([self._timed(planner, way, load, part) for part in parts])

    def parts(self, boxes: Tensor) -> Iterator[Tensor]:
        """Yields the indices of those of the windows `boxes` (n, 4) that are to be run together, decided as late as
        that: what the passes between have cost counts. Keeps what was learned for another time.
        """
        waiting = [torch.arange(len(boxes))] if self.ways.incremental is None else self._maps.groups(boxes)
        try:
            while waiting:
                first = waiting.pop(0)
                now, *later = first.chunk(-(-len(first) // self._together(boxes[first])))
                waiting = ([torch.cat(later)] if later else []) + waiting
                yield now
        finally:
            self.keep(boxes)

    def planner(self, boxes: Tensor) -> Planner:
        """Returns what chooses among the ways for windows as large as these."""
        named = self._case(boxes)
        if named not in self._planners:
            costs = Costs(recall(self.network, named), self.ways.plain)
            self._planners[named] = Planner(self._there(), costs, self._clock)
        return self._planners[named]

    def keep(self, boxes: Tensor) -> None:
        """Remembers for another time what windows as large as these have cost."""
        learned = self.planner(boxes).costs.learned()
        if learned:
            remember(self.network, self._case(boxes), learned)

    def kind(self, boxes: Tensor) -> str:
        """Returns the kind of pass that `run` makes for these windows."""
        return self._choose(self.planner(boxes), self._load(boxes)).kind

    def calibrated(self, boxes: Tensor) -> bool:
        """Returns whether what windows as large as these cost is known, from an earlier time or from now."""
        return bool(self.planner(boxes).costs.learned())

    def calibrate(self, boxes: Tensor, report: Report) -> None:
        """Times all ways with these windows, in turn, unless they are known; one way is warm then at least."""
        planner, load = self.planner(boxes), self._load(boxes)
        there = [] if self.calibrated(boxes) else [way for way in planner.ways if self.ways.can(way.kind)]
        for done in range(ROUNDS + 1):
            for way in there:
                if done:
                    self._timed(planner, way, load, boxes)
                else:
                    self.ways.by(way.kind, boxes)
            report((done + 1) / (ROUNDS + 1))
        self.run(boxes)
        self.keep(boxes)

    # --- the choice ---

    def _choose(self, planner: Planner, load: Load) -> Way:
        way = planner.choose(load)
        while not self.ways.can(way.kind):
            planner.drop(way.kind)
            way = planner.choose(load)
        return way

    def _timed(self, planner: Planner, way: Way, load: Load, boxes: Tensor) -> Recording:
        part = Load(len(boxes), load.together, load.each)
        return planner.timed(way, part, lambda: self.ways.by(way.kind, boxes))

    def _together(self, boxes: Tensor) -> int:
        """Returns how many of these windows are to be run together."""
        load = self._load(boxes)
        way = self._choose(self.planner(boxes), load)
        return min(way.count, max(1, int(WORK / (self._work * load.together)))) if way.kind == GROUPS else way.count

    def _there(self) -> list[Way]:
        """Returns the ways there are to choose from. What other devices take shows later, not when a pass returns:
        there it is the one that is always possible.
        """
        local = self.ways.incremental is not None
        if self.network.device.type == "cpu" and self._by_cost:
            return ways({PLAIN, FUSED, GROUPS, SINGLE} if local else {PLAIN, FUSED}, self.most, MOST)
        return ways({GROUPS}, self.most, MOST) if local else [Way(PLAIN, self.most)]

    def _load(self, boxes: Tensor) -> Load:
        return Load(1) if self._alone else self._maps.load(boxes)

    def _case(self, boxes: Tensor) -> str:
        to = self.ways.until or ("all scores" if self.ways.target is None else "one score")
        return case(boxes, self.ways.view, self.ways.layers, to, self._alone)


def case(boxes: Tensor, view: Tensor, layers: Collection[str], to: str, alone: bool) -> str:
    """Returns what decides about the costs of windows (n, 4) beside the network and the machine: what is asked for, and
    their size, as a share of the picture's, of one `alone` or of many.
    """
    share = max(int(boxes[:, at + 2].max()) / side for at, side in enumerate(view.shape[1:]))
    size = max(1, math.ceil(CLASSES * share))
    return f"{'one' if alone else 'many'} of {size}/{CLASSES} to {' '.join([to, *layers])}"


def _joined(parts: list[Recording]) -> Recording:
    """Returns one recording of all parts of a batch."""
    if len(parts) == 1:
        return parts[0]
    outputs = {name: torch.cat([part.outputs[name] for part in parts]) for name in parts[0].outputs}
    scores = None if parts[0].scores is None else torch.cat([part.logits for part in parts])
    return Recording(torch.cat([part.input for part in parts]), outputs, scores)
