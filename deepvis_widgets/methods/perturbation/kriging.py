"""Occlusion with few windows: a coarse grid, more where the map changes, and what lies between estimated from those.

Windows that overlap hide the same pixels, so their answers go together. The estimate is kriging with the overlap as
covariance: exact where a window was measured, and for a network whose answer is a sum over pixels the best linear one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import torch
import torch.nn.functional as F
from torch import Tensor

from .sweep import Sweep

APART = 0.75  # of a window: from one position of the coarse grid to the next
MORE = 0.5  # of the coarse grid's positions: how many are added where the map changes
ROUND = 16  # positions added at a time
NOISE = 0.02  # of a window's variance: what overlapping windows do not share

Parts = Callable[[Tensor], Iterable[Tensor]]


def coarse(boxes: Tensor) -> Tensor:
    """Returns (rows, cols): the positions measured first, the outermost ones among them. All, where windows hardly
    overlap.
    """
    rows, cols = (_every(starts, int(sides.max())) for starts, sides in _axes(boxes))
    return rows[:, None] & cols


def visits(sweep: Sweep, parts: Parts) -> Iterator[tuple[float, Tensor]]:
    """Yields (share done after it, positions (n, 2) as row and column) of one batch after the other, which are `parts`
    of boxes (n, 4): first of the coarse grid's, then of some that depend on what `sweep` holds by then.
    """
    first = coarse(sweep.boxes).nonzero()
    count = min(sweep.done.numel(), round((1 + MORE) * len(first)))
    done = 0
    for batch in parts(sweep.boxes[first[:, 0], first[:, 1]]):
        done += len(batch)
        yield done / count, first[batch]
    while done < count:
        places = _next(sweep, min(ROUND, count - done))
        for batch in parts(sweep.boxes[places[:, 0], places[:, 1]]):
            done += len(batch)
            yield done / count, places[batch]


def estimated(sweep: Sweep) -> Tensor:
    """Returns the values (rows, cols, records) of all positions; labels are those of the measured window that is
    nearest.
    """
    kriging = Kriging(sweep.boxes, sweep.done)
    values = kriging.estimate(sweep.values)
    for column in sweep.whole:
        values[..., column] = kriging.nearest(sweep.values[..., column])
    if sweep.score.target.layer is None and sweep.score.network.answers.percent:
        for column in (1, *range(sweep.shares.start, sweep.shares.stop)):
            values[..., column].clamp_(0, 1)  # a share of one
    return values


class Kriging:
    """Estimates at all positions from those measured, `done` (rows, cols)."""

    def __init__(self, boxes: Tensor, done: Tensor) -> None:
        self.done = done
        self._rows, self._cols = (_overlap(starts, sides) for starts, sides in _axes(boxes))
        self._known = done.flatten().nonzero()[:, 0]
        self._shared = self.shared(self._known)  # (n, all)
        own = self._shared[:, self._known] + NOISE * torch.eye(len(self._known), dtype=torch.float64)
        self._weights = torch.linalg.solve(own, self._shared)

    def shared(self, places: Tensor) -> Tensor:
        """Returns (n, all): the covariance of some positions, given as flat indices, with all."""
        count = self.done.shape[1]
        return (self._rows[places // count, :, None] * self._cols[places % count, None]).flatten(1)

    @property
    def variance(self) -> Tensor:
        """(rows, cols): how uncertain the estimate is, 1 far from all that was measured, 0 there."""
        left: Tensor = 1 - (self._shared * self._weights).sum(0).clamp(max=1)
        return left.view(self.done.shape).masked_fill(self.done, 0)

    def estimate(self, values: Tensor) -> Tensor:
        """Returns values (rows, cols, records): as they are where they were measured, estimated elsewhere."""
        known = values.flatten(0, 1)[self._known].double()
        mean = known.mean(0)
        found = (mean + self._weights.T @ (known - mean)).view(values.shape).to(values.dtype)
        return torch.where(self.done[..., None], values, found)

    def nearest(self, values: Tensor) -> Tensor:
        """Returns values (rows, cols): those of the measured position that shares most."""
        return values.flatten()[self._known[self._shared.argmax(0)]].view(values.shape)


def _next(sweep: Sweep, count: int) -> Tensor:
    """Returns where to look next (count, 2): far from what was measured, and where the map changes."""
    kriging = Kriging(sweep.boxes, sweep.done)
    changes = _changes(kriging.estimate(sweep.values[..., :1])[..., 0])
    worth = (kriging.variance * (1 + changes)).flatten()
    found = []
    for _ in range(count):
        found.append(worth.argmax())
        worth = worth * (1 - kriging.shared(found[-1][None])[0])
    flat = torch.stack(found)
    return torch.stack([flat // sweep.done.shape[1], flat % sweep.done.shape[1]], 1)


def _changes(values: Tensor) -> Tensor:
    """Returns the spread (rows, cols) round each position, 1 on average; 0 where nothing changes anywhere."""
    around = F.pad(values.double()[None, None], (1, 1, 1, 1), mode="replicate")[0, 0]
    spread = around.unfold(0, 3, 1).unfold(1, 3, 1).std((2, 3), unbiased=False)
    return spread / spread.mean().clamp(min=1e-30)


def _axes(boxes: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    """Yields where the windows begin, and how long they are, down and across."""
    yield boxes[:, 0, 0], boxes[:, 0, 2]
    yield boxes[0, :, 1], boxes[0, :, 3]


def _every(starts: Tensor, side: int) -> Tensor:
    """Returns which positions of an axis the coarse grid has: every so many, and the last."""
    stride = int(starts[1] - starts[0]) if len(starts) > 1 else side
    chosen = torch.zeros(len(starts), dtype=torch.bool)
    chosen[:: max(1, int(APART * side / stride))] = True
    chosen[-1] = True
    return chosen


def _overlap(starts: Tensor, sides: Tensor) -> Tensor:
    """Returns (n, n): the share of their length that two windows have in common along an axis."""
    ends = starts + sides
    common = torch.minimum(ends[:, None], ends) - torch.maximum(starts[:, None], starts)
    return common.clamp(min=0).double() / torch.outer(sides, sides).double().sqrt()
