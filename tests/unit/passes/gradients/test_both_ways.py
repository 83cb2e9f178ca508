"""Prepared convolutions against the plain ones of PyTorch in float64, forth and back."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from deepvis_widgets.passes.gradients.both_ways import BothWays, PackedBack
from deepvis_widgets.passes.operation_calls import ConvolutionCall


def random(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def convolution(outputs: int, channels: int, side: int, stride: int, padding: int, bias: bool) -> ConvolutionCall:
    weight = random(outputs, channels, side, side)
    strides, paddings = [stride, stride], [padding, padding]
    return ConvolutionCall(
        None, weight, random(outputs, seed=1) if bias else None, strides, paddings, [1, 1], False, [0, 0], 1
    )


def plain(call: ConvolutionCall, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Returns the output, a gradient for it, and what that gives the input."""
    x = x.double().requires_grad_()
    bias = None if call.bias is None else call.bias.double()
    y = F.conv2d(x, call.weight.double(), bias, call.stride, call.padding)
    gradient = random(*y.shape, seed=3)
    return y.detach(), gradient, torch.autograd.grad(y, x, gradient.double())[0]


def check(found: Tensor, expected: Tensor) -> None:
    assert found.shape == expected.shape
    assert float((found - expected).abs().max()) < 2e-5 * float(expected.abs().max())


@pytest.mark.parametrize("side, stride, padding", ((3, 1, 1), (1, 1, 0), (7, 2, 3), (3, 2, 0), (3, 1, 4)))
def test_against_the_plain_one(side: int, stride: int, padding: int) -> None:
    call, x = convolution(7, 3, side, stride, padding, True), random(2, 3, 14, 17, seed=2)
    y, gradient, at_input = plain(call, x)
    prepared = BothWays(call, x.shape, y.shape)
    check(prepared.forth(x.contiguous(memory_format=torch.channels_last)), y)
    check(prepared.back(gradient), at_input)
    check(PackedBack(call, x.shape, y.shape)(gradient), at_input)
