"""Occlusion sweeps against captum's and against bare passes in batches, in one run, interleaved."""

from __future__ import annotations

import statistics
import time
import warnings
from collections.abc import Callable
from typing import Any

import torch
from captum.attr import Occlusion

from deepvis_widgets.core.network import Network
from deepvis_widgets.methods import explain
from deepvis_widgets.zoo.load import load

WINDOW, STRIDE, ROUNDS, BATCH = 32, 8, 3, 16
NETWORKS = ("husky-wolf", "squeezenet1_1", "resnet18", "alexnet", "vgg16", "resnet50")
COARSE = {"vgg16": 24, "resnet50": 24}  # pixels; captum's sweep would take minutes at a stride of 8


def main() -> None:
    """Sweep every network and print the ratios."""
    print(f"occlusion, windows of {WINDOW}×{WINDOW}, all classes; × as fast as")
    for name in NETWORKS:
        print("  " + measure(name, COARSE.get(name, STRIDE)), flush=True)


def measure(name: str, stride: int) -> str:
    """One network's line."""
    network = load(name) if name == "husky-wolf" else load(name, weights="random")
    view = torch.rand(3, *network.size, generator=torch.Generator().manual_seed(0))
    captum, bare, ours = [], [], []
    for _ in range(ROUNDS):
        ours.append(_seconds(lambda: explain(network, view, "occlusion", target=0, window=WINDOW, stride=stride)))
        captum.append(_seconds(lambda: _captum(network, view, stride)))
        bare.append(_seconds(lambda: network.logits(view.expand(BATCH, -1, -1, -1))) / BATCH)
    windows = int(explain(network, view, "occlusion", target=0, window=WINDOW, stride=stride).scores.numel())  # type: ignore[attr-defined]
    return (
        f"{name:14} {windows:4} windows in {statistics.median(ours):6.2f} s: "
        f"{_ratio(captum, ours):5.2f} captum, {windows * _ratio(bare, ours):5.2f} bare passes in batches"
    )


def _captum(network: Network, view: torch.Tensor, stride: int) -> Any:
    x = network.preprocess(view)[None]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Occlusion(network.module).attribute(x, (3, WINDOW, WINDOW), (3, stride, stride), target=0)


def _seconds(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _ratio(peer: list[float], ours: list[float]) -> float:
    return statistics.median(a / b for a, b in zip(peer, ours, strict=True))
