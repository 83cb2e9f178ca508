"""What the relevance ledger is answered: the relevance of all layers, and of one of them as a map and in words."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from ...core.network.network import Network
from ...methods.lrp import RelevanceMap
from ...methods.relevance.propagate import PICTURE
from .words import digits

UNITS = 4  # named as having the most relevance


@dataclass(frozen=True, eq=False)
class LayerRelevance:
    """Holds the relevance map (h, w) of one layer, and sentences about it."""

    layer: str
    values: Tensor
    lines: list[str]


@dataclass(frozen=True, eq=False)
class Answer:
    """Holds the relevance of all layers, and the map of the one asked for."""

    result: RelevanceMap
    shown: LayerRelevance


def relevance_of(network: Network, result: RelevanceMap, layer: str) -> LayerRelevance:
    """Returns the relevance of a layer of the network, or of the picture, by what LRP found."""
    if layer == PICTURE:
        return LayerRelevance(layer, result.heatmap, [f"ΣR = {digits(float(result.heatmap.sum()))}"])
    maps: Tensor = network.layers[layer].layout.maps(result.relevances[layer][None])[0]
    return LayerRelevance(layer, plane(maps), [f"ΣR = {digits(float(maps.sum()))}", strongest_units(maps)])


def plane(maps: Tensor) -> Tensor:
    """Returns relevance maps (C, h, w) as one plane: their sum, or, of single values, these themselves in a square.

    >>> plane(torch.arange(5.0).view(5, 1, 1)).tolist()
    [[0.0, 1.0, 2.0], [3.0, 4.0, 0.0]]
    """
    if maps.shape[1] * maps.shape[2] > 1:
        return maps.sum(0)
    count = len(maps)
    cols = int(count**0.5 + 0.999)
    return F.pad(maps.flatten(), (0, -count % cols)).view(-1, cols)


def strongest_units(maps: Tensor) -> str:
    """Returns the units with the most relevance, in words.

    >>> strongest_units(torch.tensor([0.5, -2.0]).view(2, 1, 1))
    'most at unit 1 (−2), 0 (0.5)'
    """
    totals = maps.double().sum((1, 2))
    units = torch.argsort(totals.abs(), descending=True)[:UNITS].tolist()
    return "most at unit " + ", ".join(f"{unit} ({digits(float(totals[unit]))})" for unit in units)
