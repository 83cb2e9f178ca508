"""A fixed convolution prepared for many passes, forth and back to its input: by oneDNN with packed weights, or by
Winograd's filtering where that takes less time for one picture.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

import torch
import torch.nn.functional as F
from torch import Tensor

from ..operation_calls import ConvolutionCall
from ..winograd import OUT, TAPS, TILE, Winograd
from .convolution import LAST, FusedConvolution, way_back

FLOATS = 3_000_000  # of the tiles that are filtered together: what stays in the cache
HEAVY, FEW = 2**14, 28 * 28  # weights from which on, and outputs up to which, packing them anew takes long
LEAST_WEIGHTS = 2**15  # filters × channels below which moving the tiles costs what the products save
LEAST_OUTPUTS = 28 * 28  # places below which reading the filters, four times as large, does
MOST_OUTPUTS = 56 * 56  # places above which the tiles do not stay in the cache
PACKED, FILTERED = 2, 4  # how many times the size of the weights is kept


class BothWays(Protocol):
    """A convolution of inputs (B, C, H, W) of one size."""

    @property
    def nbytes(self) -> int:
        """How much memory it keeps."""
        ...

    def forth(self, x: Tensor) -> Tensor:
        """Returns the output (B, K, h, w), which is nobody else's."""
        ...

    def back(self, gradient: Tensor) -> Tensor:
        """Returns the gradient of the input for one of the output."""
        ...


def both_ways(call: ConvolutionCall, size: Sequence[int], output: Sequence[int]) -> BothWays:
    """Returns the convolution that `call` describes, from inputs to outputs of these sizes, float32 on the CPU.

    Rounding aside the two ways there are give the same numbers; which one is taken depends on the sizes alone.

    >>> weight = torch.rand(4, 3, 3, 3)
    >>> call = ConvolutionCall(None, weight, None, [1, 1], [1, 1], [1, 1], False, [0, 0], 1)
    >>> prepared = both_ways(call, (1, 3, 8, 8), (1, 4, 8, 8))
    >>> x = torch.rand(1, 3, 8, 8)
    >>> torch.allclose(prepared.forth(x), torch.nn.functional.conv2d(x, weight, padding=1), atol=1e-5)
    True
    """
    return Filtered(call, size) if _is_filtered(call, output) else Packed(call, size, output)


def packs_long(call: ConvolutionCall, output: Sequence[int]) -> bool:
    """Returns whether a good part of a convolution at stride 1 goes into packing its weights."""
    slides = max(*call.stride, *call.dilation, call.groups) == 1
    return slides and call.weight.numel() >= HEAVY and output[2] * output[3] <= FEW


def _is_filtered(call: ConvolutionCall, output: Sequence[int]) -> bool:
    places = output[2] * output[3]
    slides = call.weight.shape[2:] == (TAPS, TAPS) and max(*call.stride, *call.dilation, call.groups) == 1
    worth = call.weight.shape[0] * call.weight.shape[1] >= LEAST_WEIGHTS and LEAST_OUTPUTS <= places <= MOST_OUTPUTS
    return slides and worth


class Packed:
    """By oneDNN, the weights in the order that it reads them in."""

    def __init__(self, call: ConvolutionCall, size: Sequence[int], output: Sequence[int]) -> None:
        self._fused = FusedConvolution.of(call, None, size, output)
        self.nbytes = PACKED * call.weight.numel() * call.weight.element_size()

    def forth(self, x: Tensor) -> Tensor:
        return self._fused.forward(x)

    def back(self, gradient: Tensor) -> Tensor:
        return self._fused.back(gradient.contiguous(memory_format=LAST))


class PackedBack:
    """The way back alone, from outputs to inputs of these sizes, by weights that are packed once."""

    def __init__(self, call: ConvolutionCall, size: Sequence[int], output: Sequence[int]) -> None:
        weight = call.weight.contiguous(memory_format=LAST)
        self._back = way_back(call._replace(weight=weight), size, output)
        self.nbytes = call.weight.numel() * call.weight.element_size()

    def __call__(self, gradient: Tensor) -> Tensor:
        """Returns the gradient of the input for one of the output."""
        return self._back(gradient.contiguous(memory_format=LAST))


class Filtered:
    """By Winograd's filtering, and back by its transpose with the same filters; some rows of tiles at a time."""

    def __init__(self, call: ConvolutionCall, size: Sequence[int]) -> None:
        self._by = Winograd(call.weight, call.bias)
        self._down, self._right = call.padding
        self._size = tuple(size)
        self._grid = [-(-(side + 2 * pad - TAPS + 1) // OUT) for side, pad in zip(size[2:], call.padding, strict=True)]
        self.nbytes = FILTERED * call.weight.numel() * call.weight.element_size()

    def forth(self, x: Tensor) -> Tensor:
        (rows, cols), (count, channels, height, width) = self._grid, x.shape
        around = self._right, cols * OUT + TAPS - 1 - width - self._right
        above = self._down, rows * OUT + TAPS - 1 - height - self._down
        padded = F.pad(x.permute(0, 2, 3, 1), (0, 0, *around, *above))
        tiles = padded.unfold(1, TILE, OUT).unfold(2, TILE, OUT).permute(4, 5, 0, 1, 2, 3)
        out = x.new_empty(count, rows, OUT, cols, OUT, len(self._by.bias))
        for some in self._rows():
            cut = tiles[:, :, :, some].reshape(TILE**2, -1)
            products = torch.bmm((self._by.inward @ cut).view(TILE**2, -1, channels), self._by.filters)
            spots = (self._by.outward @ products.flatten(1)).view(OUT, OUT, count, -1, cols, out.shape[-1])
            torch.add(spots.permute(2, 3, 0, 4, 1, 5), self._by.bias, out=out[:, some])
        size = height + 2 * self._down - TAPS + 1, width + 2 * self._right - TAPS + 1
        return out.view(count, rows * OUT, cols * OUT, -1)[:, : size[0], : size[1]].permute(0, 3, 1, 2)

    def back(self, gradient: Tensor) -> Tensor:
        (rows, cols), (count, channels, height, width) = self._grid, self._size
        given = gradient.permute(0, 2, 3, 1)
        given = F.pad(given, (0, 0, 0, cols * OUT - given.shape[2], 0, rows * OUT - given.shape[1]))
        spots = given.reshape(count, rows, OUT, cols, OUT, -1).permute(2, 4, 0, 1, 3, 5)
        found = gradient.new_zeros(count, rows + 1, OUT, cols + 1, OUT, channels)
        for some in self._rows():
            cut = spots[:, :, :, some].reshape(OUT**2, -1)
            products = torch.bmm(
                (self._by.outward.t() @ cut).view(TILE**2, -1, given.shape[-1]), self._by.filters.transpose(1, 2)
            )
            tiles = (self._by.inward.t() @ products.flatten(1)).view(TILE, TILE, count, -1, cols, channels)
            _add_overlapping(found[:, some.start : some.stop + 1], tiles.permute(2, 3, 0, 4, 1, 5))
        whole = found.view(count, (rows + 1) * OUT, (cols + 1) * OUT, channels)
        inner = whole[:, self._down : self._down + height, self._right : self._right + width]
        return inner.permute(0, 3, 1, 2)

    def _rows(self) -> Iterator[slice]:
        rows, cols = self._grid
        wide = TILE**2 * cols * self._size[0] * max(self._by.filters.shape[1:])
        some = max(1, FLOATS // wide)
        some = -(-rows // -(-rows // some))  # parts of equal size
        return (slice(first, min(first + some, rows)) for first in range(0, rows, some))


def _add_overlapping(found: Tensor, tiles: Tensor) -> None:
    """Adds tiles (B, rows, 6, cols, 6, C), each of which lies over the first two lines of the next, to their places
    (B, rows + 1, 4, cols + 1, 4, C).
    """
    over = TILE - OUT
    found[:, :-1, :, :-1] += tiles[:, :, :OUT, :, :OUT]
    found[:, 1:, :over, :-1] += tiles[:, :, OUT:, :, :OUT]
    found[:, :-1, :, 1:, :over] += tiles[:, :, :OUT, :, OUT:]
    found[:, 1:, :over, 1:, :over] += tiles[:, :, OUT:, :, OUT:]
