"""Convolutions prepared for many calls: batch norm and rectifier taken along, the fastest way to the outputs chosen."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection

import torch
import torch.nn.functional as F
from torch import Tensor

from .fusion import fixed_norm, most_of, with_norm
from .operation_calls import ConvolutionCall
from .trace import Op, Ref
from .winograd import Winograd, suits

MOST = "most"  # the argument of a convolution that took its rectifier along: what that lets through
FLOATS = 1_500_000  # that a matrix product reads and writes at a time: what stays in the cache until it is rectified
HEAVY = 2**16  # weights that a convolution would first bring into an order of its own, which takes long for
FEW = 512  # outputs: then a product of matrices is quicker


class ConvolutionKernel:
    """A convolution prepared for many calls: its weights in the order they are read in; with its rectifier, where
    `most` says what that lets through.

    >>> import torch
    >>> from deepvis_widgets.passes.trace import Trace
    >>> x, trace = torch.ones(1, 3, 8, 8), Trace()
    >>> trace.start(x)
    >>> with trace:
    ...     y = torch.nn.functional.conv2d(x, torch.ones(4, 3, 3, 3), padding=1)
    >>> kernel = ConvolutionKernel.of(trace.program.ops[0])
    >>> torch.equal(kernel(x, kernel.padding), y)
    True
    """

    def __init__(self, call: ConvolutionCall, most: float | None) -> None:
        self.weight, self.bias = call.weight.contiguous(memory_format=torch.channels_last), call.bias
        self.stride, self.padding, self.dilation = map(_pair, (call.stride, call.padding, call.dilation))
        self.groups, self._most = call.groups, most
        self._winograd: Winograd | None = None
        self._plain = self.stride == self.dilation == (1, 1) and self.groups == 1

    @staticmethod
    def of(op: Op) -> ConvolutionKernel | None:
        """Returns the kernel of this operation; None where it is no convolution over two dimensions."""
        call = ConvolutionCall.of(op)
        return ConvolutionKernel(call, op.kwargs.get(MOST)) if call is not None and call.is_of_maps else None

    def __call__(self, x: Tensor, padding: tuple[int, int]) -> Tensor:
        """Returns maps (B, O, h, w) from (B, C, H, W) with `padding` zeros around them; in memory channels last."""
        size = x.shape[2] + 2 * padding[0] - 2, x.shape[3] + 2 * padding[1] - 2
        if self._plain and suits(self.weight, size):
            self._winograd = self._winograd or Winograd(self.weight, self.bias)
            return self._winograd(x, padding, self._rectify)
        return self.direct(x, padding)

    def direct(self, x: Tensor, padding: tuple[int, int]) -> Tensor:
        """Returns the same outputs, computed by the plain sum of products."""
        if self._plain and self.weight.shape[2:] == (1, 1) and padding == (0, 0):
            return self._product(x.permute(0, 2, 3, 1))
        if self.groups == 1 and self.dilation == (1, 1) and self.weight.numel() >= HEAVY:
            rows = self._seen(x, padding)
            if rows.shape[:3].numel() <= FEW:
                return self._product(rows)
        return self._rectify(F.conv2d(x, self.weight, self.bias, self.stride, padding, self.dilation, self.groups))

    def _rectify(self, out: Tensor) -> Tensor:
        """Rectifies in place, where the convolution took its rectifier along."""
        if self._most is None:
            return out
        return out.relu_() if math.isinf(self._most) else out.clamp_(0, self._most)

    def _seen(self, x: Tensor, padding: tuple[int, int]) -> Tensor:
        """Returns what every output sees, (B, h, w, kernel height, kernel width, C); a view, where nothing is
        padded.
        """
        x = x.permute(0, 2, 3, 1)
        if any(padding):
            x = F.pad(x, (0, 0, padding[1], padding[1], padding[0], padding[0]))
        (height, width), (down, across) = self.weight.shape[2:], self.stride
        return x.unfold(1, height, down).unfold(2, width, across).permute(0, 1, 2, 4, 5, 3)

    def _product(self, seen: Tensor) -> Tensor:
        """Returns the outputs by one product of matrices, from what every output sees (B, h, w, ...)."""
        weight = self.weight.permute(2, 3, 1, 0).flatten(0, 2)
        rows = seen.reshape(-1, len(weight))
        out = rows.new_empty(len(rows), weight.shape[1])
        parts = 1 + (rows.numel() + out.numel()) // FLOATS
        for given, part in zip(rows.chunk(parts), out.chunk(parts), strict=True):
            if self.bias is None:
                torch.mm(given, weight, out=part)
            else:
                torch.addmm(self.bias, given, weight, out=part)
            self._rectify(part)
        return out.view(*seen.shape[:3], -1).permute(0, 3, 1, 2)


def folded(ops: list[Op], wanted: Collection[int]) -> list[Op]:
    """Returns the operations, with every batch norm and rectifier that only a convolution feeds made part of it."""
    makers = {op.outs[0]: op for op in ops if ConvolutionKernel.of(op) is not None}
    taken = Counter(number for op in ops for number in op.ins) + Counter(wanted)
    kept = {op.outs: op for op in ops}
    for op in ops:
        first = op.args[0] if op.args else None
        maker = makers.get(first.index) if isinstance(first, Ref) and taken[first.index] == 1 else None
        made = None if maker is None else _together(maker, op)
        if maker is not None and made is not None:
            del kept[maker.outs]
            kept[op.outs] = makers[op.outs[0]] = made
    return list(kept.values())


def _together(convolution: Op, op: Op) -> Op | None:
    """Returns one convolution that does what follows it, too; None where it cannot."""
    call, norm = ConvolutionCall(*convolution.args), fixed_norm(op)
    if norm is not None and not convolution.kwargs:
        return Op(convolution.func, tuple(with_norm(call, norm)), {}, op.outs)
    most = most_of(op)
    if most is not None and not convolution.kwargs:
        return Op(convolution.func, convolution.args, {MOST: most}, op.outs)
    return None


def _pair(sides: list[int]) -> tuple[int, int]:
    rows, cols = sides
    return rows, cols
