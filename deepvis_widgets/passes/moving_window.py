"""The pass of a drag: a picture with a box covered, computed anew only where the box reaches, where that is quicker."""

from __future__ import annotations

import logging
import math
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import torch
from torch import Tensor

from ..core.network.network import Network
from ..core.network.recording import Recording
from ..core.picture.boxes import Box
from ..core.picture.fills import occlude
from ..core.report import Report
from ..core.weights_key import Stamps, stamps
from .single_window import SingleWindowPasses

ROUNDS = 3  # pairs of passes that are timed
WORTH = 0.9  # of a plain pass: what an incremental one may take at most
CLASSES = 8  # of boxes, by their longer side as a share of the picture's
log = logging.getLogger(__name__)

Case = tuple[str, int]  # a layer, and the class of a box; 0 stands for all boxes
_quicker: WeakKeyDictionary[Network, dict[Case, bool]] = WeakKeyDictionary()


@dataclass(frozen=True, eq=False)
class Covered:
    """A picture `view` (3, H, W) that shows `fill` in a box (None: nowhere), and the layer that is looked at."""

    view: Tensor
    fill: Tensor
    box: Box | None
    layer: str

    @property
    def shown(self) -> Tensor:
        """The picture with the box covered."""
        return occlude(self.view, self.fill, self.box)

    @property
    def inside(self) -> bool:
        """Whether there is a box, and all of it lies in the picture."""
        if self.box is None:
            return False
        (top, left, height, width), (most, wide) = self.box, self.view.shape[1:]
        return min(top, left) >= 0 and min(height, width) > 0 and top + height <= most and left + width <= wide

    @property
    def case(self) -> Case:
        """What decides how long a pass takes: the layer, and the size of the box."""
        assert self.box is not None
        share = max(side / most for side, most in zip(self.box[2:], self.view.shape[1:], strict=True))
        return self.layer, max(1, math.ceil(CLASSES * share))


@dataclass(frozen=True, eq=False)
class _Start:
    """What a recorded pass is of: a picture, a fill and a layer, and the weights as they were."""

    covered: Covered
    weights: Stamps

    def serves(self, covered: Covered, weights: Stamps | None) -> bool:
        own = self.covered
        same = own.view is covered.view and own.fill is covered.fill and own.layer == covered.layer
        return same and self.weights == weights


class MovingWindow:
    """Passes over one picture with a box that moves. All but `forget` runs on the engine's thread.

    A pass is a plain one, until `prepare` has recorded the picture and found, once for a network, a layer and a size of
    the box, that incremental passes are quicker. Another picture, fill or layer, or other weights, need `prepare`
    again; networks whose passes cannot be incremental get plain ones for good.

    >>> import deepvis_widgets as dv
    >>> net = dv.load("husky-wolf")
    >>> view = net.view(dv.scene("wolf", "snow"))
    >>> covered = Covered(view, torch.full_like(view, 0.5), (40, 40, 32, 32), "features.relu8")
    >>> MovingWindow(net).record(covered).outputs["features.relu8"].shape
    torch.Size([1, 128, 16, 16])
    """

    def __init__(self, network: Network) -> None:
        self.network = network
        self._recorded: tuple[_Start, SingleWindowPasses] | None = None
        self._asked: _Start | None = None
        self._quicker = _quicker.setdefault(network, {})

    def record(self, covered: Covered) -> Recording:
        """Returns one pass to the class scores that keeps the layer's output; no graph."""
        passes = self._passes(covered) if self.incremental(covered) else None
        return self._plain(covered) if passes is None else passes.run(torch.tensor([covered.box]))

    def incremental(self, covered: Covered) -> bool:
        """Returns whether incremental passes are known to be quicker here."""
        return covered.inside and bool(self._known(covered))

    def wants(self, covered: Covered) -> bool:
        """Returns whether `prepare` is to be called; said once for each thing that it could do."""
        if not covered.inside or self._known(covered) is False:
            return False
        now, asked = stamps(self.network.module), self._asked
        if now is None or (self._known(covered) and self._recorded_of(covered, now) is not None):
            return False
        self._asked = _Start(covered, now)
        return asked is None or not asked.serves(covered, now) or asked.covered.case != covered.case

    def prepare(self, covered: Covered, report: Report) -> None:
        """Records the picture, and times both ways with this box; others may pass at every report."""
        passes = self._passes(covered) or self._record(covered)
        report(0.5)
        if passes is not None and covered.case not in self._quicker:
            self._quicker[covered.case] = self._time(passes, covered, report)

    def forget(self) -> None:
        """Frees the recorded pass. Any thread may call it."""
        self._recorded = self._asked = None

    def _known(self, covered: Covered) -> bool | None:
        """Returns whether incremental passes are quicker; None while that is not known. They keep scores and a layer:
        not enough where answers have places.
        """
        if self.network.answers.placed:
            return False
        return self._quicker.get((covered.layer, 0), self._quicker.get(covered.case))

    def _passes(self, covered: Covered) -> SingleWindowPasses | None:
        """Returns the recorded pass, if it is of this picture, fill, layer and weights."""
        return self._recorded_of(covered, stamps(self.network.module))

    def _recorded_of(self, covered: Covered, weights: Stamps | None) -> SingleWindowPasses | None:
        recorded = self._recorded
        served = recorded is not None and recorded[0].serves(covered, weights)
        return recorded[1] if recorded is not None and served else None

    def _record(self, covered: Covered) -> SingleWindowPasses | None:
        self._recorded = None  # two of them need not fit into memory
        now = stamps(self.network.module)
        passes = SingleWindowPasses(self.network, covered.view, covered.fill, (covered.layer,))
        if passes.incremental is None:
            self._quicker[covered.layer, 0] = False
        if passes.incremental is None or now is None:
            return None
        self._recorded = _Start(covered, now), passes
        return passes

    def _plain(self, covered: Covered) -> Recording:
        return self.network.run(self.network.feed(covered.shown[None]), keep=(covered.layer,))

    def _time(self, passes: SingleWindowPasses, covered: Covered, report: Report) -> bool:
        """Returns whether incremental passes are quicker: the median of pairs timed one after the other."""
        box = torch.tensor([covered.box])
        ratios = []
        for done in range(ROUNDS + 1):
            ratios.append(_seconds(lambda: passes.run(box)) / _seconds(lambda: self._plain(covered)))
            report(0.5 + 0.5 * done / (ROUNDS + 1))
        share = statistics.median(ratios[1:])  # the first one warms up
        log.debug("%s: a pass for a moving box takes %.2f of a plain one", self.network.name, share)
        return share < WORTH


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
