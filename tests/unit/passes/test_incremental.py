"""Incremental passes against full ones: every family, every kind of operation, every place of the window."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.passes.plan.ways import FUSED, GROUPS, PLAIN
from deepvis_widgets.passes.window_ways import WindowWays
from tests.families import TORCHVISION, make, network, picture, preprocess_of
from tests.small_nets import seeded
from tests.untouched import model_state

IN_FULL = {"swin_t", "vit_b_32"}  # attention: every position depends on every other
BOXES = torch.tensor([[0, 0, 9, 9], [3, 41, 9, 9], [17, 5, 9, 9], [30, 30, 9, 9], [55, 55, 9, 9], [1, 54, 9, 10]])


def passes(net: Network, **asked: object) -> WindowWays:
    view = picture(net.size[0])
    return WindowWays(net, view, torch.full_like(view, 0.5), **asked)  # type: ignore[arg-type]


def error(found: Tensor, expected: Tensor) -> float:
    """The largest difference in units of the spread."""
    assert found.shape == expected.shape
    return float((found - expected).abs().max()) / max(float(expected.double().std()), 1e-30)


@pytest.mark.parametrize("name", TORCHVISION)
def test_every_family_gives_the_answers_of_a_full_pass(name: str) -> None:
    net = network(name)
    before = model_state(net.module)
    run = passes(net)
    assert (run.incremental is None) == (name in IN_FULL)
    exact = passes(Network(make(name).double(), preprocess_of(name))).by(PLAIN, BOXES).logits
    rounded = error(run.by(PLAIN, BOXES).logits, exact)  # AlexNet's full pass in float32 is nearly 1e-5 away itself
    if run.incremental is not None:
        assert error(run.by(GROUPS, BOXES).logits, exact) < max(1e-5, 2 * rounded)
    assert model_state(net.module) == before


@pytest.mark.parametrize("name", ("alexnet", "resnet18", "squeezenet1_1", "mobilenet_v3_small"))
def test_exact_in_double_precision(name: str) -> None:
    run = passes(Network(make(name).double(), preprocess_of(name)))
    assert run.incremental is not None
    assert error(run.by(GROUPS, BOXES).logits, run.by(PLAIN, BOXES).logits) < 1e-10


def test_less_is_computed() -> None:
    run = passes(network("squeezenet1_1"))
    assert run.incremental is not None
    run.by(GROUPS, BOXES[:1])
    part = run.incremental.work
    run.by(GROUPS, torch.tensor([[0, 0, 64, 64]]))
    assert 0 < part < run.incremental.work / 2


def test_hidden_layers_are_kept_and_the_pass_ends_at_the_deepest() -> None:
    net = network("resnet18")
    run = passes(net, layers=("layer1.1.bn2", "layer2.0.conv1"), scores=False)
    assert run.incremental is not None
    found, expected = run.by(GROUPS, BOXES), run.by(PLAIN, BOXES)
    assert found.scores is None
    for name in ("layer1.1.bn2", "layer2.0.conv1"):
        assert error(found.outputs[name], expected.outputs[name]) < 1e-5


class Case(nn.Module):
    """A function of three feature maps between two convolutions."""

    def __init__(self, middle: Callable[[Tensor], Tensor], channels: int = 6) -> None:
        super().__init__()
        self.first, self.last = nn.Conv2d(3, 6, 3, padding=1), nn.Conv2d(channels, 5, 3, padding=1)
        self.middle = middle

    def forward(self, x: Tensor) -> Tensor:
        return self.last(self.middle(F.relu(self.first(x)))).mean((2, 3))


def attend(x: Tensor) -> Tensor:
    """Squeeze and excitation: every position depends on the mean of the map."""
    return x * torch.sigmoid(x.mean((2, 3), keepdim=True))


def overwrite(x: Tensor) -> Tensor:
    y = F.max_pool2d(x, 3, 1, 1)
    return y.add_(x).relu_()


def shuffle(x: Tensor) -> Tensor:
    return x.view(x.shape[0], 2, 3, *x.shape[2:]).transpose(1, 2).flatten(1, 2)


LOCAL: dict[str, Callable[[Tensor], Tensor]] = {
    "max pool, overlapping": lambda x: F.max_pool2d(x, 3, 2, 1),
    "max pool, ceil mode": lambda x: F.max_pool2d(x, 3, 2, ceil_mode=True),
    "max pool, dilated": lambda x: F.max_pool2d(x, 2, 1, dilation=3),
    "average pool": lambda x: F.avg_pool2d(x, 2),
    "average pool, padded": lambda x: F.avg_pool2d(x, 3, 2, 1),
    "average pool, only what there is": lambda x: F.avg_pool2d(x, 3, 2, 1, count_include_pad=False),
    "average pool, ceil mode": lambda x: F.avg_pool2d(x, 3, 2, ceil_mode=True),
    "stride beyond the kernel": lambda x: F.max_pool2d(x, 2, 3),
    "two branches": lambda x: F.avg_pool2d(x, 3, 1, 1) + x,
    "branches of unequal reach": lambda x: F.max_pool2d(x, 5, 1, 2) * x - x,
    "channels": lambda x: torch.cat([x[:, 3:], x[:, :3]], 1),
    "chunks": lambda x: torch.cat(x.chunk(2, 1)[::-1], 1),
    "one channel": lambda x: x[:, 1].unsqueeze(1).relu() + x,
    "in place": overwrite,
    "smooth": lambda x: F.gelu(F.silu(x)),
    "scaled": lambda x: 2 * x.clamp(max=0.3) + 1,
    "flipped": lambda x: x.flip(3),
    "squeezed": attend,
    "shuffled": shuffle,
    "resized": lambda x: F.interpolate(x, scale_factor=2, mode="bilinear"),
    "adaptive": lambda x: F.adaptive_avg_pool2d(x, 5),
    "normalised": lambda x: F.layer_norm(x, x.shape[1:]),
    "by position": lambda x: x * torch.linspace(0, 1, x.shape[3]),
    "twice": lambda x: x.transpose(2, 3).contiguous() + x,
    "functions": lambda x: torch.erf(x) + x.abs().log1p() + x.square().add(1).rsqrt() + F.selu(x),
    "powers": lambda x: x.abs() ** 1.5 + 2**x,
    "powers by position": lambda x: x.abs() ** torch.linspace(1, 2, x.shape[3]),
    "bounds by position": lambda x: x.clamp(max=torch.linspace(0, 1, x.shape[3]).to(x)),
    "subtracted from": lambda x: 1 - x,
    "channels turned round": lambda x: x.flip(1) + x.roll(2, 1) + x.index_select(1, torch.tensor([0, 0, 2, 2, 5, 4])),
    "rows turned round": lambda x: x.roll(1, 2) + x.narrow(1, 0, 1),
    "padded on one side": lambda x: F.pad(x, (0, 1, 2, 0)),
    "padded with ones": lambda x: F.max_pool2d(F.pad(x, (1, 2, 1, 2), value=1.0), 3, 2),
    "cut": lambda x: F.pad(x, (-1, 2, 1, -2)),
    "with more channels": lambda x: F.pad(x, (0, 0, 0, 0, 1, 0))[:, :6],
    "bounded": lambda x: F.relu6(8 * x) + F.hardtanh(x, -0.3, 0.3) + F.hardtanh(x),
}


@pytest.mark.parametrize("kind", LOCAL)
def test_every_kind_of_operation(kind: str) -> None:
    net = Network(seeded(Case(LOCAL[kind])).double(), Preprocess((29, 29)))
    run = passes(net)
    assert run.incremental is not None
    boxes = torch.tensor([[0, 0, 4, 5], [3, 2, 4, 5], [11, 17, 4, 5], [25, 24, 4, 5], [14, 14, 1, 1], [26, 0, 3, 2]])
    assert error(run.by(GROUPS, boxes).logits, run.by(PLAIN, boxes).logits) < 1e-10
    assert error(run.by(GROUPS, boxes[2:3]).logits, run.by(PLAIN, boxes[2:3]).logits) < 1e-10


@pytest.mark.parametrize(
    "conv",
    (
        dict(kernel_size=(3, 5), stride=(2, 1), padding=(0, 2)),
        dict(kernel_size=3, dilation=2, padding=2),
        dict(kernel_size=3, groups=3, padding=1),
        dict(kernel_size=1, stride=2),
        dict(kernel_size=3, padding="same"),
        dict(kernel_size=3, padding=1, padding_mode="reflect"),
        dict(kernel_size=7, stride=4, padding=3, bias=False),
    ),
    ids=str,
)
def test_every_kind_of_convolution(conv: dict[str, object]) -> None:
    net = Network(seeded(Case(nn.Conv2d(6, 6, **conv))).double(), Preprocess((29, 29)))  # type: ignore[arg-type]
    run = passes(net)
    assert run.incremental is not None
    boxes = torch.tensor([[0, 0, 4, 5], [3, 2, 4, 5], [11, 17, 4, 5], [25, 24, 4, 5]])
    assert error(run.by(GROUPS, boxes).logits, run.by(PLAIN, boxes).logits) < 1e-10


class Fickle(Case):
    """Takes another way when the picture is darker than the one it was traced with."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x if x.mean() > 0.1 else -x)


def test_a_course_that_depends_on_the_values_is_passed_in_full() -> None:
    net = Network(seeded(Fickle(F.relu)).double(), Preprocess((29, 29)))
    run = passes(net)
    assert run.incremental is None
    assert run.can(PLAIN) and not run.can(GROUPS) and not run.can(FUSED)


class Mixed(Case):
    """Its scores are centred: each one needs all."""

    def forward(self, x: Tensor) -> Tensor:
        scores = super().forward(x)
        return scores - scores.mean(1, keepdim=True)


@pytest.mark.parametrize("name", ("squeezenet1_1", "resnet18", "alexnet", "densenet121"))
def test_the_score_of_one_class_alone(name: str) -> None:
    net = Network(make(name).double(), preprocess_of(name))
    run, one = passes(net), passes(net, target=3)
    assert run.incremental is not None and one.incremental is not None
    found, expected = one.by(GROUPS, BOXES).logits, run.by(PLAIN, BOXES).logits
    assert found.shape == (len(BOXES), 1) and torch.equal(one.by(PLAIN, BOXES).logits, expected[:, 3:4])
    assert float((found - expected[:, 3:4]).abs().max()) < 1e-10 * float(expected.std())
    run.by(GROUPS, BOXES)
    assert one.incremental.work < run.incremental.work


def test_one_class_where_all_are_needed() -> None:
    """The layer of the scores is kept, or the head leaves no class apart."""
    net = network("squeezenet1_1")
    run = passes(net, layers=("classifier.1",), target=3)
    assert run.incremental is not None
    found, expected = run.by(GROUPS, BOXES), run.by(PLAIN, BOXES)
    assert found.logits.shape == (len(BOXES), 1) and found.outputs["classifier.1"].shape[1] > 1
    assert error(found.logits, expected.logits) < 1e-4
    run = passes(Network(seeded(Mixed(F.relu)).double(), Preprocess((29, 29))), target=2)
    boxes = torch.tensor([[0, 0, 4, 5], [11, 17, 4, 5]])
    assert error(run.by(GROUPS, boxes).logits, run.by(PLAIN, boxes).logits) < 1e-10


def test_windows_of_the_whole_picture() -> None:
    run = passes(network("squeezenet1_1"))
    boxes = torch.tensor([[0, 0, 64, 64]])
    assert error(run.by(GROUPS, boxes).logits, run.by(PLAIN, boxes).logits) < 1e-5
