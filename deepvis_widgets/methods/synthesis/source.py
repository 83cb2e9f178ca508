"""Where a unit's value was made: a concatenation of rectified maps hides the rectifier that made each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor

from ...core.network.layer import Layer
from ...core.network.layout import Layout
from ...core.network.network import Network
from ...core.network.target import Target


def sources(network: Network, targets: Sequence[Target]) -> list[Target]:
    """Returns for units of one layer, or classes, those of earlier, rectified layers that they are copies of, as in
    SqueezeNet's and Inception's blocks; a unit itself where there is none.

    Found by value: in a pass over one random view, the earlier layer stands unchanged among the maps of this one.
    """
    name = targets[0].layer
    if name is None:
        return list(targets)
    layer = network.layers[name]
    candidates = [] if layer.rectifier is not None else _candidates(network, layer)
    if not candidates:
        return list(targets)
    view = torch.rand(1, network.bands, *network.size, generator=torch.Generator().manual_seed(0))
    names = [found.name for found in candidates]
    outputs = network.run(network.feed(view), keep=(*names, name), until=name).outputs
    made: dict[int, Target] = {}
    for earlier in names:
        first = place_of(outputs[name], outputs[earlier])
        for channel in range(0 if first is None else outputs[earlier].shape[1]):
            made.setdefault((first or 0) + channel, Target(channel, earlier))
    return [replace(made[t.channel], position=t.position) if t.channel in made else t for t in targets]


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
