"""Passes over pictures that differ from a recorded one inside a window: only what the window touches is computed anew.

The idea is Krypton's (Nakandala, Kumar & Papakonstantinou, SIGMOD 2019). The result is exact: a region grows from layer
to layer as the receptive fields demand, and where it would cover most of a map, or an operation is not local, the whole
map is put together and the pass goes on as usual.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from .convolution_kernel import Convolution, folded
from .fusion import linear
from .patches import Patch, Window, crop, padded, whole
from .region_operations import BINARY, HANDLERS, Value
from .replay import VIEWS, last_uses, needed
from .trace import Op, Program, replaced

Place = Tensor | int
COVERED = 0.8  # a region that covers this share of a map is no cheaper than the whole map


class Incremental:
    """A traced pass over one picture, to be run again for windows of it.

    `program` is the trace of the pass, `wanted` the numbers of the values to be given. Batch norms become part of the
    convolutions before them, linear maps go by oneDNN. Weights are read now: what they become later does not show.
    """

    def __init__(self, program: Program, wanted: Collection[int]) -> None:
        self.ops = [linear(op) for op in folded(needed(program.ops, wanted), wanted)]
        self.wanted = tuple(wanted)
        self.work = 0  # multiplications per window of the last run
        self.bases = {number: _last(program.values[number]) for number in _numbers(self.ops, wanted)}
        self.convolutions = {op.outs[0]: made for op in self.ops if (made := Convolution.of(op)) is not None}
        self._padded: dict[int, Tensor] = {}
        self._tables: dict[int, Tensor] = {}
        self._uses = last_uses(self.ops, self.wanted)
        self.owned = _owned(self.ops, self._uses)

    def run(self, patch: Patch) -> dict[int, Value]:
        """The wanted values for B windows: tensors (B, ...), or a Patch where only a region has changed."""
        values: dict[int, Value] = {0: patch}
        self.work = 0
        for place, op in enumerate(self.ops):
            self._store(values, op, self._step(op, values, len(patch.values)))
            self.work += _work(op, values)
            for number in self._uses[place]:
                values.pop(number, None)
        return {number: values[number] for number in self.wanted}

    def whole(self, value: Value) -> Tensor:
        """A value as a tensor (B, ...)."""
        return whole(value, self.bases[value.base]) if isinstance(value, Patch) else value

    # --- one operation ---

    def _step(self, op: Op, values: dict[int, Value], count: int) -> Any:
        patches = [values[number] for number in op.ins if isinstance(values[number], Patch)]
        handler = HANDLERS.get(op.name) if patches else None
        found = None if handler is None else handler(self, op, values)
        if found is None:
            return self._plain(op, lambda number: self.whole(values[number]), count)
        return found

    def _plain(self, op: Op, value: Callable[[int], Tensor], count: int) -> Any:
        """The operation on whole values."""
        if op.outs[0] in self.convolutions:
            convolution = self.convolutions[op.outs[0]]
            return convolution(value(op.ins[0]), convolution.padding)
        if op.name == "relu" and op.ins[0] in self.owned:
            return torch.relu_(value(op.ins[0]))
        args = replaced(op.args, value)
        if op.name == "as_strided" and tuple(args[1]) == self.bases[op.ins[0]].shape:
            return args[0]  # only says in which order a map of one position lies in memory
        if op.name in VIEWS:  # of one picture when it was traced; and maps may lie in memory in another order now
            first, *rest = args[1]
            return args[0].reshape(first * count, *rest)
        return op.func(*args, **replaced(op.kwargs, value))

    def _store(self, values: dict[int, Value], op: Op, output: Any) -> None:
        outputs = output if isinstance(output, tuple | list) else (output,)
        for number, out in zip(op.outs, outputs, strict=False):
            if number >= 0:
                values[number] = out

    # --- what handlers ask ---

    def window(
        self, patch: Patch, op: Op, axes: tuple[Window, Window], fill: float
    ) -> tuple[Tensor, Tensor, Tensor] | None:
        """The inputs (B, C, h, w) that the touched outputs of a sliding operation see, padding included, and where
        those outputs begin; None where they cover most of the map.
        """
        height, width = self.bases[op.outs[0]].shape[2:]
        tops, rows = axes[0].touched(patch.tops, patch.size[0], height)
        lefts, cols = axes[1].touched(patch.lefts, patch.size[1], width)
        if rows * cols >= COVERED * height * width:
            return None
        if op.outs[0] not in self._padded:
            self._padded[op.outs[0]] = padded(self.bases[patch.base], axes, (height, width), fill)
        (first_row, h), (first_col, w) = axes[0].seen(tops, rows), axes[1].seen(lefts, cols)
        pad = (axes[0].padding, axes[1].padding)
        return crop(patch, self._padded[op.outs[0]], first_row, first_col, (h, w), pad), tops, lefts

    def aligned(self, patches: list[Patch]) -> tuple[list[Tensor], Tensor, Tensor]:
        """The same regions of several maps, large enough for all of their patches."""
        size = self.bases[patches[0].base].shape[2:]
        tops, rows = _union([patch.tops for patch in patches], [patch.size[0] for patch in patches], size[0])
        lefts, cols = _union([patch.lefts for patch in patches], [patch.size[1] for patch in patches], size[1])
        cut = [crop(patch, self.bases[patch.base], tops, lefts, (rows, cols)) for patch in patches]
        return cut, tops, lefts

    def recorded_sums(self, number: int, tops: Place, lefts: Place, size: tuple[int, int]) -> Tensor:
        """(B, C): the sums of regions of a recorded map, from a table of the sums above and left of every place; (C,)
        of one region whose place is plain numbers.
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


def _last(x: Tensor) -> Tensor:
    return x.contiguous(memory_format=torch.channels_last) if x.ndim == 4 else x


def _numbers(ops: list[Op], wanted: Collection[int]) -> set[int]:
    """Of the values that are needed or made."""
    return {0, *wanted, *(number for op in ops for number in (*op.ins, *op.outs) if number >= 0)}


def _work(op: Op, values: dict[int, Value]) -> int:
    """Multiplications of a convolution or linear map per window."""
    weights = [arg for arg in op.args if isinstance(arg, Tensor) and arg.ndim > 1]
    out = values[op.outs[0]]
    if not weights or op.name not in ("convolution", "addmm", "mm", "_linear_pointwise"):
        return 0
    outputs = (out.values if isinstance(out, Patch) else out)[0]
    return weights[0].numel() * (math.prod(outputs.shape[1:]) if outputs.ndim == 3 else 1)


def _owned(ops: list[Op], ends: list[list[int]]) -> set[int]:
    """Values that an operation made in memory of its own, and only one other takes."""
    made = {op.outs[0] for op in ops if op.name in ("convolution", "native_batch_norm", *BINARY)}
    taken = Counter(number for op in ops for number in op.ins)
    ended = {number for numbers in ends for number in numbers}
    return {number for number in made & ended if taken[number] == 1}
