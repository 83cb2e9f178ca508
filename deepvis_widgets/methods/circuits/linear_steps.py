"""Single operations of a pass that are affine in what they take: what each number of their input adds to the output."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from ...core.network.operations import OPERATIONS, Numbers
from ...passes.fusion import fixed_norm
from ...passes.operation_calls import ConvolutionCall
from ...passes.trace import Op, Ref, replaced

# elementary operations that the table of operations does not name
_ELEMENTARY = {
    Numbers.WEIGHTED: "convolution linear",
    Numbers.PRODUCT: "addmm addmv addbmm baddbmm mv",
    Numbers.SUM: """
        _adaptive_avg_pool2d upsample_nearest1d upsample_nearest2d _upsample_nearest_exact2d upsample_bilinear2d
        _upsample_bilinear2d_aa upsample_bicubic2d
        """,
    Numbers.SAME: "_unsafe_view as_strided _to_copy _reshape_alias lift_fresh",
    Numbers.MOVED: "index _unsafe_index",
    Numbers.FILLED: "constant_pad_nd reflection_pad2d replication_pad2d",
}
_NAMED = {name: numbers for numbers, names in _ELEMENTARY.items() for name in names.split()}
MIXING = (Numbers.WEIGHTED, Numbers.PRODUCT)  # what a layer's weights do
CARRYING = (Numbers.SAME, Numbers.MOVED, Numbers.SUM, Numbers.CHOSEN, Numbers.FILLED)  # poolings, views, padding
JOINT = (*CARRYING, Numbers.ADDITION, Numbers.JOINED)
WITHOUT_CONSTANT = (Numbers.SAME, Numbers.MOVED, Numbers.SUM, Numbers.CHOSEN, Numbers.SCALING)


def numbers_of(op: Op) -> Numbers:
    """Returns what an operation does with numbers."""
    if op.name in _NAMED:
        return _NAMED[op.name]
    return OPERATIONS[op.name].numbers if op.name in OPERATIONS else Numbers.OTHER


def is_affine(op: Op) -> bool:
    """Returns whether an operation is affine in the values of the pass that it takes, all of them together; the largest
    of several counts, as the one that was chosen.
    """
    numbers = numbers_of(op)
    if numbers in JOINT:
        return True
    if len(op.ins) != 1:
        return False
    if numbers is Numbers.NORM:
        return fixed_norm(op) is not None
    if numbers is Numbers.SCALING:
        return "div" not in op.name or isinstance(op.args[0], Ref)
    return numbers in MIXING or op.name == "neg"


def back(op: Op, values: Sequence[Tensor], arrived: Mapping[int, Tensor]) -> tuple[dict[int, Tensor], float]:
    """Returns what a sum Σ arrived · output of an affine operation's outputs is: Σ message · input + a constant.

    The messages come by the number of the input, shaped like it.

    >>> from ...passes.trace import Trace
    >>> x, trace = torch.tensor([[1.0, 2.0]]), Trace()
    >>> trace.start(x)
    >>> with trace:
    ...     y = torch.nn.functional.linear(x, torch.tensor([[3.0, 1.0]]), torch.tensor([0.5]))
    >>> messages, constant = back(trace.program.ops[-1], trace.program.values, {1: torch.ones(1, 1)})
    >>> messages[0].tolist(), constant
    ([[3.0, 1.0]], 0.5)
    """
    call = ConvolutionCall.of(op)
    if call is not None and call.is_of_maps:
        return _through_convolution(call, values, arrived[op.outs[0]])
    inputs = {number: values[number] for number in op.ins if values[number].is_floating_point()}
    with torch.inference_mode(False), torch.enable_grad():
        leaves = {number: value.detach().requires_grad_() for number, value in inputs.items()}
        outputs, messages = _pairs(op, values, leaves, arrived)
        found = torch.autograd.grad(outputs, list(leaves.values()), messages, allow_unused=True)
    sent = {number: grad for number, grad in zip(leaves, found, strict=True) if grad is not None}
    return sent, 0.0 if numbers_of(op) in WITHOUT_CONSTANT else _constant(op, values, inputs, arrived)


def _through_convolution(
    call: ConvolutionCall, values: Sequence[Tensor], message: Tensor
) -> tuple[dict[int, Tensor], float]:
    number = call.input.index
    stride, padding, dilation = (tuple(pair) for pair in (call.stride, call.padding, call.dilation))
    shape, weight = values[number].shape, call.weight.detach()
    sent = torch.nn.grad.conv2d_input(shape, weight, message, stride, padding, dilation, call.groups)  # type: ignore
    constant = 0.0 if call.bias is None else float((message.sum((0, 2, 3)) * call.bias.detach()).sum())
    return {number: sent}, constant


def _constant(op: Op, values: Sequence[Tensor], inputs: Mapping[int, Tensor], arrived: Mapping[int, Tensor]) -> float:
    """What the operation makes of zeros."""
    zeros = {number: torch.zeros_like(value) for number, value in inputs.items()}
    with torch.inference_mode(False), torch.no_grad():
        outputs, messages = _pairs(op, values, zeros, arrived)
        return sum(float((out * message).sum()) for out, message in zip(outputs, messages, strict=True))


def _pairs(
    op: Op, values: Sequence[Tensor], inputs: Mapping[int, Tensor], arrived: Mapping[int, Tensor]
) -> tuple[list[Tensor], list[Tensor]]:
    """What an operation makes of these inputs, and the messages that arrived there."""

    def value(number: int) -> Tensor:
        return inputs[number] if number in inputs else values[number]

    made: Any = op.func(*replaced(op.args, value), **replaced(op.kwargs, value))
    outputs = made if isinstance(made, tuple | list) else (made,)
    numbered = [(out, arrived[number]) for number, out in zip(op.outs, outputs, strict=False) if number in arrived]
    return [out for out, _ in numbered], [message for _, message in numbered]
