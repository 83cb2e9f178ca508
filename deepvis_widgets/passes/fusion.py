"""Convolutions as processors like them: batch norm folded in, the rectifier taken along, weights packed by oneDNN; and
linear maps by oneDNN, which reads the weights faster than the BLAS routine for few pictures.

Works on the operations of a traced pass, so the network they came from is left alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from .trace import Op, Ref

NORMS = {"native_batch_norm", "_native_batch_norm_legit_no_training"}
RECTIFIER = "relu"
NOTHING = "none"


def fused(ops: list[Op], wanted: int, values: Sequence[Tensor]) -> list[Op]:
    """The operations that make the value `wanted`, every float32 convolution of maps on the CPU fused and packed, for
    maps as large as the traced `values`: packed for others, weights may be brought into another order in every pass.

    Rounding aside all values stay what they were. Weights are read now: what they become later does not show.
    """
    if not hasattr(torch.ops.mkldnn, "_convolution_pointwise"):  # PyTorch built without oneDNN
        return ops
    taken = Counter([number for op in ops for number in op.ins] + [wanted])
    takers = {number: op for op in ops for number in op.ins if taken[number] == 1}
    made: list[Op] = []
    swallowed: set[Op] = set()
    for op in ops:
        if op in swallowed:
            continue
        followers = _followers(op, takers) if _is_plain_convolution(op) else None
        made.append(op if followers is None else _fused(op, followers, values))
        swallowed.update(followers or ())
    return [linear(op) for op in made]


def linear(op: Op) -> Op:
    """A linear map of float32 rows on the CPU by oneDNN; any other operation as it is."""
    if op.name != "addmm" or op.kwargs or not hasattr(torch.ops.mkldnn, "_linear_pointwise"):
        return op
    bias, x, weight = op.args
    if not isinstance(x, Ref) or not all(isinstance(part, Tensor) and _is_plain(part) for part in (bias, weight)):
        return op
    args: tuple[Any, ...] = (x, weight.detach().t().contiguous(), bias.detach(), NOTHING, [], "")
    return Op(torch.ops.mkldnn._linear_pointwise.default, args, {}, op.outs)


def _is_plain_convolution(op: Op) -> bool:
    if op.name != "convolution":
        return False
    weight, transposed = op.args[1], op.args[6]
    return isinstance(weight, Tensor) and weight.ndim == 4 and not transposed and _is_plain(weight)


def _is_plain(weight: Tensor) -> bool:
    return weight.dtype == torch.float32 and weight.device.type == "cpu"


def _followers(convolution: Op, takers: dict[int, Op]) -> list[Op]:
    """The batch norm and the rectifier after it, as far as nobody else sees what comes between."""
    norm = takers.get(convolution.outs[0])
    found = [norm] if norm is not None and norm.name in NORMS and is_fixed(norm) else []
    rectifier = takers.get((found or [convolution])[-1].outs[0])
    return found + ([rectifier] if rectifier is not None and rectifier.name == RECTIFIER else [])


def is_fixed(norm: Op) -> bool:
    """Whether it uses the statistics it has, and not those of the batch."""
    return isinstance(norm.args[3], Tensor) and norm.args[5] is not True


def _fused(convolution: Op, followers: list[Op], values: Sequence[Tensor]) -> Op:
    x, weight, bias, stride, padding, dilation, _, _, groups = convolution.args
    for norm in followers:
        if norm.name in NORMS:
            weight, bias = with_norm(weight, bias, norm)
    weight = weight.detach().contiguous(memory_format=torch.channels_last)
    size = list(values[convolution.ins[0]].shape)
    packed = torch.ops.mkldnn._reorder_convolution_weight(weight, padding, stride, dilation, groups, size)
    after = RECTIFIER if followers and followers[-1].name == RECTIFIER else NOTHING
    args: tuple[Any, ...] = (x, packed, bias, padding, stride, dilation, groups, after, [], "")
    return Op(torch.ops.mkldnn._convolution_pointwise.default, args, {}, [convolution, *followers][-1].outs[:1])


def with_norm(weight: Tensor, bias: Tensor | None, norm: Op) -> tuple[Tensor, Tensor]:
    """Weight and bias of the convolution that gives what the batch norm makes of this one, computed in float64."""
    scale, shift, mean, variance, *_, epsilon = norm.args[1:]
    gain = (variance.double() + epsilon).rsqrt() * (1 if scale is None else scale.double())
    offset = (0 if bias is None else bias.double()) - mean.double()
    shifted: Tensor = offset * gain + (0 if shift is None else shift.double())
    return (weight.double() * gain.view(-1, 1, 1, 1)).to(weight.dtype), shifted.to(weight.dtype)
