"""Where a unit's value was made: a concatenation of rectified maps hides the rectifier that made each of them."""

from __future__ import annotations

import torch
from torch import Tensor

from ...core.network.layer import Layer
from ...core.network.layout import Layout
from ...core.network.network import Network
from ...core.network.target import Target


def source(network: Network, target: Target) -> Target:
    """Returns the unit of an earlier, rectified layer that `target` is a copy of, as in SqueezeNet's and Inception's
    blocks; `target` itself where there is none.

    Found by value: in a pass over one random view, the earlier layer stands unchanged among the maps of this one.
    """
    if target.layer is None:
        return target
    layer = network.layers[target.layer]
    candidates = [] if layer.rectifier is not None else _candidates(network, layer)
    if not candidates:
        return target
    view = torch.rand(1, network.bands, *network.size, generator=torch.Generator().manual_seed(0))
    names = [found.name for found in candidates]
    outputs = network.run(network.feed(view), keep=(*names, layer.name), until=layer.name).outputs
    for name in names:
        first = place_of(outputs[layer.name], outputs[name])
        if first is not None and first <= target.channel < first + outputs[name].shape[1]:
            return Target(target.channel - first, name, target.position)
    return target


def _candidates(network: Network, layer: Layer) -> list[Layer]:
    """Returns the rectified layers of this one's grid before it, the last first."""
    if layer.layout != Layout.MAPS:
        return []
    before = network.layers[: network.layers.names.index(layer.name)]
    grid = layer.shape[1:]
    found = (e for e in reversed(before) if e.rectifier and not e.of)
    return [e for e in found if e.shape[1:] == grid and e.channels < layer.channels]


def place_of(whole: Tensor, part: Tensor) -> int | None:
    """Returns the channel of `whole` from which on it is `part`; None where it is nowhere, or where part shows
    nothing.
    """
    count = part.shape[1]
    starts = range(whole.shape[1] - count + 1 if part.any() else 0)
    return next((first for first in starts if torch.equal(whole[:, first : first + count], part)), None)
