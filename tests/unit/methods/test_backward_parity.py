"""Gradient, deconvnet and guided backprop against captum, and against backward passes written out by hand."""

from __future__ import annotations

import copy
from functools import cache
from types import MethodType
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from captum.attr import Deconvolution, GuidedBackprop
from torch import Tensor, nn
from torchvision.models.densenet import DenseNet
from torchvision.models.googlenet import BasicConv2d

from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.core.results import HeatMap
from deepvis_widgets.methods import explain
from tests.families import make, picture, preprocess_of
from tests.small_nets import CLASSES, seeded

OF_MODULES = ("plain", "alexnet", "vgg11_bn", "squeezenet1_1", "resnet18")
WITH_CALLS = ("densenet121", "googlenet")
CAPTUM = {"deconvnet": Deconvolution, "guided_backprop": GuidedBackprop}
TARGET = 3


@cache
def network(name: str) -> Network:
    return Network(make(name).double(), preprocess_of(name))


def attribution(net: Network, method: str, **asked: Any) -> Tensor:
    result = explain(net, picture(net.size[0]), method, **asked)
    assert isinstance(result, HeatMap) and result.attribution is not None
    return result.attribution


def fed(net: Network) -> Tensor:
    return net.feed(picture(net.size[0])[None])


def not_in_place(module: nn.Module) -> nn.Module:
    """A copy for captum, whose hooks cannot stand operations in place."""
    twin = copy.deepcopy(module)
    for part in twin.modules():
        if hasattr(part, "inplace"):
            part.inplace = False
    return twin


def by_captum(method: str, module: nn.Module, x: Tensor) -> Tensor:
    result: Tensor = CAPTUM[method](not_in_place(module)).attribute(x.clone().requires_grad_(), target=TARGET)
    return result[0].detach()


def by_autograd(module: nn.Module, x: Tensor) -> Tensor:
    x = x.clone().requires_grad_()
    return torch.autograd.grad(module(x)[0, TARGET], x)[0][0]


def close(one: Tensor, two: Tensor) -> bool:
    return torch.allclose(one, two, rtol=1e-9, atol=1e-9 * float(two.abs().max()))


@pytest.mark.parametrize("method", CAPTUM)
@pytest.mark.parametrize("name", OF_MODULES)
def test_equals_captum_where_every_rectifier_is_a_module(name: str, method: str) -> None:
    net = network(name)
    found = attribution(net, method, target=TARGET)
    assert found.abs().max() > 0
    assert close(found, by_captum(method, net.module, fed(net)))
    assert not close(found, by_autograd(net.module, fed(net)))


@pytest.mark.parametrize("name", (*OF_MODULES, *WITH_CALLS, "crafty"))
def test_gradient_and_saliency_equal_autograd(name: str) -> None:
    net = network(name)
    expected = by_autograd(net.module, fed(net))
    assert close(attribution(net, "gradient", target=TARGET), expected)
    saliency = explain(net, picture(net.size[0]), "saliency", target=TARGET)
    assert isinstance(saliency, HeatMap)
    assert close(saliency.heatmap, expected.abs().max(0).values) and not saliency.signed


def with_modules(module: nn.Module) -> nn.Module:
    """A copy in which the rectifiers that DenseNet and GoogLeNet call as functions are modules."""
    twin = copy.deepcopy(module)
    for part in twin.modules():
        if isinstance(part, BasicConv2d):
            part.act = nn.ReLU()
            part.forward = MethodType(lambda self, x: self.act(self.bn(self.conv(x))), part)
    if isinstance(twin, DenseNet):
        twin.act = nn.ReLU()
        twin.forward = MethodType(lambda self, x: self.classifier(self.act(self.features(x)).mean((2, 3))), twin)
    return twin


@pytest.mark.parametrize("method", CAPTUM)
@pytest.mark.parametrize("name", WITH_CALLS)
def test_captum_s_hooks_miss_functional_rectifiers_and_ours_are_not_hooks(name: str, method: str) -> None:
    """DenseNet's last rectifier and all of GoogLeNet's are calls of F.relu, which no module hook sees: captum leaves
    them their plain gradient. On a copy with modules in their places captum agrees with us.
    """
    net = network(name)
    found = attribution(net, method, target=TARGET)
    assert close(found, by_captum(method, with_modules(net.module), fed(net)))
    missed = by_captum(method, net.module, fed(net))
    assert not close(found, missed)
    if name == "googlenet":
        assert close(missed, by_autograd(net.module, fed(net)))


class Functional(nn.Module):
    """Two convolutions, functional rectifiers (the second in place, as a statement), pooling with switches."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Conv2d(3, 6, 3, padding=1), nn.Conv2d(6, 8, 3, padding=1)
        self.last = nn.Linear(8, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        x = F.max_pool2d(F.relu(self.first(x)), 2)
        x = self.second(x)
        torch.relu_(x)
        scores: Tensor = self.last(x.mean((2, 3)))
        return scores


def down(net: Functional, x: Tensor, masked: bool, rectified: bool) -> Tensor:
    """The way down written out: transposed filters, unpooling with switches, and what each method does at a
    rectifier.
    """

    def rectifier(signal: Tensor, before: Tensor) -> Tensor:
        signal = signal.clamp(min=0) if rectified else signal
        return signal * (before > 0) if masked else signal

    one = F.conv2d(x, net.first.weight, net.first.bias, padding=1)
    pooled, switches = F.max_pool2d(one.clamp(min=0), 2, return_indices=True)
    two = F.conv2d(pooled, net.second.weight, net.second.bias, padding=1)
    signal = (net.last.weight[TARGET] / two[0, 0].numel())[None, :, None, None].expand_as(two)
    signal = F.conv_transpose2d(rectifier(signal, two), net.second.weight, padding=1)
    signal = F.max_unpool2d(signal, switches, 2, output_size=one.shape[2:])
    return F.conv_transpose2d(rectifier(signal, one), net.first.weight, padding=1)[0].detach()


@pytest.mark.parametrize(
    "method, masked, rectified",
    (("gradient", True, False), ("deconvnet", False, True), ("guided_backprop", True, True)),
)
def test_equals_the_way_down_written_out(method: str, masked: bool, rectified: bool) -> None:
    net = Network(seeded(Functional(), dtype=torch.float64), Preprocess((16, 16), None))
    expected = down(net.module, fed(net), masked, rectified)
    assert close(attribution(net, method, target=TARGET), expected) and expected.abs().max() > 0


def test_gradient_equals_finite_differences() -> None:
    net = Network(seeded(Functional(), dtype=torch.float64), Preprocess((8, 8), None))
    x, step = fed(net), 1e-6
    found = attribution(net, "gradient", target=TARGET)
    for place in torch.randperm(x.numel(), generator=torch.Generator().manual_seed(0))[:40]:
        nudge = torch.zeros(x.numel(), dtype=x.dtype)
        nudge[place] = step
        up, low = (net.run(x + sign * nudge.view(x.shape)).logits[0, TARGET] for sign in (1, -1))
        assert float(up - low) / (2 * step) == pytest.approx(float(found.flatten()[place]), rel=1e-5, abs=1e-8)


def test_softmax_score() -> None:
    net = network("plain")
    x = fed(net).requires_grad_()
    (expected,) = torch.autograd.grad(net.module(x).softmax(1)[0, TARGET], x)
    found = attribution(net, "gradient", target=TARGET, score="softmax")
    assert close(found, expected[0]) and not close(found, attribution(net, "gradient", target=TARGET))


# --- a deconvnet small enough for paper ---


class Paper(nn.Module):
    """Three 1×1 filters on the red channel, rectified, one 2×2 pooling, two classes."""

    def __init__(self, six: bool = False) -> None:
        super().__init__()
        self.conv, self.pool, self.last, self._six = nn.Conv2d(3, 3, 1), nn.MaxPool2d(2), nn.Linear(3, 2, False), six
        with torch.no_grad():
            self.conv.weight.zero_()
            self.conv.weight[:, 0, 0, 0] = torch.tensor([2.0, -1.0, 1.0])
            self.conv.bias.copy_(torch.tensor([-1.0, 0.5, -1.0]))
            self.last.weight.copy_(torch.tensor([[1.0, -3.0, 4.0], [-1.0, 2.0, 5.0]]))

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv(x)
        x = F.relu6(x) if self._six else F.relu(x)
        scores: Tensor = self.last(self.pool(x).flatten(1))
        return scores


RED = [[0.45, 0.1], [0.9, 0.3]]
# the filters give 2x−1: −.1 −.8 .8 −.4; .5−x: .05 .4 −.4 .2; x−1: all negative
# switches: bottom left, top right, top left (all rectified to 0: the first)
BY_HAND = {
    ("deconvnet", 0): [[4.0, 0.0], [2.0, 0.0]],  # 4·1 though the third filter is silent, −3 rectified away, 1·2
    ("deconvnet", 1): [[5.0, -2.0], [0.0, 0.0]],  # 5·1, 2·(−1), −1 rectified away
    ("guided_backprop", 0): [[0.0, 0.0], [2.0, 0.0]],
    ("guided_backprop", 1): [[0.0, -2.0], [0.0, 0.0]],
    ("gradient", 0): [[0.0, 3.0], [2.0, 0.0]],
    ("gradient", 1): [[0.0, -2.0], [-2.0, 0.0]],
}


@pytest.mark.parametrize("six", (False, True), ids=("relu", "relu6"))
@pytest.mark.parametrize("method, target", BY_HAND)
def test_numbers_worked_out_on_paper(method: str, target: int, six: bool) -> None:
    net = Network(Paper(six), Preprocess((2, 2), None, (0.0,) * 3, (1.0,) * 3))
    view = torch.zeros(3, 2, 2)
    view[0] = torch.tensor(RED)
    result = explain(net, view, method, target=target)
    assert isinstance(result, HeatMap) and result.attribution is not None
    torch.testing.assert_close(result.attribution[0], torch.tensor(BY_HAND[method, target]))
    assert not result.attribution[1:].any()
    torch.testing.assert_close(result.heatmap, torch.tensor(BY_HAND[method, target]) / 3)


# --- seeds ---


def seeds(net: Network, **unit: Any) -> tuple[Tensor, Tensor, Tensor]:
    one, activation, whole = (attribution(net, "deconvnet", seed=seed, **unit) for seed in ("one", "activation", "map"))
    return one, activation, whole


def test_the_three_seeds_of_a_hidden_unit() -> None:
    net = Network(seeded(Functional(), dtype=torch.float64), Preprocess((16, 16), None))
    x = fed(net)
    maps = F.conv2d(x, net.module.first.weight, net.module.first.bias, padding=1)[0, 4]
    row, col = divmod(int(maps.argmax()), 16)
    one, activation, whole = seeds(net, layer="first", unit=4)

    def projected(signal: Tensor) -> Tensor:
        padded = torch.zeros(1, 6, 16, 16, dtype=x.dtype)
        padded[0, 4] = signal
        return F.conv_transpose2d(padded, net.module.first.weight, padding=1)[0].detach()

    at = torch.zeros_like(maps)
    at[row, col] = 1
    assert close(one, projected(at))
    assert close(activation, projected(at * maps[row, col]))
    assert close(whole, projected(maps))


def test_a_position_is_the_one_asked_for() -> None:
    net = Network(seeded(Functional(), dtype=torch.float64), Preprocess((16, 16), None))
    found = attribution(net, "deconvnet", layer="first", unit=(4, (5, 9)))
    rows, cols = found.abs().sum(0).nonzero().unbind(1)
    assert (rows.min(), rows.max(), cols.min(), cols.max()) == (4, 6, 8, 10)
    weight = net.module.first.weight[4].detach()
    assert close(found[:, 4:7, 8:11], weight)


def test_a_class_s_activation_seed_scales() -> None:
    net = network("plain")
    logits = net.logits(picture(net.size[0])[None])[0]
    top = int(logits.argmax())
    assert logits[top] > 0  # a negative one would turn signs, and rectifiers tell signs apart
    scaled = attribution(net, "deconvnet", target=top, seed="activation")
    assert close(scaled, attribution(net, "deconvnet", target=top) * logits[top])


@pytest.mark.parametrize("method", ("gradient", "saliency", "deconvnet", "guided_backprop", "cam", "grad_cam"))
def test_no_target_is_the_top_class(method: str) -> None:
    net = network("plain")
    view = picture(net.size[0])
    top = int(net.logits(view[None]).argmax())
    found, expected = explain(net, view, method), explain(net, view, method, target=top)
    assert isinstance(found, HeatMap) and isinstance(expected, HeatMap)
    assert torch.equal(found.heatmap, expected.heatmap) and found.target == net.labels[top]
