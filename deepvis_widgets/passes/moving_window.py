"""The pass of a drag: a picture with a box covered, in the way that costs least."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ..core.network.network import Network
from ..core.network.recording import Recording
from ..core.picture.boxes import Box
from ..core.picture.fills import occlude
from ..core.report import Report, part_of
from ..core.weights_key import Stamps, stamps
from .plan.planner import OWN_TIME, Clock
from .plan.remembered import recall
from .plan.ways import PLAIN
from .window_passes import WindowPasses, case


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
    def boxes(self) -> Tensor:
        """The box as (1, 4)."""
        return torch.tensor([self.box])

    @property
    def case(self) -> str:
        """What decides how long a pass takes."""
        return case(self.boxes, self.view, (self.layer,), "all scores", alone=True)


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

    A pass is a plain one, until `prepare` has recorded the picture and timed every way to pass a box of that size; from
    then on it is made in the way that costs least, as the steps go on showing it. Another picture, fill or layer, or
    other weights, need `prepare` again; where plain passes are known to be best there is nothing to prepare.

    >>> import deepvis_widgets as dv
    >>> net = dv.load("husky-wolf")
    >>> view = net.view(dv.scene("wolf", "snow"))
    >>> covered = Covered(view, torch.full_like(view, 0.5), (40, 40, 32, 32), "features.relu8")
    >>> MovingWindow(net).record(covered).outputs["features.relu8"].shape
    torch.Size([1, 128, 16, 16])
    """

    def __init__(self, network: Network, clock: Clock = OWN_TIME) -> None:
        self.network, self._clock = network, clock
        self._recorded: tuple[_Start, WindowPasses] | None = None
        self._asked: _Start | None = None

    def record(self, covered: Covered) -> Recording:
        """Returns one pass to the class scores that keeps the layer's output; no graph."""
        passes = self._ready(covered)
        if passes is None:
            return self.network.run(self.network.feed(covered.shown[None]), keep=(covered.layer,))
        return passes.run(covered.boxes)

    def way(self, covered: Covered) -> str:
        """Returns the kind of pass that `record` makes."""
        passes = self._ready(covered)
        return PLAIN if passes is None else passes.kind(covered.boxes)

    def wants(self, covered: Covered) -> bool:
        """Returns whether `prepare` is to be called; said once for each thing that it could do."""
        if not self._is_served(covered) or self._plain_is_best(covered):
            return False
        now, asked = stamps(self.network.module), self._asked
        if now is None or self._ready(covered) is not None:
            return False
        self._asked = _Start(covered, now)
        return asked is None or not asked.serves(covered, now) or asked.covered.case != covered.case

    def prepare(self, covered: Covered, report: Report) -> None:
        """Records the picture, and times all ways with this box; others may pass at every report."""
        passes = self._passes(covered) or self._record(covered)
        report(0.5)
        if passes is not None:
            passes.calibrate(covered.boxes, part_of(report, 0.5, 1))

    def forget(self) -> None:
        """Frees the recorded pass. Any thread may call it."""
        self._recorded = self._asked = None

    def _is_served(self, covered: Covered) -> bool:
        """Returns whether there is more than the plain way: other recordings keep scores and a layer, which is not
        enough where answers have places.
        """
        return covered.inside and not self.network.answers.placed

    def _plain_is_best(self, covered: Covered) -> bool:
        """Returns whether that is known from an earlier time."""
        costs = recall(self.network, covered.case)
        return bool(costs) and min(costs, key=costs.__getitem__).startswith(PLAIN)

    def _ready(self, covered: Covered) -> WindowPasses | None:
        """Returns the recorded pass, if all ways to pass this box are known to it."""
        passes = self._passes(covered) if self._is_served(covered) else None
        return passes if passes is not None and passes.calibrated(covered.boxes) else None

    def _passes(self, covered: Covered) -> WindowPasses | None:
        """Returns the recorded pass, if it is of this picture, fill, layer and weights."""
        recorded = self._recorded
        served = recorded is not None and recorded[0].serves(covered, stamps(self.network.module))
        return recorded[1] if recorded is not None and served else None

    def _record(self, covered: Covered) -> WindowPasses | None:
        self._recorded = None  # two of them need not fit into memory
        now = stamps(self.network.module)
        given = self.network, covered.view, covered.fill, (covered.layer,)
        passes = WindowPasses(*given, most=1, alone=True, clock=self._clock)
        if now is None:
            return None
        self._recorded = _Start(covered, now), passes
        return passes
