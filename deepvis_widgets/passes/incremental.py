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
from torch import Tensor

from .convolution_kernel import ConvolutionKernel, folded
from .fusion import linear
from .patches import Patch, whole
from .region_operations import BINARY, HANDLERS, Value
from .regions import RecordedPass
from .replay import VIEWS, last_uses, needed
from .trace import Op, Program, replaced


class Incremental:
    """A traced pass over one picture, to be run again for windows of it.

    `program` is the trace of the pass, `wanted` the numbers of the values to be given. Batch norms become part of the
    convolutions before them, linear maps go by oneDNN. Weights are read now: what they become later does not show.

    >>> from deepvis_widgets.passes.patches import Patch
    >>> from deepvis_widgets.passes.trace import Trace
    >>> x, trace, filters = torch.zeros(1, 1, 8, 8), Trace(), torch.ones(1, 1, 3, 3)
    >>> trace.start(x)
    >>> with trace:
    ...     y = torch.nn.functional.conv2d(x, filters, padding=1)
    >>> number = trace.program.number(y)
    >>> passes = Incremental(trace.program, [number])
    >>> changed = Patch(torch.ones(1, 1, 2, 2), torch.tensor([3]), torch.tensor([3]), 0)
    >>> passes.run(changed)[number].size  # 2 × 2 changed pixels reach 4 × 4 outputs
    (4, 4)
    """

    def __init__(self, program: Program, wanted: Collection[int]) -> None:
        self.ops = [linear(op) for op in folded(needed(program.ops, wanted), wanted)]
        self.wanted = tuple(wanted)
        self.work = 0  # multiplications per window of the last run
        self._uses = last_uses(self.ops, self.wanted)
        self.recorded = RecordedPass(
            {number: _channels_last(program.values[number]) for number in _numbers(self.ops, wanted)},
            {op.outs[0]: made for op in self.ops if (made := ConvolutionKernel.of(op)) is not None},
            _owned(self.ops, self._uses),
        )

    def run(self, patch: Patch) -> dict[int, Value]:
        """Returns the wanted values for B windows: tensors (B, ...), or a Patch where only a region has changed."""
        values: dict[int, Value] = {0: patch}
        self.work = 0
        for place, op in enumerate(self.ops):
            self._store(values, op, self._step(op, values, len(patch.values)))
            self.work += _work(op, values)
            for number in self._uses[place]:
                values.pop(number, None)
        return {number: values[number] for number in self.wanted}

    def whole(self, value: Value) -> Tensor:
        """Returns a value as a tensor (B, ...)."""
        return whole(value, self.recorded.bases[value.base]) if isinstance(value, Patch) else value

    # --- one operation ---

    def _step(self, op: Op, values: dict[int, Value], count: int) -> Any:
        patches = [values[number] for number in op.ins if isinstance(values[number], Patch)]
        handler = HANDLERS.get(op.name) if patches else None
        found = None if handler is None else handler(self.recorded, op, values)
        if found is None:
            return self._plain(op, lambda number: self.whole(values[number]), count)
        return found

    def _plain(self, op: Op, value: Callable[[int], Tensor], count: int) -> Any:
        """Returns what the operation makes of whole values."""
        convolution = self.recorded.convolutions.get(op.outs[0])
        if convolution is not None:
            return convolution(value(op.ins[0]), convolution.padding)
        if op.name == "relu" and op.ins[0] in self.recorded.owned:
            return torch.relu_(value(op.ins[0]))
        args = replaced(op.args, value)
        if op.name == "as_strided" and tuple(args[1]) == self.recorded.bases[op.ins[0]].shape:
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


def _channels_last(x: Tensor) -> Tensor:
    return x.contiguous(memory_format=torch.channels_last) if x.ndim == 4 else x


def _numbers(ops: list[Op], wanted: Collection[int]) -> set[int]:
    """Returns the numbers of the values that are needed or made."""
    return {0, *wanted, *(number for op in ops for number in (*op.ins, *op.outs) if number >= 0)}


def _work(op: Op, values: dict[int, Value]) -> int:
    """Returns the multiplications of a convolution or linear map per window."""
    weights = [arg for arg in op.args if isinstance(arg, Tensor) and arg.ndim > 1]
    out = values[op.outs[0]]
    if not weights or op.name not in ("convolution", "addmm", "mm", "_linear_pointwise"):
        return 0
    outputs = (out.values if isinstance(out, Patch) else out)[0]
    return weights[0].numel() * (math.prod(outputs.shape[1:]) if outputs.ndim == 3 else 1)


def _owned(ops: list[Op], ends: list[list[int]]) -> set[int]:
    """Returns values that an operation made in memory of its own, and only one other takes."""
    made = {op.outs[0] for op in ops if op.name in ("convolution", "native_batch_norm", *BINARY)}
    taken = Counter(number for op in ops for number in op.ins)
    ended = {number for numbers in ends for number in numbers}
    return {number for number in made & ended if taken[number] == 1}
