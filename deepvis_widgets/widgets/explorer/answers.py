"""What the panes of a live browser show for one picture: activations, one unit, class scores, maps, backward views.

Everything here runs on the worker's thread and asks `network.record` for its pass, so that all panes share one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from ...core.network.backward_rules import DECONVNET, GUIDED, PLAIN, Rules
from ...core.network.layer import Layer
from ...core.network.network import Network
from ...core.network.recording import Recording
from ...core.network.target import Target
from ...core.picture.reduce import backward_view
from ...core.results import HeatMap, Result
from ...methods import explain
from ...methods.backward import start, strongest

BACKWARD: dict[str, Rules] = {"gradient": PLAIN, "deconvnet": DECONVNET, "guided_backprop": GUIDED}


@dataclass(frozen=True)
class Unit:
    """One unit of a layer, at a position (row, col) or wherever it is strongest."""

    layer: str
    channel: int
    position: tuple[int, int] | None = None


@dataclass(frozen=True, eq=False)
class Maps:
    """Maps (n, h, w) of some units of a layer, small enough for tiles, and the statistics of all its units at full
    size.
    """

    layer: Layer
    units: Tensor
    values: Tensor
    low: Tensor
    high: Tensor
    mean: Tensor


@dataclass(frozen=True, eq=False)
class UnitMap:
    """One unit's map (h, w), the position (row, col) shown, and whether that is the strongest one."""

    values: Tensor
    position: tuple[int, int]


def passed(network: Network, view: Tensor, backward: str) -> Recording:
    """The pass over a view (3, H, W) bent the way the backward pane needs; its forward values are the same for all."""
    return network.record(view, rules=BACKWARD.get(backward, PLAIN))


def all_maps(network: Network, recording: Recording, layer: str) -> Tensor:
    """Every unit's map (C, h, w) of a layer."""
    found = network.layers[layer]
    maps: Tensor = found.layout.maps(recording.outputs[layer].detach())[0]
    return maps.float()


def tiles(network: Network, maps: Tensor, layer: str, units: Tensor | None, longest: int) -> Maps:
    """The maps of `units` (None: all), reduced by averaging until no side is longer than `longest`."""
    chosen = torch.arange(len(maps)) if units is None else units
    values = maps if units is None else maps[chosen]
    factor = -(-max(maps.shape[1:]) // longest)
    if factor > 1:
        values = F.avg_pool2d(values[None], factor, ceil_mode=True)[0]
    flat = maps.flatten(1)
    return Maps(
        network.layers[layer], chosen, values.cpu(), *(s.cpu() for s in (flat.amin(1), flat.amax(1), flat.mean(1)))
    )


def gradient_maps(network: Network, view: Tensor, backward: str, unit: Unit, layer: str) -> Tensor:
    """The backward signal (C, h, w) from a unit at another layer: zeros where the unit does not depend on it."""
    recording = passed(network, view, backward)
    objective, _ = start(network, recording, Target(unit.channel, unit.layer, unit.position))
    signal = recording.gradient(objective, wrt=recording.outputs[layer])
    maps: Tensor = network.layers[layer].layout.maps(signal)[0]
    return maps.float()


def unit_map(network: Network, recording: Recording, unit: Unit) -> UnitMap:
    """The map of one unit and the position that is shown of it."""
    values = all_maps(network, recording, unit.layer)[unit.channel].cpu()
    return UnitMap(values, unit.position or strongest(values))


def backward_picture(network: Network, recording: Recording, kind: str, unit: Unit, seed: str = "map") -> Tensor:
    """The backward pane: the signal of a unit at the input of a pass, in one of the toolbox's views; a picture (3, H,
    W) in [0, 1].
    """
    objective, _ = start(network, recording, Target(unit.channel, unit.layer, unit.position), seed)
    return backward_view(recording.gradient(objective)[0].cpu(), kind)


def probabilities(recording: Recording) -> Tensor:
    """Softmax class probabilities (classes,)."""
    return recording.logits[0].detach().float().softmax(0).cpu()


def overlay(network: Network, view: Tensor, method: str, target: int | None, params: dict[str, Any]) -> HeatMap | None:
    """The heat map of a quick method for a class (None: the top one); None where it gives no heat map."""
    result: Result = explain(network, view, method, target=target, **params)
    return result if isinstance(result, HeatMap) else None
