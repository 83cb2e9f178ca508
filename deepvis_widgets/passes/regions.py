"""The regions of a recorded pass that a changed window touches."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import torch
import torch.nn.functional as F
from torch import Tensor

from .convolution_kernel import ConvolutionKernel
from .patches import Patch, Window, crop, padded
from .trace import Op

Place = Tensor | int
COVERED = 0.8  # a region that covers this share of a map is no cheaper than the whole map


class RecordedPass:
    """A recorded pass, as operations on regions see it.

    `bases` are its values by number, `convolutions` its prepared convolutions by the number of their output, `owned`
    the numbers of the values that may be overwritten in place.

    >>> import torch
    >>> recorded = RecordedPass({0: torch.ones(1, 2, 4, 4)}, {}, ())
    >>> recorded.sums(0, 1, 1, (2, 3)).tolist()
    [6.0, 6.0]
    """

    def __init__(
        self, bases: Mapping[int, Tensor], convolutions: Mapping[int, ConvolutionKernel], owned: Collection[int]
    ) -> None:
        self.bases, self.convolutions, self.owned = bases, convolutions, owned
        self._padded: dict[int, Tensor] = {}
        self._tables: dict[int, Tensor] = {}

    def window(
        self, patch: Patch, op: Op, axes: tuple[Window, Window], fill: float
    ) -> tuple[Tensor, Tensor, Tensor] | None:
        """Returns the inputs (B, C, h, w) that the touched outputs of a sliding operation see, padding included, and
        where those outputs begin; None where they cover most of the map.
        """
        height, width = self.bases[op.outs[0]].shape[2:]
        tops, rows = axes[0].touched(patch.tops, patch.size[0], height)
        lefts, cols = axes[1].touched(patch.lefts, patch.size[1], width)
        if rows * cols >= COVERED * height * width:
            return None
        (first_row, h), (first_col, w) = axes[0].seen(tops, rows), axes[1].seen(lefts, cols)
        source, pad = self.padded(patch.base, op.outs[0], axes, fill), (axes[0].padding, axes[1].padding)
        return crop(patch, source, first_row, first_col, (h, w), pad), tops, lefts

    def padded(self, source: int, out: int, axes: tuple[Window, Window], fill: float) -> Tensor:
        """Returns the map number `source`, padded for the sliding operation that makes number `out`; made once."""
        if out not in self._padded:
            height, width = self.bases[out].shape[2:]
            self._padded[out] = padded(self.bases[source], axes, (height, width), fill)
        return self._padded[out]

    def aligned(self, patches: list[Patch]) -> tuple[list[Tensor], Tensor, Tensor]:
        """Returns the same regions of several maps, large enough for all of their patches, and where they begin."""
        size = self.bases[patches[0].base].shape[2:]
        tops, rows = _union([patch.tops for patch in patches], [patch.size[0] for patch in patches], size[0])
        lefts, cols = _union([patch.lefts for patch in patches], [patch.size[1] for patch in patches], size[1])
        cut = [crop(patch, self.bases[patch.base], tops, lefts, (rows, cols)) for patch in patches]
        return cut, tops, lefts

    def sums(self, number: int, tops: Place, lefts: Place, size: tuple[int, int]) -> Tensor:
        """Returns the sums (B, C) of regions of a recorded map, from a table of the sums above and left of every place;
        (C,) of one region whose place is plain numbers.
        """
        if number not in self._tables:
            sums = self.bases[number][0].permute(1, 2, 0).double().cumsum(0).cumsum(1)
            self._tables[number] = F.pad(sums, (0, 0, 1, 0, 1, 0))
        table, bottoms, rights = self._tables[number], tops + size[0], lefts + size[1]
        sums = table[bottoms, rights] - table[tops, rights] - table[bottoms, lefts] + table[tops, lefts]
        return sums.to(self.bases[number].dtype)


def _union(starts: list[Tensor], sizes: list[int], length: int) -> tuple[Tensor, int]:
    first = torch.stack(starts).amin(0)
    last = torch.stack([start + size for start, size in zip(starts, sizes, strict=True)]).amax(0)
    count = int((last - first).max())
    return first.clamp(max=length - count), count
