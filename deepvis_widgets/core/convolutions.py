"""Convolutions prepared for many calls: a batch norm folded in, and the fastest way to the outputs chosen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

import torch
import torch.nn.functional as F
from torch import Tensor

from .fusion import NORMS, is_fixed, with_norm
from .trace import Op, Ref
from .winograd import Winograd, suits


class Convolution:
    """The convolution that an operation is; None from `of` where it is none over two dimensions."""

    def __init__(self, op: Op) -> None:
        _, weight, self.bias, stride, padding, dilation, _, _, self.groups = op.args
        self.weight = weight.contiguous(memory_format=torch.channels_last)
        self.stride, self.padding, self.dilation = (tuple(pair) for pair in (stride, padding, dilation))
        self._winograd: Winograd | None = None
        self._plain = self.stride == self.dilation == (1, 1) and self.groups == 1

    @staticmethod
    def of(op: Op) -> Convolution | None:
        """Of this operation."""
        if op.name != "convolution" or op.args[6] or not isinstance(op.args[1], Tensor) or op.args[1].ndim != 4:
            return None
        return Convolution(op)

    def __call__(self, x: Tensor, padding: tuple[int, int]) -> Tensor:
        """Maps (B, O, h, w) from (B, C, H, W) with `padding` zeros around them; in memory channels last."""
        size = x.shape[2] + 2 * padding[0] - 2, x.shape[3] + 2 * padding[1] - 2
        if self._plain and suits(self.weight, size):
            self._winograd = self._winograd or Winograd(self.weight, self.bias)
            return self._winograd(x, padding)
        if self._plain and self.weight.shape[2:] == (1, 1) and padding == (0, 0):
            return self._product(x)
        return F.conv2d(x, self.weight, self.bias, self.stride, padding, self.dilation, self.groups)

    def _product(self, x: Tensor) -> Tensor:
        """Filters of one tap are a matrix."""
        rows, weight = x.permute(0, 2, 3, 1).reshape(-1, x.shape[1]), self.weight.flatten(1).T
        out = rows @ weight if self.bias is None else torch.addmm(self.bias, rows, weight)
        return out.view(len(x), *x.shape[2:], -1).permute(0, 3, 1, 2)


def folded(ops: list[Op], wanted: Collection[int]) -> list[Op]:
    """The operations, with every batch norm that nothing but a convolution feeds made part of that convolution."""
    makers = {op.outs[0]: op for op in ops if Convolution.of(op) is not None}
    taken = Counter(number for op in ops for number in op.ins) + Counter(wanted)
    kept: dict[int, Op] = {id(op): op for op in ops}
    for op in ops:
        first = op.args[0] if op.args else None
        maker = makers.get(first.index) if isinstance(first, Ref) and op.name in NORMS and is_fixed(op) else None
        if maker is not None and taken[maker.outs[0]] == 1:
            x, weight, bias, *others = maker.args
            del kept[id(maker)]
            kept[id(op)] = Op(maker.func, (x, *with_norm(weight, bias, op), *others), maker.kwargs, op.outs[:1])
    return list(kept.values())
