"""Incremental passes for one window at a time, as a drag needs them: the same arithmetic as for many, with places that
are plain numbers, since for one window finding the places would take longer than computing what is there.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from ..core.network.backward_rules import pair
from .convolution_kernel import ConvolutionKernel
from .incremental import Incremental
from .patches import Patch, Window
from .region_operations import POINTWISE, is_global_mean, is_pointwise, padding_before
from .regions import COVERED
from .trace import Op, Program, Ref

POOL: tuple[Any, ...] = (None, [], 0, 1)  # what a pooling is given where it is not said: stride, padding, dilation


@dataclass(eq=False, slots=True)
class Part:
    """The region of a map that differs from the recorded one, value number `base`: `values` (1, C, h, w) from row `top`
    and column `left`.
    """

    values: Tensor
    top: int
    left: int
    base: int


Value = Any  # Tensor, or Part
Step = Callable[[dict[int, Value]], Value]
Compute = Callable[[Tensor], Tensor]


class SingleWindow(Incremental):
    """A traced pass over one picture, to be run again for one window of it at a time."""

    def __init__(self, program: Program, wanted: Collection[int]) -> None:
        super().__init__(program, wanted)
        self._steps = [self._quick(op) for op in self.ops]

    def one(self, values: Tensor, top: int, left: int) -> dict[int, Tensor]:
        """Returns the wanted values (1, ...) where the input is `values` (1, C, h, w) from row `top` and column
        `left`.
        """
        found: dict[int, Value] = {0: Part(values, top, left, 0)}
        for op, step, ended in zip(self.ops, self._steps, self._uses, strict=True):
            if step is None:
                self._any(op, found)
            else:
                found[op.outs[0]] = step(found)
            for number in ended:
                found.pop(number, None)
        return {number: self._laid_out(found[number]) for number in self.wanted}

    def _laid_out(self, value: Value) -> Tensor:
        """Returns a value as a tensor (1, ...)."""
        if not isinstance(value, Part):
            tensor: Tensor = value
            return tensor
        base, (height, width) = self.recorded.bases[value.base], value.values.shape[-2:]
        full = base.clone()
        full[..., value.top : value.top + height, value.left : value.left + width] = value.values
        return full

    # --- one operation ---

    def _any(self, op: Op, found: dict[int, Value]) -> None:
        """Runs an operation in the way that serves every one and any number of windows."""
        given = {number: _as_patch(found[number]) for number in op.ins}
        made: dict[int, Value] = {}
        self._store(made, op, self._step(op, given, 1))
        found.update({number: _as_part(value) for number, value in made.items()})

    def _quick(self, op: Op) -> Step | None:
        """Returns the quick way to run an operation, None where there is only the one that serves all."""
        if any(self.recorded.bases[number].ndim != 4 for number in (*op.ins, op.outs[0])):
            return None
        convolution = self.recorded.convolutions.get(op.outs[0])
        if convolution is not None and isinstance(op.args[0], Ref):
            return self._convolution(op, convolution)
        if op.name == "max_pool2d_with_indices":
            return self._max_pool(op)
        if op.name == "relu":
            return self._relu(op)
        if op.name == "constant_pad_nd" and (before := padding_before(op)) is not None:
            return self._pad(op, before)
        if op.name in POINTWISE and is_pointwise(op) and len(op.outs) == 1:
            return self._pointwise(op)
        if op.name == "add" and len(op.ins) == 2 and len(op.args) == 2 and not op.kwargs:
            return self._together(op, op.ins, lambda cut: cut[0] + cut[1])
        if is_global_mean(op):
            return self._mean(op)
        if op.name == "cat" and op.args[1:] == (1,) and all(isinstance(arg, Ref) for arg in op.args[0]):
            return self._together(op, [part.index for part in op.args[0]], lambda cut: torch.cat(cut, 1))
        return None

    def _convolution(self, op: Op, conv: ConvolutionKernel) -> Step:
        axes = _axes(conv.weight.shape[2:], conv.stride, conv.padding, conv.dilation)
        # of a single window, Winograd's filters, four times the weights, are too many to read
        return self._sliding(op, axes, 0.0, lambda x: conv.direct(x, (0, 0)), lambda x: conv.direct(x, conv.padding))

    def _max_pool(self, op: Op) -> Step:
        kernel, stride, padding, dilation = (*op.args[1:5], *POOL[len(op.args) - 1 :])
        pool = partial(F.max_pool2d, kernel_size=kernel, stride=stride or kernel, dilation=dilation)
        axes = _axes(kernel, stride or kernel, padding, dilation)
        return self._sliding(op, axes, -math.inf, pool, lambda x: op.func(x, *op.args[1:])[0])

    def _sliding(self, op: Op, axes: tuple[Window, Window], fill: float, compute: Compute, complete: Compute) -> Step:
        """Returns the step of a convolution or a pooling: `compute` makes outputs of a region of padded inputs,
        `complete` of a map.
        """
        source, out, (rows, cols) = op.args[0].index, op.outs[0], axes
        height, width = self.recorded.bases[out].shape[2:]
        alone = all(axis == Window(1, 1, 0) for axis in axes)  # every position by itself

        def step(found: dict[int, Value]) -> Value:
            part = found[source]
            if not isinstance(part, Part):
                return complete(part)
            if alone:
                return Part(compute(part.values), part.top, part.left, out)
            top, tall = _touched(rows, part.top, part.values.shape[2], height)
            left, wide = _touched(cols, part.left, part.values.shape[3], width)
            if tall * wide >= COVERED * height * width:
                return complete(self._laid_out(part))
            seen = (tall - 1) * rows.stride + rows.extent, (wide - 1) * cols.stride + cols.extent
            begin = top * rows.stride, left * cols.stride
            region = _laid(
                self.recorded.padded(source, out, axes, fill), part, begin, seen, (rows.padding, cols.padding)
            )
            return Part(compute(region), top, left, out)

        return step

    def _relu(self, op: Op) -> Step:
        number, out = op.ins[0], op.outs[0]
        rectify = torch.relu_ if number in self.recorded.owned else torch.relu

        def step(found: dict[int, Value]) -> Value:
            part = found[number]
            return Part(rectify(part.values), part.top, part.left, out) if isinstance(part, Part) else rectify(part)

        return step

    def _pointwise(self, op: Op) -> Step:
        number, out = op.ins[0], op.outs[0]
        rest, named = op.args[1:], op.kwargs

        def step(found: dict[int, Value]) -> Value:
            part = found[number]
            if not isinstance(part, Part):
                return op.func(part, *rest, **named)
            return Part(op.func(part.values, *rest, **named), part.top, part.left, out)

        return step

    def _pad(self, op: Op, before: tuple[int, int]) -> Step:
        number, out, (rows, cols) = op.ins[0], op.outs[0], before

        def step(found: dict[int, Value]) -> Value:
            part = found[number]
            if not isinstance(part, Part):
                return op.func(part, *op.args[1:])
            return Part(part.values, part.top + rows, part.left + cols, out)

        return step

    def _mean(self, op: Op) -> Step:
        """Returns the step of a global mean: the recorded mean and what the region adds to it."""
        source = op.args[0].index
        mean, area = self.recorded.bases[op.outs[0]], self.recorded.bases[source].shape[2:].numel()

        def step(found: dict[int, Value]) -> Value:
            part = found[source]
            if not isinstance(part, Part):
                return part.mean((2, 3)).view_as(mean)
            height, width = part.values.shape[2:]
            change = part.values.sum((2, 3)) - self.recorded.sums(source, part.top, part.left, (height, width))
            return mean + (change / area).view_as(mean)

        return step

    def _together(self, op: Op, numbers: list[int], compute: Callable[[list[Tensor]], Tensor]) -> Step | None:
        """Returns the step of an operation on the same region of several maps; None where their sizes differ."""
        if len({self.recorded.bases[number].shape[2:] for number in numbers}) > 1:
            return None
        out = op.outs[0]

        def step(found: dict[int, Value]) -> Value:
            parts = [found[number] for number in numbers]
            if not all(isinstance(part, Part) for part in parts):
                return compute([self._laid_out(part) for part in parts])
            top, left = min(part.top for part in parts), min(part.left for part in parts)
            bottom = max(part.top + part.values.shape[2] for part in parts)
            right = max(part.left + part.values.shape[3] for part in parts)
            size = bottom - top, right - left
            return Part(
                compute([_laid(self.recorded.bases[p.base], p, (top, left), size) for p in parts]), top, left, out
            )

        return step


def _touched(axis: Window, start: int, size: int, length: int) -> tuple[int, int]:
    """Returns the first position and the number of positions of an output of `length` that see any of `size` inputs
    from `start`.
    """
    first = max(0, (start + axis.padding - axis.extent + axis.stride) // axis.stride)
    last = min(length - 1, (start + size - 1 + axis.padding) // axis.stride)
    count = max(1, last - first + 1)
    return min(first, length - count), count


def _axes(*sides: Any) -> tuple[Window, Window]:
    """Returns how an operation looks at rows and columns: its kernel, stride, padding and dilation."""
    rows, cols = zip(*map(pair, sides), strict=True)
    return Window(*rows), Window(*cols)


def _laid(
    source: Tensor, part: Part, begin: tuple[int, int], size: tuple[int, int], pad: tuple[int, int] = (0, 0)
) -> Tensor:
    """Returns the region of `size` from the row and column `begin` of `source`, the recorded map with `pad` rows and
    columns before it, with the part laid on it.
    """
    (first, start), (height, width), (h, w) = begin, size, part.values.shape[2:]
    row, col = part.top + pad[0] - first, part.left + pad[1] - start
    if (row, col, h, w) == (0, 0, height, width):
        return part.values
    region = source[:, :, first : first + height, start : start + width].clone(memory_format=torch.channels_last)
    onto = region[:, :, max(row, 0) : min(row + h, height), max(col, 0) : min(col + w, width)]
    onto.copy_(part.values[:, :, max(-row, 0) : height - row, max(-col, 0) : width - col])
    return region


def _as_patch(value: Value) -> Value:
    if not isinstance(value, Part):
        return value
    return Patch(value.values, torch.tensor([value.top]), torch.tensor([value.left]), value.base)


def _as_part(value: Value) -> Value:
    return Part(value.values, int(value.tops), int(value.lefts), value.base) if isinstance(value, Patch) else value
