"""Windows that touch equally much of the maps, put together: the regions of one incremental pass all have the size of
the largest, and near the border of the picture, where maps end, they are smaller.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from ..core.network.network import Network
from ..core.network.receptive_field import Span
from .plan.ways import START, Load


class TouchedMaps:
    """Which shares of a network's maps windows touch.

    >>> import deepvis_widgets as dv
    >>> maps = TouchedMaps(dv.load("husky-wolf"))
    >>> maps.load(torch.tensor([[64, 64, 16, 16], [64, 72, 16, 16]])).together < 0.5
    True
    """

    def __init__(self, network: Network) -> None:
        fields = [layer.field for layer in network.layers]
        self._axes = [_Fields([field.rows for field in fields]), _Fields([field.cols for field in fields])]

    def load(self, boxes: Tensor) -> Load:
        """Returns what windows (n, 4) are for a planner."""
        rows, cols = self.shares(boxes)
        return Load(len(boxes), float((rows.amax(0) * cols.amax(0)).mean()), float((rows * cols).mean()))

    def groups(self, boxes: Tensor) -> list[Tensor]:
        """Returns the indices of the windows `boxes` (n, 4) in groups, each worth a pass of its own."""
        return list(_split(torch.arange(len(boxes)), *self.shares(boxes)))

    def shares(self, boxes: Tensor) -> tuple[Tensor, Tensor]:
        """Returns (n, layers), twice: the shares of the rows and of the columns that windows (n, 4) touch."""
        rows, cols = (fields.touched(boxes[:, at], boxes[:, at + 2]) for at, fields in enumerate(self._axes))
        return rows, cols


class _Fields:
    """What the positions of several layers see along an axis; layers with fewer positions are filled up with such as
    see nothing.
    """

    def __init__(self, spans: list[Span]) -> None:
        self._first = pad_sequence([span.first for span in spans], batch_first=True)
        self._last = pad_sequence([span.last for span in spans], batch_first=True, padding_value=-1)
        self._lengths = torch.tensor([len(span.first) for span in spans])

    def touched(self, starts: Tensor, sides: Tensor) -> Tensor:
        """Returns (n, layers): the share of positions that see any of the `sides` pixels from `starts`."""
        spans, place = torch.unique(torch.stack([starts, starts + sides], 1), dim=0, return_inverse=True)
        seen = (self._last >= spans[:, 0, None, None]) & (self._first < spans[:, 1, None, None])
        shares: Tensor = seen.sum(2) / self._lengths
        return shares[place]


def _split(windows: Tensor, rows: Tensor, cols: Tensor) -> Iterator[Tensor]:
    """Yields `windows` cut in two, and again, along the axis and at the size where that saves most, as long as it saves
    more than a pass costs; `rows` and `cols` (n, layers) are the shares they touch.
    """
    whole = len(windows) * float((rows[windows].amax(0) * cols[windows].amax(0)).mean())
    cuts = [_cut(windows[axis[windows].sum(1).argsort(stable=True)], rows, cols) for axis in (rows, cols)]
    cost, one, other = min(cuts, key=lambda cut: cut[0])
    if cost + START >= whole:
        yield windows
    else:
        yield from _split(one, rows, cols)
        yield from _split(other, rows, cols)


def _cut(windows: Tensor, rows: Tensor, cols: Tensor) -> tuple[float, Tensor, Tensor]:
    """Returns where to cut ordered `windows` in two so that both together cost least, and that cost in full passes."""
    counts = torch.arange(1, len(windows) + 1)
    before, after = (
        counts * (rows[order].cummax(0).values * cols[order].cummax(0).values).mean(1)
        for order in (windows, windows.flip(0))
    )
    costs = before + torch.cat([after.flip(0)[1:], after.new_zeros(1)])
    cut = int(costs.argmin())
    return float(costs[cut]), windows[: cut + 1], windows[cut + 1 :]
