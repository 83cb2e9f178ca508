"""Remade passes with the way back: what autograd says of the network's own."""

from __future__ import annotations

import math
from itertools import product

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.passes.gradients.convolution import FusedConvolution, by_phases
from deepvis_widgets.passes.gradients.remade import remade
from deepvis_widgets.passes.operation_calls import ConvolutionCall

SIZE = (22, 27)


@pytest.mark.parametrize("most", [None, 2.0, math.inf])
@pytest.mark.parametrize("channels, groups", [(3, 1), (8, 1), (8, 4)])
def test_a_fused_convolution_goes_back_as_autograd_does(channels: int, groups: int, most: float | None) -> None:
    torch.manual_seed(1)
    x = torch.randn(2, channels, *SIZE).contiguous(memory_format=torch.channels_last).requires_grad_()
    for kernel, stride, padding, dilation in product(((3, 5), (4, 1)), ([1, 1], [3, 2]), ([0, 0], [2, 4]), (1, 2)):
        weight, sliding = torch.randn(8, channels // groups, *kernel), (stride, padding, [dilation, dilation])
        expected = F.conv2d(x, weight, None, *sliding, groups)
        expected = expected if most is None else expected.clamp(0, None if math.isinf(most) else most)
        call = ConvolutionCall(None, weight, None, *sliding, False, [0, 0], groups)
        found = FusedConvolution.of(call, most, x.shape, expected.shape)(x)
        torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-4)
        seed = torch.randn_like(expected)
        (one,), (other,) = (torch.autograd.grad(output, x, seed) for output in (found, expected))
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("kernel, stride, padding", [(7, 2, 3), (3, 2, 0), (3, 4, 1), (1, 3, 0), (5, 3, 5)])
@pytest.mark.parametrize("size", [(20, 23), (21, 24)])
def test_phases_take_the_places_of_the_pixels(size: tuple[int, int], kernel: int, stride: int, padding: int) -> None:
    torch.manual_seed(2)
    x, weight = torch.randn(2, 3, *size, requires_grad=True), torch.randn(5, 3, kernel, kernel)
    output = F.conv2d(x, weight, None, stride, padding)
    seed = torch.randn_like(output)
    call = ConvolutionCall(None, weight, None, [stride] * 2, [padding] * 2, [1, 1], False, [0, 0], 1)
    (expected,) = torch.autograd.grad(output, x, seed)
    torch.testing.assert_close(by_phases(call, x.shape, output.shape)(seed), expected, rtol=1e-4, atol=1e-4)


class Branches(nn.Module):
    """A batch norm, pools, a branch that the second layer does without, a sum and a concatenation."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 8, 5, 2, 2, bias=False), nn.BatchNorm2d(8), nn.ReLU6(True))
        self.idle, self.used = nn.Conv2d(8, 8, 3), nn.Conv2d(8, 8, 3, padding=1)
        self.on, self.head = nn.ReLU(True), nn.Linear(16, 4)
        self.stem[1].running_mean.normal_()
        self.stem[1].running_var.uniform_(0.5, 2)

    def forward(self, x: Tensor) -> Tensor:
        x = F.max_pool2d(self.stem(x), 3, 2)
        idle = self.idle(x)
        x = self.on(self.used(x) + x)
        return self.head(torch.cat([x.mean((2, 3)), idle.amax((2, 3))], 1))


def network(module: nn.Module | None = None) -> Network:
    torch.manual_seed(4)
    return Network((module or Branches()).eval(), Preprocess(SIZE))


@pytest.mark.parametrize("layer, skipped", [("on", True), ("used", True), (None, False)])
def test_a_remade_pass_is_the_network_s_own_less_what_leads_elsewhere(layer: str | None, skipped: bool) -> None:
    net = network()
    x = net.feed(torch.rand(3, 3, *SIZE)).requires_grad_()
    made = remade(net, x.detach(), layer)
    assert made is not None
    skip = None if layer is None else net.layers[layer].rectifier
    keep = () if layer is None else (layer,)
    found = net.run(x, keep=keep, until=layer, grad=True, skip_rectifier=skip)
    expected = found.logits if layer is None else found.outputs[layer]
    torch.testing.assert_close(made(x), expected, rtol=1e-4, atol=1e-5)
    (one,), (other,) = (torch.autograd.grad(output[:, 1].sum(), x) for output in (made(x), expected))
    torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-5)
    fused = [op.name for op in made.again.ops].count("fused convolution")
    assert fused == (2 if skipped else 3)
    assert not any("batch_norm" in op.name for op in made.again.ops)


def test_other_precisions_and_networks_that_look_at_values_are_not_remade() -> None:
    class Asking(Branches):
        def forward(self, x: Tensor) -> Tensor:
            return super().forward(x) * (2 if float(x.mean()) > 0 else 1)

    double = network(Branches().double())
    assert remade(double, double.feed(torch.rand(1, 3, *SIZE)), "on") is None
    asking = network(Asking())
    assert remade(asking, asking.feed(torch.rand(1, 3, *SIZE)), None) is None
