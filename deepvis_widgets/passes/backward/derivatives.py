"""What the operations of a traced pass send back to their inputs, where that is known without autograd."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from ...core.network.backward_rules import DECONVNET, GUIDED, PLAIN, Rules
from ..fusion import fixed_norm
from ..operation_calls import BatchNormCall, ConvolutionCall
from ..trace import Op, Ref

aten = torch.ops.aten
Rectify = Callable[[Tensor, Tensor, float | None, bool], Tensor]
Sent = list[tuple[int, Tensor, bool]]


class Derivative(NamedTuple):
    """`keep(args, outputs)` is what the way back needs of an operation's pass, and `send(kept, gradient, spare)` what
    goes to its inputs: (number, gradient, whether that one is spare) each. A gradient that is spare may be overwritten:
    nobody else holds it.
    """

    keep: Callable[[Sequence[Any], Any], Any]
    send: Callable[[Any, Tensor, bool], Sent]


def derivative(op: Op, shapes: Callable[[int], torch.Size], rectify: Rectify) -> Derivative | None:
    """Returns the derivative of an operation whose values have these shapes, its rectifiers as `rectify` has them; None
    where only autograd knows it.
    """
    find = _TABLE.get(op.name)
    return None if find is None else find(op, shapes, rectify)


def _plain(gradient: Tensor, output: Tensor, upper: float | None, spare: bool) -> Tensor:
    if upper is not None:
        return aten.hardtanh_backward(gradient, output, 0, upper)  # type: ignore[no-any-return]
    if spare:
        return aten.threshold_backward.grad_input(gradient, output, 0, grad_input=gradient)  # type: ignore[no-any-return]
    return aten.threshold_backward(gradient, output, 0)  # type: ignore[no-any-return]


def _deconvnet(gradient: Tensor, output: Tensor, upper: float | None, spare: bool) -> Tensor:
    return gradient.clamp_(min=0) if spare else gradient.clamp(min=0)


def _guided(gradient: Tensor, output: Tensor, upper: float | None, spare: bool) -> Tensor:
    return _plain(gradient, output, upper, spare).clamp_(min=0)


RECTIFY: dict[Rules, Rectify] = {PLAIN: _plain, DECONVNET: _deconvnet, GUIDED: _guided}

Find = Callable[[Op, Callable[[int], torch.Size], Rectify], Derivative | None]


def _number(value: Any) -> int | None:
    return value.index if isinstance(value, Ref) else None


def _convolution(op: Op, shapes: Callable[[int], torch.Size], rectify: Rectify) -> Derivative | None:
    asked = ConvolutionCall.of(op)
    if asked is None or op.ins != [_number(asked.input)] or op.kwargs:
        return None
    number = asked.input.index

    def send(call: ConvolutionCall, gradient: Tensor, spare: bool) -> Sent:
        rest = call.stride, call.padding, call.dilation, call.transposed, call.output_padding, call.groups
        sent = aten.convolution_backward(gradient, call.input, call.weight, None, *rest, [True, False, False])[0]
        return [(number, sent, True)]

    return Derivative(lambda args, outputs: ConvolutionCall(*args), send)


def _batch_norm(op: Op, shapes: Callable[[int], torch.Size], rectify: Rectify) -> Derivative | None:
    asked = fixed_norm(op)
    if asked is None or op.ins != [_number(asked.input)] or op.kwargs:
        return None
    number = asked.input.index

    def keep(args: Sequence[Any], outputs: Any) -> BatchNormCall | None:
        return BatchNormCall.of(Op(op.func, tuple(args), {}, op.outs))

    def send(call: BatchNormCall, gradient: Tensor, spare: bool) -> Sent:
        numbers = call.gain, call.mean, call.variance, None, None, False, call.epsilon
        sent = aten.native_batch_norm_backward(gradient, call.input, *numbers, [True, False, False])[0]
        return [(number, sent, True)]

    return Derivative(keep, send)


def _rectifier(op: Op, shapes: Callable[[int], torch.Size], rectify: Rectify) -> Derivative | None:
    if op.name == "hardtanh" and (len(op.args) != 3 or op.args[1] != 0 or not op.args[2] > 0):
        return None
    number, upper = op.ins[0], float(op.args[2]) if op.name == "hardtanh" else None

    def send(output: Tensor, gradient: Tensor, spare: bool) -> Sent:
        return [(number, rectify(gradient, output, upper, spare), True)]

    return Derivative(lambda args, outputs: outputs, send)


def _max_pool(op: Op, shapes: Callable[[int], torch.Size], rectify: Rectify) -> Derivative | None:
    number = op.ins[0]
    defaults: tuple[Any, ...] = ([], [0, 0], [1, 1], False)  # of stride, padding, dilation, and rounding up

    def keep(args: Sequence[Any], outputs: Any) -> tuple[Any, ...]:
        x, kernel, *rest = args
        return x, kernel, *rest, *defaults[len(rest) :], outputs[1]

    def send(kept: tuple[Any, ...], gradient: Tensor, spare: bool) -> Sent:
        return [(number, aten.max_pool2d_with_indices_backward(gradient, *kept), True)]

    return Derivative(keep, send)


def _addmm(op: Op, shapes: Callable[[int], torch.Size], rectify: Rectify) -> Derivative | None:
    if op.kwargs or op.ins != [_number(op.args[1])]:
        return None
    number = op.ins[0]

    def send(weight: Tensor, gradient: Tensor, spare: bool) -> Sent:
        return [(number, gradient.mm(weight.t()), True)]

    return Derivative(lambda args, outputs: args[2], send)


def _add(op: Op, shapes: Callable[[int], torch.Size], rectify: Rectify) -> Derivative | None:
    numbers = op.ins
    if op.kwargs or len(numbers) != 2 or len(op.args) != 2 or any(shapes(n) != shapes(op.outs[0]) for n in numbers):
        return None
    return Derivative(lambda args, outputs: None, lambda _, gradient, spare: [(n, gradient, False) for n in numbers])


def _cat(op: Op, shapes: Callable[[int], torch.Size], rectify: Rectify) -> Derivative | None:
    parts, dim = op.args[0], op.args[1] if len(op.args) > 1 else 0
    if op.kwargs or not all(isinstance(part, Ref) for part in parts) or dim % len(shapes(op.outs[0])) == 0:
        return None
    sizes = [shapes(part.index)[dim] for part in parts]

    def send(_: None, gradient: Tensor, spare: bool) -> Sent:
        slices = gradient.split_with_sizes(sizes, dim)
        return [(part.index, piece, False) for part, piece in zip(parts, slices, strict=True)]

    return Derivative(lambda args, outputs: None, send)


def _mean(op: Op, shapes: Callable[[int], torch.Size], rectify: Rectify) -> Derivative | None:
    shape = shapes(op.ins[0])
    if op.kwargs or len(op.args) < 2 or not op.args[1] or any(dim % len(shape) == 0 for dim in op.args[1]):
        return None
    number, dims = op.ins[0], sorted(dim % len(shape) for dim in op.args[1])
    count = shape.numel() // shapes(op.outs[0]).numel()

    def send(like: torch.Size, gradient: Tensor, spare: bool) -> Sent:
        for dim in () if gradient.ndim == len(like) else dims:
            gradient = gradient.unsqueeze(dim)
        return [(number, gradient.expand(like) / count, True)]

    return Derivative(lambda args, outputs: args[0].shape, send)


def _view(op: Op, shapes: Callable[[int], torch.Size], rectify: Rectify) -> Derivative | None:
    number = op.ins[0]
    return Derivative(
        lambda args, outputs: args[0].shape,
        lambda shape, gradient, spare: [(number, gradient.reshape(shape), spare)],
    )


_TABLE: dict[str, Find] = {
    "convolution": _convolution,
    "native_batch_norm": _batch_norm,
    "_native_batch_norm_legit_no_training": _batch_norm,
    "relu": _rectifier,
    "hardtanh": _rectifier,
    "max_pool2d_with_indices": _max_pool,
    "addmm": _addmm,
    "add": _add,
    "cat": _cat,
    "mean": _mean,
    "view": _view,
    "_unsafe_view": _view,
}
