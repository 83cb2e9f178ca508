"""Changed regions of a map: what an incremental pass carries from layer to layer instead of whole maps."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor


@dataclass(eq=False)
class Patch:
    """The region of a map (C, H, W) that differs from the recorded one, for each of B windows: `values` (B, C, h, w) at
    rows `tops` and columns `lefts` (B,). Everywhere else the map is value number `base` of the recorded pass.

    All regions have one size, so that they pass through an operation in one batch; where a window touches less, its
    region holds recorded values too.
    """

    values: Tensor
    tops: Tensor
    lefts: Tensor
    base: int

    @property
    def size(self) -> tuple[int, int]:
        """(h, w) of the regions."""
        return self.values.shape[-2], self.values.shape[-1]


def gather(source: Tensor, tops: Tensor, lefts: Tensor, size: tuple[int, int]) -> Tensor:
    """Returns the regions (B, C, h, w) of one map (1, C, H, W), with their first rows and columns at `tops` and `lefts`
    (B,).
    """
    channels, width = source.shape[1], source.shape[3]
    rows = tops[:, None] + torch.arange(size[0])
    cols = lefts[:, None] + torch.arange(size[1])
    flat = source.permute(0, 2, 3, 1).reshape(-1, channels)  # no copy: maps are kept channels last
    found = flat.index_select(0, (rows[:, :, None] * width + cols[:, None, :]).flatten())
    return found.view(len(tops), *size, channels).permute(0, 3, 1, 2)


def paste(onto: Tensor, patch: Tensor, rows: Tensor, cols: Tensor) -> Tensor:
    """Lays patches (B, C, h, w) onto regions (B, C, H, W) in place, their corners at `rows` and `cols` (B,), which may
    lie outside.
    """
    (height, width), (h, w) = onto.shape[2:], patch.shape[2:]
    row, col = int(rows[0]), int(cols[0])
    if bool((rows == row).all()) and bool((cols == col).all()):
        top, left = max(row, 0), max(col, 0)
        bottom, right = min(row + h, height), min(col + w, width)
        onto[:, :, top:bottom, left:right] = patch[:, :, top - row : bottom - row, left - col : right - col]
        return onto
    for index, (row, col) in enumerate(zip(rows.tolist(), cols.tolist(), strict=True)):
        top, left = max(row, 0), max(col, 0)
        bottom, right = min(row + h, height), min(col + w, width)
        onto[index, :, top:bottom, left:right] = patch[index, :, top - row : bottom - row, left - col : right - col]
    return onto


def crop(
    patch: Patch, source: Tensor, tops: Tensor, lefts: Tensor, size: tuple[int, int], pad: tuple[int, int] = (0, 0)
) -> Tensor:
    """Returns the map with the patch on it, cut to regions of `size` at `tops`, `lefts` of `source`, which is the
    recorded map with `pad` rows and columns before it.
    """
    rows, cols = patch.tops + pad[0] - tops, patch.lefts + pad[1] - lefts
    if size == patch.size and not bool(rows.any()) and not bool(cols.any()):
        return patch.values
    return paste(gather(source, tops, lefts, size), patch.values, rows, cols)


def whole(patch: Patch, source: Tensor) -> Tensor:
    """Returns the full maps (B, C, H, W), or (B, H, W) of a single channel."""
    maps, values = (source, patch.values) if source.ndim == 4 else (source[:, None], patch.values[:, None])
    full = maps.new_empty(len(values), *maps.shape[1:]).to(memory_format=torch.channels_last).copy_(maps)
    return paste(full, values, patch.tops, patch.lefts).reshape(-1, *source.shape[1:])


@dataclass(frozen=True)
class Window:
    """How a convolution or a pooling slides along one axis.

    >>> Window(kernel=3, stride=2, padding=1).touched(torch.tensor([4]), 2, 8)
    (tensor([2]), 2)
    """

    kernel: int
    stride: int
    padding: int
    dilation: int = 1

    @property
    def extent(self) -> int:
        """Positions from the first tap to the last."""
        return self.dilation * (self.kernel - 1) + 1

    def touched(self, starts: Tensor, size: int, length: int) -> tuple[Tensor, int]:
        """Returns the first position and the number of positions of an output of `length` that see any of `size` inputs
        at `starts`.
        """
        first = (starts + self.padding - self.extent + self.stride).div(self.stride, rounding_mode="floor").clamp(min=0)
        last = (starts + size - 1 + self.padding).div(self.stride, rounding_mode="floor").clamp(max=length - 1)
        count = max(1, int((last - first).max()) + 1)
        return first.clamp(max=length - count), count

    def seen(self, starts: Tensor, size: int) -> tuple[Tensor, int]:
        """Returns the first padded input and the number of inputs that `size` outputs at `starts` see."""
        return starts * self.stride, (size - 1) * self.stride + self.extent

    def missing(self, inputs: int, outputs: int) -> int:
        """Returns the number of positions to add behind `inputs` padded in front, so that all `outputs` see
        something.
        """
        return max(0, (outputs - 1) * self.stride + self.extent - inputs - self.padding)


def padded(base: Tensor, axes: tuple[Window, Window], outputs: tuple[int, int], value: float) -> Tensor:
    """Returns the recorded map (1, C, H, W) with the operation's padding around it."""
    (height, width), (rows, cols) = base.shape[2:], axes
    after = rows.missing(height, outputs[0]), cols.missing(width, outputs[1])
    if not any((rows.padding, cols.padding, *after)):
        return base
    around = (cols.padding, after[1], rows.padding, after[0])
    return F.pad(base, around, value=value).contiguous(memory_format=torch.channels_last)
