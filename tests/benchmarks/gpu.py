"""What a GPU does of what is measured on the CPU: ours against bare passes there, and against the CPU; nothing where
there is none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

import deepvis_widgets as dv
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.network.target import Target
from deepvis_widgets.methods.synthesis import Ascent, SynthesisParams
from deepvis_widgets.zoo.load import load
from tests.benchmarks.maximization import bare
from tests.benchmarks.rows import COST, FASTER, Row, paired

PART, NAME, LAYER, PICTURES = "GPU", "resnet18", "layer2.0.bn2", 4


def rows() -> Iterator[Row]:
    """A click, a sweep and a step of an ascent."""
    if not torch.cuda.is_available():
        return
    here, there = (load(NAME, weights="random") for _ in range(2))
    there.module.to("cuda")
    view = torch.rand(3, *here.size, generator=torch.Generator().manual_seed(0))
    for what, how in (("saliency", {}), ("occlusion", {"window": 32, "stride": 16})):
        ours, cpu = (_explaining(network, view, what, how) for network in (there, here))
        yield Row(PART, f"{what}, {NAME}", paired(ours, cpu), FASTER, "on the CPU")
    step = _climbing(there)
    yield Row(PART, f"{PICTURES} pictures a step, {NAME}", paired(step, _climbing(here)), FASTER, "on the CPU")
    x = there.feed(torch.rand(PICTURES, 3, *there.size))
    passes = _waited(lambda: bare(there.module, LAYER, x))
    yield Row(PART, f"{PICTURES} pictures a step, {NAME}", 1 / paired(step, passes), COST, "bare truncated passes")


def _explaining(network: Network, view: Tensor, name: str, how: dict[str, Any]) -> Callable[[], None]:
    def explain() -> None:
        network.recordings.clear()
        dv.explain(network, view, name, target=3, **how)

    return _waited(explain)


def _climbing(network: Network) -> Callable[[], None]:
    ascent = Ascent(network, Target(3, LAYER), SynthesisParams(pictures=PICTURES, objective="channel"))
    return _waited(ascent.step)


def _waited(work: Callable[[], Any]) -> Callable[[], None]:
    """The work, and waiting for the GPU to have done it."""

    def done() -> None:
        work()
        torch.cuda.synchronize()

    return done
