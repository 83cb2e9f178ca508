"""Occlusion sweeps against captum's and against bare passes in batches, in one run, interleaved."""

from __future__ import annotations

import statistics
import warnings
from collections.abc import Iterator
from typing import Any

import torch
from captum.attr import Occlusion

from deepvis_widgets.core.network import Network
from deepvis_widgets.methods import explain
from deepvis_widgets.zoo.load import load
from tests.benchmarks.rows import FASTER, Row, seconds

WINDOW, STRIDE, ROUNDS, BATCH = 32, 8, 3, 16
NETWORKS = ("husky-wolf", "squeezenet1_1", "resnet18", "alexnet", "vgg16", "resnet50")
GOALS = {"squeezenet1_1": 8, "resnet18": 5, "alexnet": 5, "vgg16": 12, "resnet50": 4}
COARSE = {"vgg16": 24, "resnet50": 24}  # pixels; captum's sweep would take minutes at a stride of 8


def rows() -> Iterator[Row]:
    """A sweep of every network."""
    for name in NETWORKS:
        yield from measure(name, COARSE.get(name, STRIDE))


def measure(name: str, stride: int) -> Iterator[Row]:
    """One network, against captum and against bare passes in batches."""
    network = load(name) if name == "husky-wolf" else load(name, weights="random")
    view = torch.rand(3, *network.size, generator=torch.Generator().manual_seed(0))
    found = explain(network, view, "occlusion", target=0, window=WINDOW, stride=stride)
    windows = found.scores.numel()  # type: ignore[attr-defined]
    captum, bare, ours = [], [], []
    for _ in range(ROUNDS):
        ours.append(seconds(lambda: explain(network, view, "occlusion", target=0, window=WINDOW, stride=stride)))
        captum.append(seconds(lambda: _captum(network, view, stride)))
        bare.append(seconds(lambda: network.logits(view.expand(BATCH, -1, -1, -1))) * windows / BATCH)
    what = f"{windows} windows, {name}"
    yield Row("Occlusion", what, _ratio(captum, ours), FASTER, "captum", GOALS.get(name))
    yield Row("Occlusion", what, _ratio(bare, ours), FASTER, f"bare passes of {BATCH}")


def _captum(network: Network, view: torch.Tensor, stride: int) -> Any:
    x = network.preprocess(view)[None]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Occlusion(network.module).attribute(x, (3, WINDOW, WINDOW), (3, stride, stride), target=0)


def _ratio(peer: list[float], ours: list[float]) -> float:
    return statistics.median(a / b for a, b in zip(peer, ours, strict=True))
