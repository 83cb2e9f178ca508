"""Explanations by one way back, or many, against zennit, captum, pytorch-grad-cam, torchcam and the bare passes.

Networks have random weights. Ours and the peer get the same picture, target and precision, and the input in the same
memory format; what both define alike is compared once, so that no wrong answer is timed.
"""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import torch
from captum import attr
from pytorch_grad_cam import GradCAM
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget
from torch import Tensor, nn
from torchcam.methods import GradCAM as TorchcamGradCAM
from zennit import composites as zc
from zennit.attribution import Gradient
from zennit.canonizers import Canonizer, SequentialMergeBatchNorm
from zennit.torchvision import ResNetCanonizer

from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.results import HeatMap
from deepvis_widgets.methods import explain
from deepvis_widgets.methods.perturbation.score import per_pass
from deepvis_widgets.zoo.load import load
from tests.benchmarks.rows import COST, FASTER, Row, paired

PART = "Backward methods"
TARGET = 5
ROUNDS = {"vgg16": 3}
MANY = 16  # pictures of integrated gradients and SmoothGrad; few for VGG-16, of which each takes half a second
FEW = {"vgg16": 4}
CANONIZERS: dict[str, Callable[[], Canonizer]] = {"vgg16": SequentialMergeBatchNorm, "resnet18": ResNetCanonizer}
LAST_MAPS = {
    "vgg16": ("features.30", "features.30"),
    "resnet18": ("layer4.1.relu#2", "layer4"),
    "squeezenet1_1": ("features.12", "features.12"),
    "efficientnet_lite0": ("bn2.act", "bn2.act"),
}  # the same maps, as we name them and as modules
ZENNIT = {
    "epsilon_plus_flat": (zc.EpsilonPlusFlat, 2.3),
    "epsilon_alpha2_beta1": (zc.EpsilonAlpha2Beta1, 2.5),
}
CLIPPED = {"efficientnet_lite0"}  # rectifiers that end at 6: the peers leave them as they are, or refuse them
CAPTUM = {"guided_backprop": attr.GuidedBackprop, "deconvnet": attr.Deconvolution, "saliency": attr.Saliency}

Work = Callable[[], Tensor]


class Subject:
    """A network with one picture, and the ways to explain it that are timed."""

    def __init__(self, name: str) -> None:
        self.name, self.network = name, load(name, weights="random")
        self.view = torch.rand(3, *self.network.size, generator=torch.Generator().manual_seed(0))
        self.x = self.network.feed(self.view[None])
        self.rounds = ROUNDS.get(name, 7)
        self.apart = copy.deepcopy(self.network.module)  # hooks of peers cannot stand operations in place
        for part in self.apart.modules():
            if hasattr(part, "inplace"):
                part.inplace = False

    def ours(self, method: str, **params: Any) -> Callable[[], HeatMap]:
        def work() -> HeatMap:
            found = explain(self.network, self.view, method, target=TARGET, **params)
            assert isinstance(found, HeatMap)
            return found

        return work

    def bare(self, batch: int = 1) -> Work:
        """Forward and backward to the input, nothing else."""
        x = self.x.repeat(batch, 1, 1, 1).contiguous(memory_format=torch.channels_last)

        def work() -> Tensor:
            leaf = x.clone().requires_grad_()
            return torch.autograd.grad(self.network.module(leaf)[:, TARGET].sum(), leaf)[0]

        return work

    def forward(self) -> Tensor:
        """The bare forward."""
        with torch.no_grad():
            scores: Tensor = self.network.module(self.x)
        return scores

    def zennit(self, kind: type[zc.Composite]) -> Work:
        composite = kind(canonizers=[CANONIZERS.get(self.name, SequentialMergeBatchNorm)()])

        def work() -> Tensor:
            seed = torch.zeros(1, self.network.classes)
            seed[0, TARGET] = 1
            with Gradient(model=self.network.module, composite=composite) as attributor:
                relevance: Tensor = attributor(self.x.clone(), lambda scores: scores * seed)[1]
            return relevance

        return work

    def captum(self, kind: Callable[[nn.Module], Any], **more: Any) -> Work:
        peer = kind(self.apart)

        def work() -> Tensor:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                found: Tensor = peer.attribute(self.x.clone().requires_grad_(), target=TARGET, **more)
            return found

        return work

    def row(self, what: str, value: float, unit: str, against: str, goal: float | None) -> Row:
        return Row(PART, f"{what}, {self.name}", value, unit, against, goal)


def rows() -> Iterator[Row]:
    """Every method on every network."""
    for name in LAST_MAPS:
        subject = Subject(name)
        if name not in CLIPPED:
            yield from relevance(subject)
        yield from one_way_back(subject)
        yield from class_maps(subject)
        yield from many_passes(subject)


def relevance(subject: Subject) -> Iterator[Row]:
    """LRP by composite."""
    for composite, (kind, goal) in ZENNIT.items():
        ours, peer = subject.ours("lrp", composite=composite), subject.zennit(kind)
        _alike(ours().attribution, peer(), least=0.99)
        yield subject.row(composite, paired(ours, peer, subject.rounds), FASTER, "zennit", goal)
    ours = subject.ours("lrp", composite="epsilon")
    cost = 1 / paired(ours, subject.bare(), subject.rounds)
    yield subject.row("LRP-ε", cost, COST, "the bare passes", 1.4)
    if subject.name == "vgg16":  # of sums and concatenations captum's LRP makes something else
        yield subject.row("LRP-ε", paired(ours, subject.captum(attr.LRP), subject.rounds), FASTER, "captum", None)


def one_way_back(subject: Subject) -> Iterator[Row]:
    """Guided backprop, deconvnet, saliency."""
    for method, kind in CAPTUM.items():
        ours, peer = subject.ours(method), subject.captum(kind)
        if method == "saliency":
            _alike(ours().heatmap, peer()[0].amax(0))
            yield subject.row(method, paired(ours, peer, subject.rounds), FASTER, "captum", 1.0)
        elif subject.name not in CLIPPED:
            _alike(ours().attribution, peer())
            yield subject.row(method, paired(ours, peer, subject.rounds), FASTER, "captum", 1.0)
        yield subject.row(method, 1 / paired(ours, subject.bare(), subject.rounds), COST, "the bare passes", 1.0)
    if subject.name in CLIPPED:
        return
    ours, peer = subject.ours("guided_backprop"), subject.zennit(zc.GuidedBackprop)
    _alike(ours().attribution, peer(), least=0.99)  # in float32 a few rectifiers open for one only
    yield subject.row("guided_backprop", paired(ours, peer, subject.rounds), FASTER, "zennit", None)


def class_maps(subject: Subject) -> Iterator[Row]:
    """Grad-CAM at the last maps."""
    layer, module = LAST_MAPS[subject.name]
    ours = subject.ours("grad_cam", at=layer)
    twin = copy.deepcopy(subject.apart)
    with GradCAM(twin, [twin.get_submodule(module)]) as peer:
        yield from _class_map(subject, ours, lambda: peer(subject.x, [ClassifierOutputTarget(TARGET)]), "grad-cam", 2)
    twin = copy.deepcopy(subject.apart)
    with TorchcamGradCAM(twin, module) as other:
        yield from _class_map(subject, ours, lambda: other(TARGET, twin(subject.x))[0], "torchcam", 1.1)
    cost = 1 / paired(ours, subject.forward, subject.rounds)
    yield subject.row("Grad-CAM", cost, COST, "the bare forward", None)


def _class_map(
    subject: Subject, ours: Callable[[], HeatMap], peer: Callable[[], Any], name: str, goal: float
) -> Iterator[Row]:
    coarse, theirs = ours().coarse, torch.as_tensor(peer())
    assert coarse is not None
    coarse = coarse if theirs.shape[1:] == coarse.shape else ours().heatmap
    _alike(coarse[None], theirs, least=0.98)  # pytorch-grad-cam resizes by another library
    yield subject.row("Grad-CAM", paired(ours, peer, subject.rounds), FASTER, name, goal)


def many_passes(subject: Subject) -> Iterator[Row]:
    """Integrated gradients and SmoothGrad, and the passes they need in the same batches."""
    count = FEW.get(subject.name, MANY)
    bare = _batched(subject, count, per_pass(subject.network, grad=True))
    ours = subject.ours("integrated_gradients", steps=count)
    peer = subject.captum(attr.IntegratedGradients, n_steps=count, baselines=_black(subject.network))
    _alike(ours().attribution, peer())
    yield subject.row("integrated gradients", 1 / paired(ours, bare, 3), COST, f"{count} bare passes", 1.1)
    yield subject.row("integrated gradients", paired(ours, peer, 3), FASTER, "captum", 1.1)
    ours = subject.ours("smoothgrad", samples=count)
    peer = subject.captum(lambda module: attr.NoiseTunnel(attr.Saliency(module)), nt_samples=count)
    yield subject.row("SmoothGrad", 1 / paired(ours, bare, 3), COST, f"{count} bare passes", 1.1)
    yield subject.row("SmoothGrad", paired(ours, peer, 3), FASTER, "captum", 1.1)


def _batched(subject: Subject, count: int, size: int) -> Callable[[], Any]:
    works = [subject.bare(min(size, count - first)) for first in range(0, count, size)]
    return lambda: [work() for work in works]


def _black(network: Network) -> Tensor:
    return network.feed(torch.zeros(1, 3, *network.size))


def _alike(ours: Tensor | None, theirs: Tensor, least: float = 0.9999) -> None:
    """Raises unless the two point the same way; scales are the methods' own."""
    assert ours is not None
    cosine = float(torch.cosine_similarity(ours.double().flatten(), theirs.detach().double().flatten(), 0))
    if cosine < least:
        raise AssertionError(f"not the same answer: their cosine is {cosine:.6f}")
