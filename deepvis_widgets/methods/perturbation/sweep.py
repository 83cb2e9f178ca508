"""The windows of an occlusion sweep, and the map that their scores make."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from ...core.network.recording import Recording
from ...core.network.target import Target
from .score import Score, precision

LEVELS = (4, 2, 1)  # first every fourth position of every fourth row, then every second, then all


class Sweep:
    """What was read at every position so far: `values` (rows, cols, records), `done` (rows, cols). Where a class is
    explained, what bars show of `others`, too.
    """

    def __init__(self, score: Score, watched: Target | None, boxes: Tensor, others: Sequence[int] = ()) -> None:
        self.score, self.watched, self.boxes = score, watched, boxes
        self.others = list(others) if score.target.layer is None else []
        records = 1 + 2 * (score.target.layer is None) + len(self.others) + (watched is not None)
        self.values = torch.zeros(*boxes.shape[:2], records, dtype=precision(score.network))
        self.done = torch.zeros(boxes.shape[:2], dtype=torch.bool)

    @property
    def whole(self) -> tuple[int, ...]:
        """Which records are whole numbers: the label of a class."""
        return (2,) if self.score.target.layer is None else ()

    @property
    def shares(self) -> slice:
        """Which records are what bars show of the other classes."""
        return slice(3, 3 + len(self.others))

    @property
    def layers(self) -> tuple[str, ...]:
        """The layer of the watched unit."""
        return layers_of(self.watched)

    def read(self, recording: Recording) -> Tensor:
        """Returns (B, records) of a pass: score, probability (or value) and label of a class, the values of the others,
        strongest activation.
        """
        records = [self.score.value(recording)]
        if self.score.target.layer is None:
            logits, answers = recording.logits.to(self.values.dtype), self.score.network.answers
            shown = answers.shown(logits)
            records += [shown[:, self.score.target.channel], answers.tops(logits), *shown[:, self.others].unbind(1)]
        if self.watched is not None and self.watched.layer is not None:
            layer = self.watched.layer
            maps = self.score.network.layers[layer].layout.maps(recording.outputs[layer])
            records.append(maps[:, self.watched.channel].amax((1, 2)))
        return torch.stack([record.to("cpu", self.values.dtype) for record in records], 1)

    def put(self, places: Tensor, read: Tensor) -> None:
        rows, cols = places.unbind(1)
        self.values[rows, cols], self.done[rows, cols] = read, True

    def filled(self) -> Tensor:
        """Returns the values; where there is none yet, that of the position above left which was visited on a coarser
        level.
        """
        values = self.values[:1, :1].expand_as(self.values)
        for level in LEVELS:
            rows, cols = (torch.arange(count) // level * level for count in self.done.shape)
            values = torch.where(self.done[rows][:, cols, None], self.values[rows][:, cols], values)
        return values


def layers_of(watched: Target | None) -> tuple[str, ...]:
    """Returns the layer of a watched unit, if there is one."""
    return () if watched is None or watched.layer is None else (watched.layer,)


def windows(size: tuple[int, int], window: int, stride: int) -> Tensor:
    """Returns all boxes (rows, cols, 4): top, left, height, width, clipped at the border.

    >>> windows((100, 100), 64, 64)[1, 0].tolist()
    [64, 0, 36, 64]
    """
    tops, lefts = (_starts(side, window, stride) for side in size)
    heights, widths = ((side - starts).clamp(max=window) for side, starts in zip(size, (tops, lefts), strict=True))
    grid = torch.meshgrid(tops, lefts, indexing="ij") + torch.meshgrid(heights, widths, indexing="ij")
    return torch.stack(grid, -1)


def _starts(side: int, window: int, stride: int) -> Tensor:
    last = max(0, -(-(side - window) // stride))
    return torch.arange(last + 1) * stride


def averaged(values: Tensor, boxes: Tensor, size: tuple[int, int]) -> Tensor:
    """Returns (H, W): for every pixel the mean of `values` (rows, cols) over the boxes that hide it."""
    rows, cols = (_covering(starts, sides, side) for starts, sides, side in _axes(boxes, size))
    rows, cols = rows.to(values.dtype), cols.to(values.dtype)
    return (rows.T @ values @ cols) / torch.outer(rows.sum(0), cols.sum(0))


def _axes(boxes: Tensor, size: tuple[int, int]) -> Iterator[tuple[Tensor, Tensor, int]]:
    yield boxes[:, 0, 0], boxes[:, 0, 2], size[0]
    yield boxes[0, :, 1], boxes[0, :, 3], size[1]


def _covering(starts: Tensor, sides: Tensor, side: int) -> Tensor:
    """Returns (windows, side): whether a window hides a row (or a column) of the picture."""
    at = torch.arange(side)
    return (at >= starts[:, None]) & (at < (starts + sides)[:, None])
