"""Against zennit, the reference implementation: every composite on a VGG with batch-norm and a ResNet-18."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from zennit import composites as zc
from zennit import rules as zr
from zennit.canonizers import Canonizer, SequentialMergeBatchNorm
from zennit.torchvision import ResNetCanonizer
from zennit.types import Convolution

from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.methods import explain
from deepvis_widgets.methods.relevance.composites import COMPOSITES
from tests.families import make, picture

SIDE = 64
CANONIZERS: dict[str, type[Canonizer]] = {"vgg11_bn": SequentialMergeBatchNorm, "resnet18": ResNetCanonizer}


@pytest.fixture(autouse=True, scope="module")
def few_threads() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def network(module: nn.Module, side: int = SIDE) -> Network:
    return Network(module.double(), Preprocess((side, side), None))


def zennit_composite(name: str, net: Network, canonizers: list[Canonizer]) -> zc.Composite:
    mean, std = (
        torch.tensor(values).view(1, 3, 1, 1).double() for values in (net.preprocessing.mean, net.preprocessing.std)
    )
    if name == "epsilon":  # zennit has none of that name; this is how its own are built
        layers = [*zc.layer_map_base(), ((Convolution, nn.Linear), zr.Epsilon())]
        return zc.LayerMapComposite(layers, canonizers=canonizers)
    if name == "epsilon_gamma_box":
        return zc.EpsilonGammaBox((0 - mean) / std, (1 - mean) / std, canonizers=canonizers)
    kinds: dict[str, Any] = {
        "epsilon_plus": zc.EpsilonPlus,
        "epsilon_plus_flat": zc.EpsilonPlusFlat,
        "epsilon_alpha2_beta1": zc.EpsilonAlpha2Beta1,
    }
    return kinds[name](canonizers=canonizers)


def by_zennit(net: Network, composite: zc.Composite, target: int, corrected: bool = True) -> Tensor:
    """zennit's relevance of the picture, its merged batch-norms set to the identity.

    zennit leaves eps = 1e-5 in a batch-norm it has merged, which then divides by √(1 + 1e-5): every activation behind
    it comes out too small by 5e-6, the next one by as much again.
    """
    x = net.feed(picture(net.size[0])[None]).requires_grad_()
    with composite.context(net.module) as module, identity_norms(module) if corrected else nullcontext():
        scores = module(x)
        seed = torch.zeros_like(scores)
        seed[0, target] = scores[0, target].detach()
        (relevance,) = torch.autograd.grad(scores, x, seed)
    return relevance[0]


@contextmanager
def identity_norms(module: nn.Module) -> Iterator[None]:
    norms = [part for part in module.modules() if isinstance(part, nn.BatchNorm2d)]
    before = [norm.eps for norm in norms]
    for norm in norms:
        norm.eps = 0.0
    yield
    for norm, eps in zip(norms, before, strict=True):
        norm.eps = eps


def difference(ours: Tensor, theirs: Tensor) -> float:
    return float((ours - theirs).abs().max() / theirs.abs().max())


@pytest.mark.parametrize("name", COMPOSITES)
@pytest.mark.parametrize("family", CANONIZERS)
def test_composites(family: str, name: str) -> None:
    net = network(make(family))
    ours = explain(net, picture(SIDE), "lrp", target=3, composite=name).attribution
    theirs = by_zennit(net, zennit_composite(name, net, [CANONIZERS[family]()]), 3)
    assert difference(ours, theirs) <= 1e-6


def test_zennit_divides_by_what_is_left_of_a_merged_batch_norm() -> None:
    net = network(make("vgg11_bn"))
    ours = explain(net, picture(SIDE), "lrp", target=3, composite="epsilon_plus").attribution
    theirs = by_zennit(net, zennit_composite("epsilon_plus", net, [SequentialMergeBatchNorm()]), 3, corrected=False)
    assert 1e-6 < difference(ours, theirs) < 1e-2
