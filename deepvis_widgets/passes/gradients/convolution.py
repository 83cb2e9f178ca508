"""A fixed convolution with its rectifier as one operation, and the way back through it to its input alone."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from ..fusion import NOTHING, after
from ..operation_calls import ConvolutionCall

aten = torch.ops.aten
LAST = torch.channels_last
FEW = 4  # input channels: oneDNN's way back fills its vectors with them, and leaves most of a vector empty
TOGETHER = 16  # output channels it makes together

Back = Callable[[Tensor], Tensor]


@dataclass(frozen=True, eq=False)
class FusedConvolution:
    """Convolution and rectifier of inputs (n, C, H, W) as large as `size`, by oneDNN; differentiable in the input.

    `most` is the most that the rectifier lets through, infinity where it has no bound, None where there is none.

    >>> x = torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]], requires_grad=True)
    >>> call = ConvolutionCall(x, torch.full((1, 1, 2, 2), 5.0), None, [2, 2], [0, 0], [1, 1], False, [0, 0], 1)
    >>> fused = FusedConvolution.of(call, None, (1, 1, 2, 2), (1, 1, 1, 1))
    >>> torch.autograd.grad(fused(x).sum(), x)[0].flatten().tolist()
    [5.0, 5.0, 5.0, 5.0]
    """

    packed: Tensor
    bias: Tensor | None
    sliding: tuple[Any, ...]  # padding, stride, dilation, groups
    rectifier: tuple[str, list[float]]
    most: float | None
    back: Back

    @classmethod
    def of(
        cls, call: ConvolutionCall, most: float | None, size: Sequence[int], output: Sequence[int]
    ) -> FusedConvolution:
        """Returns the convolution that `call` describes, followed by this rectifier: from inputs to outputs of these
        sizes (n, C, H, W).
        """
        weight = call.weight.detach().contiguous(memory_format=LAST)
        bias = None if call.bias is None else call.bias.detach()
        sliding = call.padding, call.stride, call.dilation, call.groups
        packed = torch.ops.mkldnn._reorder_convolution_weight(weight, *sliding, list(size))
        return cls(packed, bias, sliding, after(most), most, way_back(call._replace(weight=weight), size, output))

    def __call__(self, x: Tensor) -> Tensor:
        found: Tensor = _Fused.apply(x, self)
        return found

    def forward(self, x: Tensor) -> Tensor:
        """Returns the output (n, K, h, w), without a graph."""
        found: Tensor = torch.ops.mkldnn._convolution_pointwise(
            x, self.packed, self.bias, *self.sliding, *self.rectifier, ""
        )
        return found

    def rectified(self, gradient: Tensor, output: Tensor) -> Tensor:
        """Returns the gradient before the rectifier that gave this output."""
        if self.most is None:
            return gradient
        bounds = (0,) if math.isinf(self.most) else (0, self.most)
        found: Tensor = (aten.threshold_backward if math.isinf(self.most) else aten.hardtanh_backward)(
            gradient, output, *bounds
        )
        return found


class _Fused(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, convolution: FusedConvolution) -> Tensor:
        output = convolution.forward(x)
        ctx.convolution = convolution
        ctx.save_for_backward(*(() if convolution.most is None else (output,)))
        return output

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Any:
        convolution: FusedConvolution = ctx.convolution
        before = gradients[0] if convolution.most is None else convolution.rectified(gradients[0], *ctx.saved_tensors)
        return convolution.back(before.contiguous(memory_format=LAST)), None


def way_back(call: ConvolutionCall, size: Sequence[int], output: Sequence[int]) -> Back:
    """Returns what makes the gradient of an input of this size (n, C, H, W) of that of the output, of this one."""
    if call.groups == 1 and call.weight.shape[1] <= FEW and max(call.stride) > 1 and max(call.dilation) == 1:
        return by_phases(call, size, output)
    if call.groups == 1 and max(call.stride) == max(call.dilation) == 1 and _pads_less_than_it_sees(call):
        return by_turned_weights(call, output)
    return by_onednn(call, size)


def _pads_less_than_it_sees(call: ConvolutionCall) -> bool:
    return all(padding < side for padding, side in zip(call.padding, call.weight.shape[2:], strict=True))


def by_turned_weights(call: ConvolutionCall, output: Sequence[int]) -> Back:
    """The way back through a convolution of stride 1: one of the gradient, its weights packed once."""
    weight = call.weight.flip(2, 3).transpose(0, 1).contiguous(memory_format=LAST)
    padding = [side - 1 - padding for side, padding in zip(weight.shape[2:], call.padding, strict=True)]
    sliding = padding, [1, 1], [1, 1], 1
    packed = torch.ops.mkldnn._reorder_convolution_weight(weight, *sliding, list(output))

    def back(gradient: Tensor) -> Tensor:
        found: Tensor = torch.ops.mkldnn._convolution_pointwise(gradient, packed, None, *sliding, NOTHING, [], "")
        return found

    return back


def by_onednn(call: ConvolutionCall, size: Sequence[int]) -> Back:
    """The way back as PyTorch goes it."""
    shape = torch.empty(tuple(size)).contiguous(memory_format=LAST)  # read for its size alone
    sliding = call.stride, call.padding, call.dilation, False, [0, 0], call.groups

    def back(gradient: Tensor) -> Tensor:
        found: Tensor = aten.convolution_backward(gradient, shape, call.weight, None, *sliding, [True, False, False])[0]
        return found

    return back


@dataclass(frozen=True)
class _Phases:
    """One side of a strided convolution's way back: input place stride · t + phase takes the gradients of the outputs
    t + first, t + first + 1, ..., weighted with `taps` (stride, count); -1: with nothing. The window that is not
    strided pads with `padding`, and its outputs from `start` on are `count` times those of all phases.
    """

    taps: Tensor
    padding: int
    start: int
    count: int

    @classmethod
    def of(cls, size: int, kernel: int, stride: int, padding: int, outputs: int) -> _Phases:
        first, last = -((kernel - 1 - padding) // stride), (stride - 1 + padding) // stride
        taps = torch.arange(stride)[:, None] + padding - stride * torch.arange(first, last + 1)
        count = -(-size // stride)
        around = max(-first, count + last - outputs, 0)
        return cls(taps.where((taps >= 0) & (taps < kernel), -1), around, around + first, count)

    def spread(self, weight: Tensor, dim: int) -> Tensor:
        """Returns the weights with the side `dim` as two: the phase, and the taps."""
        taken = F.pad(weight.movedim(dim, -1), (0, 1))[..., self.taps]  # the last, number -1, is nothing
        return taken.movedim((-2, -1), (dim, dim + 1))


def by_phases(call: ConvolutionCall, size: Sequence[int], output: Sequence[int]) -> Back:
    """The way back through a strided convolution of few channels as one that is not strided, of stride² as many: pixels
    that lie alike between two steps of the window are a channel of it, and take their places afterwards.
    """
    count, channels, height, width = size
    kernel, (down, right) = call.weight.shape[2:], call.stride
    rows, cols = (_Phases.of(size[2 + d], kernel[d], call.stride[d], call.padding[d], output[2 + d]) for d in (0, 1))
    weight = rows.spread(cols.spread(call.weight.transpose(0, 1), 3), 2)  # C, K, row phase, taps, col phase, taps
    weight = weight.permute(2, 4, 0, 1, 3, 5).flatten(0, 2)
    few = len(weight)
    weight = F.pad(weight, (0, 0, 0, 0, 0, 0, 0, -few % TOGETHER)).contiguous(memory_format=LAST)
    sliding = [rows.padding, cols.padding], [1, 1], [1, 1], 1
    packed = torch.ops.mkldnn._reorder_convolution_weight(weight, *sliding, list(output))
    down_here, right_here = (slice(side.start, side.start + side.count) for side in (rows, cols))

    def back(gradient: Tensor) -> Tensor:
        apart = torch.ops.mkldnn._convolution_pointwise(gradient, packed, None, *sliding, NOTHING, [], "")
        apart = apart[:, :few, down_here, right_here].unflatten(1, (down, right, channels)).permute(0, 3, 4, 1, 5, 2)
        found: Tensor = apart.reshape(count, channels, rows.count * down, cols.count * right)[..., :height, :width]
        return found

    return back
