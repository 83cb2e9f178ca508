"""Windows that touch equally much of the maps, put together: the regions of one incremental pass all have the size of
the largest, and near the border of the picture, where maps end, they are smaller.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from ..core.network.network import Network
from ..core.network.receptive_field import Span

START = 0.7  # what one more pass costs, in full passes of one picture: reading weights, calling operations


def groups(network: Network, boxes: Tensor) -> list[Tensor]:
    """Returns the indices of the windows `boxes` (n, 4) in groups, each worth a pass of its own.

    >>> import deepvis_widgets as dv
    >>> boxes = torch.tensor([[0, 0, 16, 16], [0, 16, 16, 16], [64, 64, 16, 16]])
    >>> sorted(torch.cat(groups(dv.load("husky-wolf"), boxes)).tolist())
    [0, 1, 2]
    """
    fields = [layer.field for layer in network.layers]
    rows, cols = (
        torch.stack([_touched(span, boxes[:, axis], boxes[:, axis + 2]) for span in spans], 1)
        for axis, spans in enumerate(([field.rows for field in fields], [field.cols for field in fields]))
    )
    return list(_split(torch.arange(len(boxes)), rows, cols))


def _touched(span: Span, starts: Tensor, sides: Tensor) -> Tensor:
    """Returns (n,): the share of an axis whose fields hold any of the `sides` pixels from `starts`."""
    touched = (span.last >= starts[:, None]) & (span.first < (starts + sides)[:, None])
    return touched.float().mean(1)


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
