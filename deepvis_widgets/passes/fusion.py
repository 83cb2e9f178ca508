"""Fused convolutions: batch norm folded in, the rectifier taken along, weights packed by oneDNN; and linear maps by
oneDNN, which reads the weights faster than the BLAS routine for few pictures.

Works on the operations of a traced pass, so the network they came from is left alone.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor

from .operation_calls import BatchNormCall, ConvolutionCall
from .trace import Op, Ref

NOTHING = "none"

# the value it takes, the convolution, the most that its rectifier lets through (None: it has none), the value it makes
Make = Callable[[int, ConvolutionCall, float | None, int], Op]


def fused(ops: list[Op], wanted: Collection[int], values: Sequence[Tensor]) -> list[Op]:
    """Returns the operations that make the values `wanted`, every float32 convolution of maps on the CPU fused and
    packed, for maps as large as the traced `values`: packed for others, weights may be brought into another order in
    every pass.

    Rounding aside all values stay what they were. Weights are read now: what they become later does not show.
    """
    if not has_fused_convolutions():
        return ops
    return [linear(op) for op in with_fused(ops, wanted, partial(_fused, values))]


def has_fused_convolutions() -> bool:
    """Returns whether PyTorch was built with oneDNN."""
    return hasattr(torch.ops.mkldnn, "_convolution_pointwise")


def with_fused(ops: list[Op], wanted: Collection[int], make: Make) -> list[Op]:
    """Returns the operations that make the values `wanted`, with what `make` gives in the place of every convolution
    that can be fused, its batch norm folded in, and of its rectifier.
    """
    taken = Counter([number for op in ops for number in op.ins] + list(wanted))
    takers = {number: op for op in ops for number in op.ins if taken[number] == 1}
    made: list[Op] = []
    swallowed: set[Op] = set()
    for op in ops:
        if op in swallowed:
            continue
        call = _plain_convolution(op)
        followers = [] if call is None else _followers(op, takers)
        made.append(op if call is None else _made(op, call, followers, make))
        swallowed.update(followers)
    return made


def _made(convolution: Op, call: ConvolutionCall, followers: list[Op], make: Make) -> Op:
    for norm in filter(None, map(fixed_norm, followers)):
        call = with_norm(call, norm)
    most = most_of(followers[-1]) if followers else None
    return make(convolution.ins[0], call, most, [convolution, *followers][-1].outs[0])


def linear(op: Op) -> Op:
    """Returns a linear map of float32 rows on the CPU by oneDNN; any other operation as it is."""
    if op.name != "addmm" or op.kwargs or not hasattr(torch.ops.mkldnn, "_linear_pointwise"):
        return op
    bias, x, weight = op.args
    if not isinstance(x, Ref) or not all(isinstance(part, Tensor) and _is_plain(part) for part in (bias, weight)):
        return op
    args: tuple[Any, ...] = (x, weight.detach().t().contiguous(), bias.detach(), NOTHING, [], "")
    return Op(torch.ops.mkldnn._linear_pointwise.default, args, {}, op.outs)


def _plain_convolution(op: Op) -> ConvolutionCall | None:
    """Returns the convolution that this is; None where it is none that can be fused."""
    call = ConvolutionCall.of(op)
    return call if call is not None and call.is_of_maps and _is_plain(call.weight) else None


def _is_plain(weight: Tensor) -> bool:
    return weight.dtype == torch.float32 and weight.device.type == "cpu"


def _followers(convolution: Op, takers: dict[int, Op]) -> list[Op]:
    """Returns the batch norm and the rectifier after it, as far as nobody else sees what comes between."""
    norm = takers.get(convolution.outs[0])
    found = [norm] if norm is not None and fixed_norm(norm) is not None else []
    rectifier = takers.get((found or [convolution])[-1].outs[0])
    return found + ([rectifier] if rectifier is not None and most_of(rectifier) is not None else [])


def most_of(op: Op) -> float | None:
    """Returns the most that a rectifier lets through, infinity where it has no bound; None where this is none."""
    if op.name == "relu":
        return math.inf
    if op.name != "hardtanh" or op.kwargs or len(op.args) != 3 or op.args[1] != 0 or not op.args[2] > 0:
        return None
    return float(op.args[2])


def fixed_norm(op: Op) -> BatchNormCall | None:
    """Returns the batch norm by statistics of its own that this is; None where it is none."""
    call = BatchNormCall.of(op)
    return call if call is not None and call.is_fixed else None


def _fused(values: Sequence[Tensor], taken: int, call: ConvolutionCall, most: float | None, made: int) -> Op:
    weight = call.weight.detach().contiguous(memory_format=torch.channels_last)
    sliding = call.padding, call.stride, call.dilation, call.groups
    packed = torch.ops.mkldnn._reorder_convolution_weight(weight, *sliding, list(values[taken].shape))
    args: tuple[Any, ...] = (call.input, packed, call.bias, *sliding, *after(most), "")
    return Op(torch.ops.mkldnn._convolution_pointwise.default, args, {}, (made,))


def after(most: float | None) -> tuple[str, list[float]]:
    """Returns what oneDNN calls a rectifier that lets through so much at most (None: there is none), and its bounds."""
    if most is None:
        return NOTHING, []
    return ("relu", []) if math.isinf(most) else ("hardtanh", [0.0, most])


def with_norm(call: ConvolutionCall, norm: BatchNormCall) -> ConvolutionCall:
    """Returns the convolution that gives what the batch norm makes of this one, its weights computed in float64."""
    scale = (norm.variance.double() + norm.epsilon).rsqrt() * (1 if norm.gain is None else norm.gain.double())
    offset = (0 if call.bias is None else call.bias.double()) - norm.mean.double()
    bias: Tensor = offset * scale + (0 if norm.shift is None else norm.shift.double())
    weight = (call.weight.double() * scale.view(-1, 1, 1, 1)).to(call.weight.dtype)
    return call._replace(weight=weight, bias=bias.to(call.weight.dtype))
