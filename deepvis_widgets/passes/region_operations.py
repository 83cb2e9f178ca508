"""What single operations do to changed regions: the table that incremental passes look them up in.

Each takes the recorded pass, the operation and the values so far, and returns what comes out: a Patch, a tensor (B,
...) computed in full, or None where the operation is not local and needs the whole map.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from ..core.network.backward_rules import pair
from ..core.network.operations import OPERATIONS, Numbers, Positions, with_numbers, with_positions
from .patches import Patch, Window
from .regions import RecordedPass
from .trace import Op, Ref

Value = Any  # Tensor (B, ...) computed in full, or Patch

ELEMENTWISE = with_numbers(Numbers.FUNCTION, Numbers.SAME)
# what acts on every position of a map by itself, whichever further arguments it has
NORMS = with_positions(Positions.STATISTICS) & with_numbers(Numbers.NORM)
POINTWISE = NORMS | (with_positions(Positions.UNARY) & ELEMENTWISE)
BINARY = with_positions(Positions.BINARY) & with_numbers(
    Numbers.ADDITION, Numbers.SCALING, Numbers.CHOSEN, Numbers.FUNCTION
)
# these take channels where they are told to do so along dimension 1
CHANNELWISE = frozenset(name for name in with_positions(Positions.REARRANGED) if OPERATIONS[name].at is not None)


def _convolution(recorded: RecordedPass, op: Op, values: dict[int, Value]) -> Patch | None:
    convolution = recorded.convolutions.get(op.outs[0])
    if convolution is None or not isinstance(op.args[0], Ref):
        return None
    axes = _axes(convolution.weight.shape[2:], convolution.stride, convolution.padding, convolution.dilation)
    found = recorded.window(values[op.args[0].index], op, axes, 0.0)
    if found is None:
        return None
    region, tops, lefts = found
    return Patch(convolution(region, (0, 0)), tops, lefts, op.outs[0])


def _max_pool(recorded: RecordedPass, op: Op, values: dict[int, Value]) -> tuple[Patch] | None:
    x, kernel, stride, padding, dilation, *_ = _filled(op.args, (None, None, [], 0, 1))
    axes = _axes(kernel, stride or kernel, padding, dilation)
    found = recorded.window(values[x.index], op, axes, float("-inf"))
    if found is None:
        return None
    region, tops, lefts = found
    return (Patch(F.max_pool2d(region, kernel, stride, 0, dilation), tops, lefts, op.outs[0]),)


def _avg_pool(recorded: RecordedPass, op: Op, values: dict[int, Value]) -> Patch | None:
    x, kernel, stride, padding, _, include, divisor = _filled(op.args, (None, None, [], 0, False, True, None))
    axes = _axes(kernel, stride or kernel, padding, 1)
    base, output = recorded.bases[x.index], recorded.bases[op.outs[0]]
    beyond = any(
        axis.missing(i, o) > axis.padding for axis, i, o in zip(axes, base.shape[2:], output.shape[2:], strict=True)
    )
    if beyond or (not include and any(axis.padding for axis in axes)):
        return None  # at the border fewer inputs are averaged
    found = recorded.window(values[x.index], op, axes, 0.0)
    if found is None:
        return None
    region, tops, lefts = found
    return Patch(F.avg_pool2d(region, kernel, stride, 0, divisor_override=divisor), tops, lefts, op.outs[0])


def _relu(recorded: RecordedPass, op: Op, values: dict[int, Value]) -> Patch:
    """Rectifies in place, where nobody else sees the values: that saves a copy after every convolution."""
    patch: Patch = values[op.args[0].index]
    rectify = torch.relu_ if op.args[0].index in recorded.owned else torch.relu
    return Patch(rectify(patch.values), patch.tops, patch.lefts, op.outs[0])


def _pointwise(recorded: RecordedPass, op: Op, values: dict[int, Value]) -> Any:
    if not is_pointwise(op):
        return None
    patch: Patch = values[op.ins[0]]
    output = op.func(patch.values, *op.args[1:], **op.kwargs)
    made = [Patch(out, patch.tops, patch.lefts, number) for out, number in zip(_all(output), op.outs, strict=False)]
    return made if isinstance(output, tuple | list) else made[0]


def is_pointwise(op: Op) -> bool:
    """Returns whether an operation on one map does the same at every position of it, if it is one of POINTWISE."""
    bounds = () if op.name in NORMS else (*op.args[1:], *op.kwargs.values())
    return len(op.ins) == 1 and isinstance(op.args[0], Ref) and not any(map(_spatial, bounds))


def _channelwise(recorded: RecordedPass, op: Op, values: dict[int, Value]) -> Any:
    ndim = recorded.bases[op.ins[0]].ndim
    beyond = int(op.name == "unsqueeze")  # counts the dimensions of what comes out
    dims = OPERATIONS[op.name].dims(op.args, op.kwargs, ndim + beyond)
    return _pointwise(recorded, op, values) if dims == (1 - ndim - beyond,) else None


def _binary(recorded: RecordedPass, op: Op, values: dict[int, Value]) -> Patch | None:
    """Combines two maps, or a map and a constant that is the same at every position."""
    given = [values[arg.index] if isinstance(arg, Ref) else arg for arg in op.args[:2]]
    patches = [value for value in given if isinstance(value, Patch)]
    if len(patches) == 2 and len({recorded.bases[patch.base].shape for patch in patches}) == 1:
        cut, tops, lefts = recorded.aligned(patches)
    elif len(op.ins) == 1 and not any(_spatial(value) for value in given if not isinstance(value, Patch)):
        tops, lefts = patches[0].tops, patches[0].lefts
        cut = [value.values if isinstance(value, Patch) else value for value in given]
    else:
        return None
    return Patch(op.func(*cut, *op.args[2:], **op.kwargs), tops, lefts, op.outs[0])


def _spatial(constant: Any) -> bool:
    """Returns whether a constant differs from position to position."""
    return isinstance(constant, Tensor) and constant.numel() > 1 and constant.shape[-2:] != (1, 1)


def _pad(recorded: RecordedPass, op: Op, values: dict[int, Value]) -> Patch | None:
    before = padding_before(op)
    if before is None or recorded.bases[op.args[0].index].ndim != 4:
        return None
    patch: Patch = values[op.args[0].index]
    return Patch(patch.values, patch.tops + before[0], patch.lefts + before[1], op.outs[0])


def padding_before(op: Op) -> tuple[int, int] | None:
    """Returns how many rows and columns a padding lays before a map; None where it cuts, or pads channels."""
    pads = [*op.args[1], 0, 0][:4]
    return None if len(op.args[1]) > 4 or min(pads) < 0 else (pads[2], pads[0])


def _cat(recorded: RecordedPass, op: Op, values: dict[int, Value]) -> Patch | None:
    parts = [values[part.index] if isinstance(part, Ref) else part for part in op.args[0]]
    if op.args[1:] != (1,) or not all(isinstance(part, Patch) for part in parts):
        return None
    cut, tops, lefts = recorded.aligned(parts)
    return Patch(torch.cat(cut, 1), tops, lefts, op.outs[0])


def _mean(recorded: RecordedPass, op: Op, values: dict[int, Value]) -> Value:
    """Returns the mean of a map: the recorded one and what the region adds to it."""
    if not is_global_mean(op):
        return None if op.name == "mean" else _same_size(op, recorded, values)
    patch: Patch = values[op.args[0].index]
    base, mean = recorded.bases[patch.base], recorded.bases[op.outs[0]]
    if base.ndim != 4:
        return None
    change = patch.values.sum((2, 3)) - recorded.sums(patch.base, patch.tops, patch.lefts, patch.size)
    return mean + (change / base.shape[2:].numel()).view(-1, *mean.shape[1:])


def is_global_mean(op: Op) -> bool:
    """Returns whether an operation gives the mean of every map."""
    if op.name == "_adaptive_avg_pool2d":
        return list(op.args[1]) == [1, 1]
    return op.name == "mean" and sorted(dim % 4 for dim in op.args[1]) == [2, 3]


def _same_size(op: Op, recorded: RecordedPass, values: dict[int, Value]) -> Any:
    """Adaptive pooling to the size the map has already leaves it alone."""
    patch: Patch = values[op.args[0].index]
    if tuple(op.args[1]) != tuple(recorded.bases[patch.base].shape[2:]):
        return None
    return Patch(patch.values, patch.tops, patch.lefts, op.outs[0])


HANDLERS: dict[str, Callable[[RecordedPass, Op, dict[int, Value]], Any]] = {
    **dict.fromkeys(POINTWISE, _pointwise),
    **dict.fromkeys(BINARY, _binary),
    **dict.fromkeys(CHANNELWISE, _channelwise),
    "convolution": _convolution,
    "max_pool2d_with_indices": _max_pool,
    "avg_pool2d": _avg_pool,
    "cat": _cat,
    "constant_pad_nd": _pad,
    "mean": _mean,
    "_adaptive_avg_pool2d": _mean,
    "relu": _relu,
}


def _axes(*arguments: Any) -> tuple[Window, Window]:
    """Returns how an operation looks at rows and columns: its kernel, stride, padding and dilation."""
    rows, cols = zip(*map(pair, arguments), strict=True)
    return Window(*rows), Window(*cols)


def _filled(args: tuple[Any, ...], defaults: tuple[Any, ...]) -> tuple[Any, ...]:
    """Returns the arguments, and the defaults of those not given."""
    return args + defaults[len(args) :]


def _all(output: Any) -> list[Any]:
    return list(output) if isinstance(output, tuple | list) else [output]
