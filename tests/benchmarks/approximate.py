"""Approximate occlusion against captum's sweep and against our own exact one, and how near it comes to that."""

from __future__ import annotations

import statistics
import warnings
from collections.abc import Iterator

import torch
from captum.attr import Occlusion

from deepvis_widgets.core.network.network import Network
from deepvis_widgets.methods import explain
from deepvis_widgets.methods.occlusion import OcclusionMap
from deepvis_widgets.scores.rank_correlation import rank_correlation
from deepvis_widgets.zoo.load import load
from deepvis_widgets.zoo.scenes import scene
from tests.benchmarks.rows import FASTER, Row, seconds

WINDOW, STRIDE = 32, 8
COARSE = 32  # pixels; captum passes its windows one by one, so a few tell what all of them take
GOALS = {"vgg16": 30, "squeezenet1_1": None}
ROUNDS = 3
SCENES = (("husky", "snow"), ("wolf", "forest"), ("husky", "forest"), ("wolf", "snow"))


def rows() -> Iterator[Row]:
    """Times on random weights, agreement on the embedded network."""
    for name, goal in GOALS.items():
        yield from measure(load(name, weights="random"), name, goal)
    yield agreement(load("husky-wolf"))


def measure(network: Network, name: str, goal: float | None) -> Iterator[Row]:
    """One network: captum's time is that of a sweep at a coarse stride, for as many windows as the whole one has."""
    view = torch.rand(3, *network.size, generator=torch.Generator().manual_seed(0))
    ratios, exact = [], []
    count = sweep(network, view, "approximate").reached.numel()
    for _ in range(ROUNDS):
        ours = seconds(lambda: sweep(network, view, "approximate"))
        ratios.append(seconds(lambda: _captum(network, view)) * count / _windows(network.size) / ours)
        exact.append(seconds(lambda: sweep(network, view, "all")) / ours)
    what = f"{count} windows approximately, {name}"
    against = f"captum (timed on {_windows(network.size)} windows)"
    yield Row("Approximate occlusion", what, statistics.median(ratios), FASTER, against, goal)
    yield Row("Approximate occlusion", what, statistics.median(exact), FASTER, "the exact sweep")


def agreement(network: Network) -> Row:
    """The lowest rank correlation with the exact map, over some scenes."""
    found = []
    for seed, (kind, background) in enumerate(SCENES):
        view = network.view(scene(kind, background=background, seed=seed))
        exact, few = (sweep(network, view, windows, 24, 6) for windows in ("all", "approximate"))
        found.append(rank_correlation(few.heatmap, exact.heatmap))
    what = f"lowest of {len(SCENES)} scenes, husky-wolf"
    return Row(
        "Approximate occlusion", what, 1 - min(found), "short of rank correlation 1 with the exact map", "", 0.05
    )


def sweep(
    network: Network, view: torch.Tensor, windows: str, window: int = WINDOW, stride: int = STRIDE
) -> OcclusionMap:
    found = explain(network, view, "occlusion", target=0, window=window, stride=stride, windows=windows)
    assert isinstance(found, OcclusionMap)
    return found


def _windows(size: tuple[int, int]) -> int:
    """How many windows captum's coarse sweep has."""
    rows, cols = (-(-(side - WINDOW) // COARSE) + 1 for side in size)
    return rows * cols


def _captum(network: Network, view: torch.Tensor) -> None:
    x = network.preprocess(view)[None]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        Occlusion(network.module).attribute(x, (3, WINDOW, WINDOW), (3, COARSE, COARSE), target=0)
