"""LIME against the lime package and against bare passes, in one run, interleaved; random weights, an embedded scene."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from lime.lime_image import LimeImageExplainer
from lime.wrappers.scikit_image import SegmentationAlgorithm

from deepvis_widgets.core.network.network import Network
from deepvis_widgets.methods import explain
from deepvis_widgets.methods.perturbation.superpixels import Superpixels
from deepvis_widgets.passes.fused_passes import FusedPasses
from deepvis_widgets.zoo.load import load
from deepvis_widgets.zoo.scenes import scene
from tests.benchmarks.rows import COST, FASTER, Row, seconds

PART, NAME, TARGET = "LIME", "squeezenet1_1", 0
SAMPLES, BATCH, USUAL_BATCH, ROUNDS = 1000, 25, 10, 1  # a round takes a minute and a half
PAIRED = {"samples": 400, "paired": True}  # docs/speed.md says how far its five strongest superpixels are the same


def rows() -> Iterator[Row]:
    """1,000 samples of one picture, and fewer of better ones."""
    network = load(NAME, weights="random")
    view = network.view(scene("wolf", "snow", 3).image)
    x = network.feed(view[None]).expand(BATCH, -1, -1, -1).contiguous(memory_format=torch.channels_last)
    bare = FusedPasses(network, x[:1])
    found = ours(network, view, samples=60)
    compare(found, packages(network, found))
    again = ours(network, view)
    times: dict[str, list[float]] = {"ours": [], "paired": [], "package": [], "bare": []}
    for _ in range(ROUNDS):
        times["ours"].append(seconds(lambda: ours(network, view)))
        times["bare"].append(seconds(lambda: [bare.run(x) for _ in range(SAMPLES // BATCH)]))
        times["package"].append(seconds(lambda: packages(network, again)))
        times["paired"].append(seconds(lambda: ours(network, view, **PAIRED)))
    what = f"{SAMPLES:,} samples, {NAME}"
    yield Row(PART, what, ratio(times["package"], times["ours"]), FASTER, "the lime package", 1.8)
    yield Row(PART, what, ratio(times["ours"], times["bare"]), COST, "bare fused passes", 1.1)
    what = f"{PAIRED['samples']} samples in pairs, {NAME}"
    yield Row(PART, what, ratio(times["package"], times["paired"]), FASTER, "the lime package", 4)


def ours(network: Network, view: torch.Tensor, **params: Any) -> Superpixels:
    """Our explanation of one class."""
    found = explain(network, view, "lime", target=TARGET, **{"samples": SAMPLES} | params)
    assert isinstance(found, Superpixels)
    return found


class Replay:
    """In place of the package's random state: gives out our masks."""

    def __init__(self, masks: torch.Tensor) -> None:
        self.masks = masks

    def randint(self, low: int, high: int, count: int) -> np.ndarray:
        return self.masks.long().numpy().flatten()


def packages(network: Network, found: Superpixels) -> Any:
    """The package's explanation with the predict function that its users write, from our masks; it finds the same
    superpixels once more, as we do.
    """
    mean, std = (torch.tensor(numbers).view(-1, 1, 1) for numbers in _normalisation(network))

    def predict(images: np.ndarray) -> np.ndarray:
        with torch.no_grad():
            x = torch.stack([(torch.from_numpy(image).float().permute(2, 0, 1) - mean) / std for image in images])
            answers: np.ndarray = network.module(x).softmax(1).numpy()
            return answers

    explainer = LimeImageExplainer()
    explainer.random_state = Replay(found.masks)
    return explainer.explain_instance(
        found.picture.permute(1, 2, 0).double().numpy(),
        predict,
        labels=(TARGET,),
        top_labels=None,
        num_samples=found.samples,
        batch_size=USUAL_BATCH,
        segmentation_fn=SegmentationAlgorithm("quickshift", kernel_size=4, max_dist=200, ratio=0.2, rng=0),
        random_seed=0,
    )


def _normalisation(network: Network) -> tuple[tuple[float, ...], tuple[float, ...]]:
    return network.preprocessing.mean, network.preprocessing.std


def compare(found: Superpixels, peer: Any) -> None:
    """Both give the same weights, as far as float32 goes."""
    weights = torch.tensor([weight for _, weight in sorted(peer.local_exp[TARGET])], dtype=torch.float64)
    assert float((found.weights - weights).abs().max()) < 1e-3 * float(weights.abs().max()), "the answers differ"


def ratio(peer: list[float], ours: list[float]) -> float:
    """The median over rounds."""
    return statistics.median(a / b for a, b in zip(peer, ours, strict=True))
