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

from .patches import Patch, Window, crop, gather, padded, whole
from .trace import Op, Program, Ref, replaced

COVERED = 0.8  # a region that covers this share of a map is no cheaper than the whole map
Value = Any  # Tensor (B, ...) computed in full, or Patch

# what acts on every position of a map by itself, whichever further arguments it has
POINTWISE = {
    "hardtanh", "hardswish", "hardsigmoid", "silu", "sigmoid", "gelu", "tanh", "leaky_relu", "elu", "softplus",
    "mish", "clamp", "clamp_min", "clamp_max", "clone", "detach", "alias", "neg", "abs", "exp", "sqrt", "pow",
    "native_batch_norm", "_native_batch_norm_legit_no_training", "cudnn_batch_norm",
}  # fmt: skip
VIEWS = {"view", "_unsafe_view"}
BINARY = {"add", "sub", "mul", "div", "maximum", "minimum"}
CHANNELWISE = {"select", "slice", "split", "unsqueeze", "split_with_sizes"}  # on dimension 1, the channels


class Incremental:
    """A traced pass over one picture, to be run again for windows of it.

    `program` is the trace of a pass over `x` (1, C, H, W), `wanted` the numbers of the values to be given. Raises
    Untraceable where the program cannot be run again for another number of pictures.
    """

    def __init__(self, program: Program, x: Tensor, wanted: Collection[int]) -> None:
        self.ops = [_prepared(op) for op in _needed(program.ops, wanted)]
        self.wanted = tuple(wanted)
        self.work = 0  # multiplications per window of the last run
        self.bases: dict[int, Tensor] = {0: _last(x)}
        self._padded: dict[int, Tensor] = {}
        self._uses = _last_uses(self.ops, self.wanted)
        self.owned = _owned(self.ops, self._uses)
        for op in self.ops:
            self._store(self.bases, op, self._plain(op, self.bases.__getitem__, 1))

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
        handler = _HANDLERS.get(op.name) if patches else None
        found = None if handler is None else handler(self, op, values)
        if found is None:
            return self._plain(op, lambda number: self.whole(values[number]), count)
        return found

    def _plain(self, op: Op, value: Callable[[int], Tensor], count: int) -> Any:
        """The operation on whole values."""
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


def _union(starts: list[Tensor], sizes: list[int], length: int) -> tuple[Tensor, int]:
    first = torch.stack(starts).amin(0)
    last = torch.stack([start + size for start, size in zip(starts, sizes, strict=True)]).amax(0)
    count = int((last - first).max())
    return first.clamp(max=length - count), count


# --- operations on patches; None: not here, take the whole map ---


def _convolution(run: Incremental, op: Op, values: dict[int, Value]) -> Patch | None:
    x, weight, bias, stride, padding, dilation, transposed, _, groups = op.args
    if transposed or weight.ndim != 4:
        return None
    axes = _axes(weight.shape[2:], stride, padding, dilation)
    found = run.window(values[x.index], op, axes, 0.0)
    if found is None:
        return None
    region, tops, lefts = found
    return Patch(F.conv2d(region, weight, bias, stride, 0, dilation, groups), tops, lefts, op.outs[0])


def _max_pool(run: Incremental, op: Op, values: dict[int, Value]) -> tuple[Patch] | None:
    x, kernel, stride, padding, dilation, *_ = _filled(op.args, (None, None, [], 0, 1))
    axes = _axes(kernel, stride or kernel, padding, dilation)
    found = run.window(values[x.index], op, axes, float("-inf"))
    if found is None:
        return None
    region, tops, lefts = found
    return (Patch(F.max_pool2d(region, kernel, stride, 0, dilation), tops, lefts, op.outs[0]),)


def _avg_pool(run: Incremental, op: Op, values: dict[int, Value]) -> Patch | None:
    x, kernel, stride, padding, _, include, divisor = _filled(op.args, (None, None, [], 0, False, True, None))
    axes = _axes(kernel, stride or kernel, padding, 1)
    base, output = run.bases[x.index], run.bases[op.outs[0]]
    beyond = any(
        axis.missing(i, o) > axis.padding for axis, i, o in zip(axes, base.shape[2:], output.shape[2:], strict=True)
    )
    if beyond or (not include and any(axis.padding for axis in axes)):
        return None  # at the border fewer inputs are averaged
    found = run.window(values[x.index], op, axes, 0.0)
    if found is None:
        return None
    region, tops, lefts = found
    return Patch(F.avg_pool2d(region, kernel, stride, 0, divisor_override=divisor), tops, lefts, op.outs[0])


def _relu(run: Incremental, op: Op, values: dict[int, Value]) -> Patch:
    """In place, where nobody else sees the values: that saves a copy after every convolution."""
    patch: Patch = values[op.args[0].index]
    rectify = torch.relu_ if op.args[0].index in run.owned else torch.relu
    return Patch(rectify(patch.values), patch.tops, patch.lefts, op.outs[0])


def _pointwise(run: Incremental, op: Op, values: dict[int, Value]) -> Any:
    x, *others = op.ins
    patch: Patch = values[x]
    if others or not isinstance(op.args[0], Ref):
        return None
    output = op.func(patch.values, *op.args[1:], **op.kwargs)
    made = [Patch(out, patch.tops, patch.lefts, number) for out, number in zip(_all(output), op.outs, strict=False)]
    return made if isinstance(output, tuple | list) else made[0]


def _channelwise(run: Incremental, op: Op, values: dict[int, Value]) -> Any:
    dim = op.args[2] if op.name.startswith("split") and len(op.args) > 2 else op.args[1]
    return _pointwise(run, op, values) if dim == 1 else None


def _binary(run: Incremental, op: Op, values: dict[int, Value]) -> Patch | None:
    """Two maps, or a map and a constant that is the same at every position."""
    given = [values[arg.index] if isinstance(arg, Ref) else arg for arg in op.args[:2]]
    patches = [value for value in given if isinstance(value, Patch)]
    if len(patches) == 2 and len({run.bases[patch.base].shape for patch in patches}) == 1:
        cut, tops, lefts = run.aligned(patches)
    elif len(op.ins) == 1 and not any(_spatial(value) for value in given if not isinstance(value, Patch)):
        tops, lefts = patches[0].tops, patches[0].lefts
        cut = [value.values if isinstance(value, Patch) else value for value in given]
    else:
        return None
    return Patch(op.func(*cut, *op.args[2:], **op.kwargs), tops, lefts, op.outs[0])


def _spatial(constant: Any) -> bool:
    """Whether a constant differs from position to position."""
    return isinstance(constant, Tensor) and constant.numel() > 1 and constant.shape[-2:] != (1, 1)


def _cat(run: Incremental, op: Op, values: dict[int, Value]) -> Patch | None:
    parts = [values[part.index] if isinstance(part, Ref) else part for part in op.args[0]]
    if op.args[1:] != (1,) or not all(isinstance(part, Patch) for part in parts):
        return None
    cut, tops, lefts = run.aligned(parts)
    return Patch(torch.cat(cut, 1), tops, lefts, op.outs[0])


def _mean(run: Incremental, op: Op, values: dict[int, Value]) -> Value:
    """The mean of a map: the recorded one and what the region adds to it."""
    if op.name == "mean":
        keep = len(op.args) > 2 and bool(op.args[2])
        if sorted(dim % 4 for dim in op.args[1]) != [2, 3]:
            return None
    else:
        keep = True
        if list(op.args[1]) != [1, 1]:
            return _same_size(op, run, values)
    patch: Patch = values[op.args[0].index]
    base = run.bases[patch.base]
    if base.ndim != 4:
        return None
    old = gather(base, patch.tops, patch.lefts, patch.size)
    change = (patch.values - old).sum((2, 3), keepdim=True) / (base.shape[2] * base.shape[3])
    mean = base.mean((2, 3), keepdim=True) + change
    return mean if keep else mean.flatten(1)


def _same_size(op: Op, run: Incremental, values: dict[int, Value]) -> Any:
    """Adaptive pooling to the size the map has already leaves it alone."""
    patch: Patch = values[op.args[0].index]
    if tuple(op.args[1]) != tuple(run.bases[patch.base].shape[2:]):
        return None
    return Patch(patch.values, patch.tops, patch.lefts, op.outs[0])


_HANDLERS: dict[str, Callable[[Incremental, Op, dict[int, Value]], Any]] = {
    "convolution": _convolution,
    "max_pool2d_with_indices": _max_pool,
    "avg_pool2d": _avg_pool,
    "cat": _cat,
    "mean": _mean,
    "_adaptive_avg_pool2d": _mean,
    "relu": _relu,
    **dict.fromkeys(POINTWISE, _pointwise),
    **dict.fromkeys(BINARY, _binary),
    **dict.fromkeys(CHANNELWISE, _channelwise),
}


def _axes(kernel: Any, stride: Any, padding: Any, dilation: Any) -> tuple[Window, Window]:
    pairs = [
        (value, value) if isinstance(value, int) else (value[0], value[-1])
        for value in (kernel, stride, padding, dilation)
    ]
    return Window(*(pair[0] for pair in pairs)), Window(*(pair[1] for pair in pairs))


def _filled(args: tuple[Any, ...], defaults: tuple[Any, ...]) -> tuple[Any, ...]:
    """Arguments, and the defaults of those not given."""
    return args + defaults[len(args) :]


def _all(output: Any) -> list[Any]:
    return list(output) if isinstance(output, tuple | list) else [output]


def _last(x: Tensor) -> Tensor:
    return x.contiguous(memory_format=torch.channels_last)


def _prepared(op: Op) -> Op:
    """A convolution with its weights in the order of memory that maps have."""
    if op.name != "convolution" or not isinstance(op.args[1], Tensor) or op.args[1].ndim != 4:
        return op
    x, weight, *others = op.args
    return Op(op.func, (x, _last(weight), *others), op.kwargs, op.outs)


def _work(op: Op, values: dict[int, Value]) -> int:
    """Multiplications of a convolution or linear map per window."""
    weights = [arg for arg in op.args if isinstance(arg, Tensor) and arg.ndim > 1]
    out = values[op.outs[0]]
    if not weights or op.name not in ("convolution", "addmm", "mm"):
        return 0
    outputs = (out.values if isinstance(out, Patch) else out)[0]
    return weights[0].numel() * (math.prod(outputs.shape[1:]) if outputs.ndim == 3 else 1)


def _owned(ops: list[Op], ends: list[list[int]]) -> set[int]:
    """Values that an operation made in memory of its own, and only one other takes."""
    made = {op.outs[0] for op in ops if op.name in ("convolution", "native_batch_norm", *BINARY)}
    taken = Counter(number for op in ops for number in op.ins)
    ended = {number for numbers in ends for number in numbers}
    return {number for number in made & ended if taken[number] == 1}


def _needed(ops: list[Op], wanted: Collection[int]) -> list[Op]:
    """The operations that lead to the values wanted."""
    alive, kept = set(wanted), []
    for op in reversed(ops):
        if alive & set(op.outs):
            alive |= set(op.ins)
            kept.append(op)
    return kept[::-1]


def _last_uses(ops: list[Op], wanted: Collection[int]) -> list[list[int]]:
    """After each operation, the values nobody takes any more."""
    seen, ends = set(wanted), []
    for op in reversed(ops):
        ends.append([number for number in {*op.ins, *op.outs} if number not in seen])
        seen |= {*op.ins, *op.outs}
    return ends[::-1]
