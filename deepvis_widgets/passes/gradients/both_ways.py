"""A fixed convolution of maps prepared for many passes, forth and back to its input: its weights are packed once.

Winograd's filtering would halve the time of large layers, but what divides by sums near zero cannot stand its rounding,
which follows the largest value of a tile.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from torch import Tensor

from ..operation_calls import ConvolutionCall
from .convolution import LAST, FusedConvolution, way_back

HEAVY, FEW = 2**14, 28 * 28  # weights from which on, and outputs up to which, packing them anew takes long


def packs_long(call: ConvolutionCall, output: Sequence[int]) -> bool:
    """Returns whether a good part of a convolution at stride 1 goes into packing its weights."""
    slides = max(*call.stride, *call.dilation, call.groups) == 1
    return slides and call.weight.numel() >= HEAVY and output[2] * output[3] <= FEW


class BothWays:
    """A convolution of inputs (B, C, H, W) of one `size`, to outputs of another: float32 on the CPU. The way back may
    be through other weights `back` of the same shape.

    >>> import torch
    >>> weight = torch.rand(4, 3, 3, 3)
    >>> call = ConvolutionCall(None, weight, None, [1, 1], [1, 1], [1, 1], False, [0, 0], 1)
    >>> prepared = BothWays(call, (1, 3, 8, 8), (1, 4, 8, 8))
    >>> x = torch.rand(1, 3, 8, 8)
    >>> torch.allclose(prepared.forth(x), torch.nn.functional.conv2d(x, weight, padding=1), atol=1e-5)
    True
    """

    def __init__(
        self, call: ConvolutionCall, size: Sequence[int], output: Sequence[int], back: Tensor | None = None
    ) -> None:
        fused = FusedConvolution.of(call, None, size, output)
        if back is not None:
            weight = back.contiguous(memory_format=LAST)
            fused = replace(fused, back=way_back(call._replace(weight=weight), size, output))
        self._fused = fused
        self.nbytes = 2 * call.weight.nbytes

    def forth(self, x: Tensor) -> Tensor:
        """Returns the output (B, K, h, w), which is nobody else's."""
        return self._fused.forward(x)

    def back(self, gradient: Tensor) -> Tensor:
        """Returns the gradient of the input for one of the output."""
        return self._fused.back(gradient.contiguous(memory_format=LAST))


class PackedBack:
    """The way back alone, from outputs to inputs of these sizes, by weights that are packed once."""

    def __init__(self, call: ConvolutionCall, size: Sequence[int], output: Sequence[int]) -> None:
        weight = call.weight.contiguous(memory_format=LAST)
        self._back = way_back(call._replace(weight=weight), size, output)
        self.nbytes = weight.nbytes

    def __call__(self, gradient: Tensor) -> Tensor:
        """Returns the gradient of the input for one of the output."""
        return self._back(gradient.contiguous(memory_format=LAST))
