"""A step of a drag: the pass with a moving window hidden, against the network's bare forward on the same picture."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from itertools import cycle

import torch

from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.network.recording import Recording
from deepvis_widgets.core.picture.fills import fill_picture
from deepvis_widgets.passes.moving_window import Covered, MovingWindow
from deepvis_widgets.passes.plan.ways import FUSED, GROUPS, PLAIN, SINGLE
from deepvis_widgets.widgets.kit.arguments import default_layer
from deepvis_widgets.zoo.load import load
from tests.benchmarks.rows import COST, Row, seconds

GOALS = {
    "vgg16": 0.3,
    "resnet18": 0.55,
    "squeezenet1_1": 0.5,
    "alexnet": 1.0,
    "efficientnet_lite0": 1.0,
    "husky-wolf": 1.0,
}
SHARE = 7  # the window's side is the picture's by this
PLACES = (0.05, 0.3, 0.5, 0.7, 0.9)  # where the window stands, of the room there is for it
ROUNDS = 4
WAYS = {PLAIN: "a plain pass", FUSED: "a fused pass", **dict.fromkeys((GROUPS, SINGLE), "where the window reaches")}


def rows() -> Iterator[Row]:
    """Every network's figure; weights are random, but for husky-wolf's."""
    for name, goal in GOALS.items():
        network = load(name) if name == "husky-wolf" else load(name, weights="random")
        yield from measure(network, name, goal)


def measure(network: Network, name: str, goal: float) -> Iterator[Row]:
    """Steps over the picture, each beside a bare forward; the layer is the one that the Explorer opens with."""
    view = torch.rand(3, *network.size, generator=torch.Generator().manual_seed(0))
    layer, fill = default_layer(network), fill_picture(view, "grey")
    steps = [Covered(view, fill, box, layer) for box in _boxes(network.size)]
    moving = MovingWindow(network)
    moving.prepare(steps[0], lambda *_: None)
    for step in steps:
        _check(network, step, moving.record(step))
    x = network.feed(view[None])
    ratios = []
    for _, step in zip(range(ROUNDS * len(steps)), cycle(steps), strict=False):
        ours = seconds(lambda step=step: moving.record(step))  # type: ignore[misc]
        ratios.append(ours / seconds(lambda: _bare(network, x)))
    way = WAYS[moving.way(steps[0])]
    yield Row("Drag", f"step of a drag, {name}, {way}", statistics.median(ratios), COST, "a bare forward", goal)


def _boxes(size: tuple[int, int]) -> list[tuple[int, int, int, int]]:
    height, width = (side // SHARE for side in size)
    return [
        (int(down * (size[0] - height)), int(across * (size[1] - width)), height, width)
        for down, across in zip(PLACES, PLACES[2:] + PLACES[:2], strict=True)
    ]


def _bare(network: Network, x: torch.Tensor) -> None:
    with torch.no_grad():
        network.module(x)


def _check(network: Network, step: Covered, found: Recording) -> None:
    """A wrong answer is not worth timing."""
    expected = network.run(network.feed(step.shown[None]), keep=(step.layer,))
    for ours, theirs in ((found.logits, expected.logits), (found.outputs[step.layer], expected.outputs[step.layer])):
        assert float((ours - theirs).abs().max()) < 1e-4 * float(theirs.std())
