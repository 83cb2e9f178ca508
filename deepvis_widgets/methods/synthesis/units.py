"""One picture for each of many units of a layer, made in batches: what a grid of tiles shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from ...core.network.network import Network
from ...core.network.target import Target
from ...core.report import Report
from .ascent import Ascent
from .params import SynthesisParams
from .source import sources

LOOK = 12  # steps from one look at the pictures to the next
TOGETHER = 16  # pictures in a batch: with 8 a picture takes a fifth longer, with 32 the first ones are long in coming


@dataclass(frozen=True, eq=False)
class UnitsDrawn:
    """Pictures (3, h, w) of units of a layer by channel, cropped to what these see: finished, or in the making."""

    pictures: dict[int, Tensor]
    done: bool


def draw_units(network: Network, layer: str, channels: Sequence[int], params: SynthesisParams, report: Report) -> None:
    """Draws one picture of each of these units, one batch after the other; reports every step, now and then with a
    batch as UnitsDrawn, and each finished one. A picture is the one that `activation_maximization` gives for its unit
    alone.

    >>> import deepvis_widgets as dv
    >>> net, params, done = dv.load("husky-wolf"), SynthesisParams(steps=2), []
    >>> draw_units(net, "features.relu1", [3, 8], params, lambda fraction, part=None: done.append((fraction, part)))
    >>> [(fraction, part and sorted(part.pictures)) for fraction, part in done]
    [(0.5, None), (1.0, [3, 8])]
    """
    finished, params = 0, replace(params, pictures=1)
    for batch in batches(network, layer, channels):
        ascent = Ascent(network, batch, params)
        while not ascent.done:
            ascent.step()
            look = ascent.done or len(ascent.trace) % LOOK == 0
            fraction = (finished + len(batch) * ascent.fraction) / len(channels)
            report(fraction, UnitsDrawn(_pictures(ascent, batch), ascent.done) if look else None)
        finished += len(batch)


def _pictures(ascent: Ascent, batch: Sequence[Target]) -> dict[int, Tensor]:
    crops = ascent.crops()
    return {unit.channel: crop.clone() for unit, crop in zip(batch, crops, strict=True)}  # or one keeps them all


def batches(network: Network, layer: str, channels: Sequence[int]) -> list[list[Target]]:
    """Returns the units in batches that can be drawn together, those that come first in the first one."""
    with torch.inference_mode(False), torch.no_grad():
        targets = [Target(channel, layer) for channel in channels]
        made: dict[str | None, list[Target]] = {}
        for target, source in zip(targets, sources(network, targets) if targets else [], strict=True):
            made.setdefault(source.layer, []).append(target)
    return [units[i : i + TOGETHER] for units in made.values() for i in range(0, len(units), TOGETHER)]
