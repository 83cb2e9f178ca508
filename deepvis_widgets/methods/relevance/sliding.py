"""How a convolution over two dimensions slides, so that its way back needs no graph."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor

from ...passes.operation_calls import ConvolutionCall

DEFAULTS = {"stride": 1, "padding": 0, "dilation": 1, "groups": 1}


class Sliding(NamedTuple):
    """The pairs are (rows, cols)."""

    stride: list[int]
    padding: list[int]
    dilation: list[int]
    groups: int

    def with_weights(self, weight: Tensor, bias: Tensor | None = None) -> ConvolutionCall:
        """Returns the convolution of these weights."""
        return ConvolutionCall(None, weight, bias, self.stride, self.padding, self.dilation, False, [0, 0], self.groups)

    def back(self, x: Tensor, weight: Tensor, message: Tensor) -> Tensor:
        """Returns what `message`, shaped like the output, gives an input like x (B, C, H, W) by way of these weights.

        >>> x, weight = torch.zeros(1, 1, 2, 2), torch.full((1, 1, 2, 2), 5.0)
        >>> Sliding([2, 2], [0, 0], [1, 1], 1).back(x, weight, torch.ones(1, 1, 1, 1)).flatten().tolist()
        [5.0, 5.0, 5.0, 5.0]
        """
        rest = self.stride, self.padding, self.dilation, False, [0, 0], self.groups
        found: Tensor = torch.ops.aten.convolution_backward(message, x, weight, None, *rest, [True, False, False])[0]
        return found


def sliding(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Sliding | None:
    """Returns how a call such as F.conv2d(input, weight, bias, stride, ...) slides; None where that is not said in
    numbers, or over other than two dimensions.

    >>> sliding("conv2d", (None, None, None, 2), {"padding": (1, 0)})
    Sliding(stride=[2, 2], padding=[1, 0], dilation=[1, 1], groups=1)
    """
    given = DEFAULTS | dict(zip(DEFAULTS, args[3:], strict=False))
    given |= {key: value for key, value in kwargs.items() if key in DEFAULTS}
    pairs = [_pair(given[key]) for key in ("stride", "padding", "dilation")]
    stride, padding, dilation = pairs
    if name != "conv2d" or stride is None or padding is None or dilation is None or len(args) > 7:
        return None
    return Sliding(stride, padding, dilation, int(given["groups"]))


def _pair(value: Any) -> list[int] | None:
    if isinstance(value, str):
        return None
    sides = [value] if isinstance(value, int) else list(value)
    return [int(sides[0]), int(sides[-1])]
