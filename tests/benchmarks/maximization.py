"""Activation maximization against lucent and against bare truncated passes, in one run, interleaved; random weights.

Equal steps, pictures, size, transforms and objective: the mean over a channel's map, so that nothing can be cropped.
"""

from __future__ import annotations

import statistics
import warnings
from collections.abc import Iterator

import torch
from torch import Tensor, nn

from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.network.target import Target
from deepvis_widgets.methods.synthesis import Ascent, SynthesisParams
from deepvis_widgets.zoo.load import load
from tests.benchmarks.rows import COST, FASTER, Row, seconds

PART, STEPS, ROUNDS, PICTURES, CHANNEL = "Activation maximization", 4, 3, 4, 3
LAYERS = (  # network, layer, as lucent calls it, where it is, how often as fast as lucent
    ("googlenet", "inception4a.branch4.1.conv", "inception4a_branch4_1_conv", "mid", 3.0),
    ("googlenet", "inception5b.branch4.1.conv", "inception5b_branch4_1_conv", "late", 1.3),
    ("resnet18", "layer2.0.bn2", "layer2_0_bn2", "mid", 3.0),
    ("resnet18", "layer4.1.bn2", "layer4_1_bn2", "late", 1.3),
)


def rows() -> Iterator[Row]:
    """A mid and a late layer of each network."""
    for name in dict.fromkeys(layer[0] for layer in LAYERS):
        network = load(name, weights="random")
        for _, layer, theirs, where, goal in (found for found in LAYERS if found[0] == name):
            ours, lucent, bare = times(network, layer, theirs)
            what = f"{PICTURES} pictures, {where} layer of {name}"
            yield Row(PART, what, ratio(lucent, ours), FASTER, "lucent", goal)
            yield Row(PART, what, ratio(ours, bare), COST, "bare truncated passes", 1.25)


def times(network: Network, layer: str, theirs: str) -> tuple[list[float], list[float], list[float]]:
    """Seconds per step, round by round: ours, lucent's, and those of bare passes."""
    ascent = Ascent(network, Target(CHANNEL, layer), SynthesisParams(pictures=PICTURES, objective="channel"))
    x = network.feed(torch.rand(PICTURES, 3, *network.size, generator=torch.Generator().manual_seed(0)))
    ascent.step()
    bare(network.module, layer, x)
    lucent(network, theirs, 1)
    ours, peer, limit = [], [], []
    for _ in range(ROUNDS):
        ours.append(seconds(lambda: [ascent.step() for _ in range(STEPS)]) / STEPS)
        peer.append(seconds(lambda: lucent(network, theirs, STEPS)) / STEPS)
        limit.append(seconds(lambda: [bare(network.module, layer, x) for _ in range(STEPS)]) / STEPS)
    return ours, peer, limit


def lucent(network: Network, layer: str, steps: int) -> None:
    """Lucent's own steps with its own transforms, the network fed pictures of our size."""
    from lucent.optvis import objectives, param, render

    size = network.size[0]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        render.render_vis(
            network.module,
            objectives.channel(layer, CHANNEL),
            lambda: param.image(size, batch=PICTURES),
            thresholds=(steps,),
            fixed_image_size=size,
            progress=False,
            show_image=False,
        )


class Reached(Exception):
    """Ends a bare pass at the layer."""


def bare(module: nn.Module, layer: str, x: Tensor) -> Tensor:
    """The gradient of the channel's mean by a hook that ends the pass, and nothing else; weights keep none."""
    found: list[Tensor] = []

    def stop(_: nn.Module, __: object, output: Tensor) -> None:
        found.append(output)
        raise Reached

    x = x.detach().requires_grad_()
    weights = [weight for weight in module.parameters() if weight.requires_grad]
    handle = module.get_submodule(layer).register_forward_hook(stop)
    try:
        for weight in weights:
            weight.requires_grad_(False)
        module(x)
    except Reached:
        pass
    finally:
        handle.remove()
        for weight in weights:
            weight.requires_grad_(True)
    (gradient,) = torch.autograd.grad(found[0][:, CHANNEL].mean((1, 2)).sum(), x)
    return gradient


def ratio(peer: list[float], ours: list[float]) -> float:
    """The median over rounds."""
    return statistics.median(a / b for a, b in zip(peer, ours, strict=True))
