"""Occlusion sweeps against captum's and against the quickest of bare and fused passes, in one run, interleaved.

Captum passes its windows one by one, so its sweep is timed over fewer of them and counted per window.
"""

from __future__ import annotations

import statistics
import warnings
from collections.abc import Callable, Iterator

import torch
from captum.attr import Occlusion
from torch import Tensor

from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.fills import fill_picture
from deepvis_widgets.methods import explain
from deepvis_widgets.methods.occlusion import OcclusionMap
from deepvis_widgets.methods.perturbation.score import per_pass
from deepvis_widgets.methods.perturbation.sweep import windows
from deepvis_widgets.passes.fused_passes import FusedPasses
from deepvis_widgets.passes.window_passes import WindowPasses
from deepvis_widgets.zoo.load import load
from tests.benchmarks.rows import FASTER, Row, seconds

WINDOW, STRIDE, COARSE = 32, 8, 32
EMBEDDED, SECONDS = "husky-wolf", 0.3
GOALS = {"squeezenet1_1": 7, "alexnet": 7, "resnet18": 5, "resnet50": 3.5, "efficientnet_lite0": 5, "vgg16": 10}
ALONE = {"squeezenet1_1": 12}  # the score of the class alone
ROUNDS = {"resnet50": 1, "vgg16": 1}  # of the others 3
BATCHES = (1, 8, 16, 32)  # of bare and fused passes: the quickest counts


def rows() -> Iterator[Row]:
    """A sweep of every network."""
    yield embedded()
    for name in GOALS:
        yield from measure(load(name, weights="random"), name, ROUNDS.get(name, 3))


def embedded() -> Row:
    """How long a sweep of an embedded network takes."""
    network = load(EMBEDDED)
    view = _view(network)
    _sweep(network, view, STRIDE)
    times = [seconds(lambda: _sweep(network, view, STRIDE)) for _ in range(5)]
    return Row("Occlusion", f"windows every {STRIDE} pixels, {EMBEDDED}", statistics.median(times), "s", "", SECONDS)


def measure(network: Network, name: str, rounds: int) -> Iterator[Row]:
    """One network, against captum and against the best plain way, per window."""
    view = _view(network)
    _check_agreement(network, view)
    count, coarse = (len(_boxes(network, stride)) for stride in (STRIDE, COARSE))
    captum, plain, ours, alone = [], [], [], []
    passes = FusedPasses(network, network.feed(view[None]))
    for _ in range(rounds):
        ours.append(seconds(lambda: _sweep(network, view, STRIDE)) / count)
        captum.append(seconds(lambda: _captum(network, view)) / coarse)
        plain.append(min(_per_picture(way, network, view) for way in (network.run, passes.run)))
        alone.append(seconds(lambda: _scores(network, view)) / count if name in ALONE else 1.0)
    what = f"{count} windows, {name}"
    yield Row("Occlusion", what, _ratio(captum, ours), FASTER, "captum", GOALS[name])
    yield Row("Occlusion", what, _ratio(plain, ours), FASTER, "the best plain way", 1)
    if name in ALONE:
        yield Row("Occlusion", f"{what}, one class", _ratio(captum, alone), FASTER, "captum", ALONE[name])


def _view(network: Network) -> Tensor:
    return torch.rand(3, *network.size, generator=torch.Generator().manual_seed(0))


def _sweep(network: Network, view: Tensor, stride: int) -> OcclusionMap:
    found = explain(network, view, "occlusion", target=0, window=WINDOW, stride=stride)
    assert isinstance(found, OcclusionMap)
    return found


def _scores(network: Network, view: Tensor) -> Tensor:
    """(windows,): the score of class 0 alone under every window."""
    boxes = _boxes(network, STRIDE)
    passes = WindowPasses(network, view, fill_picture(view, "grey"), target=0, most=per_pass(network))
    return torch.cat([passes.run(boxes[part]).logits[:, 0] for part in passes.parts(boxes)])


def _per_picture(way: Callable[[Tensor], object], network: Network, view: Tensor) -> float:
    """Seconds of a picture in passes of the batch that suits best."""
    inputs = [network.feed(view.expand(count, -1, -1, -1)) for count in BATCHES]
    return min(seconds(lambda x=x: way(x)) / len(x) for x in inputs)  # type: ignore[misc]


def _boxes(network: Network, stride: int) -> Tensor:
    """(windows, 4): top, left, height, width."""
    return windows(network.size, WINDOW, stride).flatten(0, 1)


def _captum(network: Network, view: Tensor) -> Tensor:
    """Captum's map (H, W), of the coarse sweep."""
    x, grey = network.feed(view[None]), network.feed(fill_picture(view, "grey")[None])
    sides = (3, WINDOW, WINDOW), (3, COARSE, COARSE)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found: Tensor = Occlusion(network.module).attribute(x, *sides, baselines=grey, target=0)
    return found[0, 0]


def _check_agreement(network: Network, view: Tensor) -> None:
    """A benchmark of different answers would say nothing."""
    ours, captum = _sweep(network, view, COARSE).heatmap, _captum(network, view)
    assert float((ours - captum).abs().max()) < 1e-3 * float(captum.abs().max()), "the two sweeps differ"


def _ratio(peer: list[float], ours: list[float]) -> float:
    return statistics.median(a / b for a, b in zip(peer, ours, strict=True))
