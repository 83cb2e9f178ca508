"""Remade passes against plain ones: every family, and what cannot be remade."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.passes.fused_passes import FusedPasses
from tests.families import TORCHVISION, make, network, preprocess_of
from tests.small_nets import seeded
from tests.untouched import Untouched

PLAIN = {"swin_t", "vit_b_32"}  # they say the size of the batch in ways that cannot be counted up
PACKED = "_convolution_pointwise"


def views(net: Network, count: int = 5) -> Tensor:
    return net.feed(torch.rand(count, 3, *net.size, generator=torch.Generator().manual_seed(1)))


def error(found: Tensor, expected: Tensor) -> float:
    """The largest difference in units of the spread."""
    assert found.shape == expected.shape
    return float((found - expected).abs().max()) / max(float(expected.double().std()), 1e-30)


def packed(passes: FusedPasses) -> int:
    assert passes.remade is not None
    return sum(op.name == PACKED for op in passes.remade.ops)


@pytest.mark.parametrize("name", TORCHVISION)
def test_every_family_gives_the_answers_of_a_plain_pass(name: str) -> None:
    net = network(name)
    untouched, x = Untouched(net.module), views(net)
    passes = FusedPasses(net, x[:1])
    assert (passes.remade is None) == (name in PLAIN)
    assert error(passes.run(x).logits, net.run(x).logits) < 1e-5
    untouched.check()


def test_a_hidden_layer_and_no_further() -> None:
    net = network("resnet18")
    x = views(net)
    passes = FusedPasses(net, x[:1], "layer2.0.bn1")
    found = passes.run(x)
    assert found.scores is None and packed(passes) == 6
    expected = net.run(x, keep=("layer2.0.bn1",), until="layer2.0.bn1").outputs["layer2.0.bn1"]
    assert error(found.outputs["layer2.0.bn1"], expected) < 1e-5


def test_norms_and_rectifiers_are_taken_along() -> None:
    passes = FusedPasses(network("resnet18"), views(network("resnet18"))[:1])
    assert packed(passes) == 20
    assert passes.remade is not None
    names = [op.name for op in passes.remade.ops]
    assert "native_batch_norm" not in names and names.count("relu") == 8  # those after the sums


class Shared(nn.Module):
    """A convolution whose output is taken before and after its rectifier, and one without a bias before a norm."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Conv2d(3, 6, 3, 2, 1), nn.Conv2d(6, 5, 3, bias=False, groups=1, dilation=2)
        self.norm = nn.BatchNorm2d(5, affine=False)
        self.norm.running_mean, self.norm.running_var = torch.randn(5), torch.rand(5) + 0.5

    def forward(self, x: Tensor) -> Tensor:
        x = self.first(x)
        maps: Tensor = F.relu(self.norm(self.second(x + F.relu(x))))
        return maps.mean((2, 3))


class Counting(nn.Module):
    """Answers with a number that no operation shows: where the pass is run again it is that of the first picture."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, x: Tensor) -> Tensor:
        maps: Tensor = self.conv(x)
        return maps.mean((2, 3)) * float(x.detach().numpy().mean())


def small(made: nn.Module) -> Network:
    return Network(made.eval(), Preprocess((24, 24)))


def test_what_others_see_is_not_swallowed() -> None:
    net = small(seeded(Shared()))
    x = views(net)
    passes = FusedPasses(net, x[:1])
    assert packed(passes) == 2
    assert error(passes.run(x).logits, net.run(x).logits) < 1e-5


def test_what_answers_otherwise_is_passed_plainly() -> None:
    net = small(seeded(Counting()))
    x = views(net)
    passes = FusedPasses(net, x[:1])
    assert passes.remade is None
    assert torch.equal(passes.run(x).logits, net.run(x).logits)


def test_other_precisions_are_passed_plainly() -> None:
    net = Network(make("squeezenet1_1").double(), preprocess_of("squeezenet1_1"))
    assert FusedPasses(net, views(net)[:1]).remade is None
