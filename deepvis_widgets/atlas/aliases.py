"""Layers that show nothing of their own, and the alias of each: the layer that shows the same.

What a rectifier takes over at once has the strongest pictures of the rectified layer; maps that a block only lays side
by side, as in SqueezeNet and Inception, are units of the block.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

import torch

from ..core.network.layer import Layer
from ..core.network.layout import Layout
from ..core.network.network import Network
from ..methods.synthesis.source import place_of

# layer → the layer that shows its units, and which channel its first one is there
Aliases = dict[str, tuple[str, int]]
PASSING = re.compile("pool|flatten|dropout|identity", re.IGNORECASE)


def own_layers(network: Network) -> list[str]:
    """Returns the layers that show something of their own, in order of execution."""
    aliases = find_aliases(network)
    return [name for name in network.layers.names if name not in aliases]


def find_aliases(network: Network) -> Aliases:
    """Returns the alias of every layer that has one, and the channel of its first unit there; it may have one itself.

    >>> import deepvis_widgets as dv
    >>> find_aliases(dv.load("husky-wolf"))["features.conv4"]
    ('features.relu4', 0)
    """
    return {**_joined(network), **_rectified(network)}


def follow(aliases: Aliases, layer: str, covered: frozenset[str]) -> tuple[str, int] | None:
    """Returns the covered layer that shows a layer's units, and the channel of the first one there; None where none
    does.
    """
    first = 0
    while layer not in covered:
        if layer not in aliases:
            return None
        layer, offset = aliases[layer]
        first += offset
    return layer, first


def passed_on(network: Network, covered: Sequence[str]) -> dict[str, str]:
    """Returns those of the layers covered whose units are known from another one of them, and which: a pooling layer,
    dropout or flattening repeats the layer before it, and a rectified layer its rectifier.
    """
    found = {name: taker for name, (taker, _) in _rectified(network).items() if name in covered and taker in covered}
    own: list[Layer] = []
    for layer in (layer for layer in network.layers.own if layer.name in covered and layer.name not in found):
        known = next((e for e in reversed(own) if layer.channels % e.channels == 0), None)
        if known is not None and PASSING.search(layer.kind):
            found[layer.name] = known.name
        else:
            own.append(layer)
    return found


def scores_layers(network: Network, covered: Sequence[str]) -> frozenset[str]:
    """Returns the layers covered whose units are the classes: those at the end that have one channel for each."""
    ends = itertools.takewhile(lambda layer: layer.channels == network.classes, reversed(network.layers.own))
    return frozenset(layer.name for layer in ends) & frozenset(covered)


def _rectified(network: Network) -> Aliases:
    found: Aliases = {}
    taker: Layer | None = None  # the rectified layer behind this one, as long as shapes are the same
    for layer in reversed(network.layers.own):
        if layer.rectifier is not None:
            taker = layer
        elif taker is not None and layer.shape == taker.shape:
            found[layer.name] = taker.name, 0
        else:
            taker = None
    return found


def _joined(network: Network) -> Aliases:
    """Returns the parts of blocks, found by value in a pass over one random view."""
    layers = [layer for layer in network.layers.own if layer.layout == Layout.MAPS]
    pairs = [(part, joint) for at, joint in enumerate(layers) for part in layers[:at] if _may_hold(joint, part)]
    if not pairs:
        return {}
    view = torch.rand(1, network.bands, *network.size, generator=torch.Generator().manual_seed(0))
    outputs = network.run(network.feed(view), keep={layer.name for pair in pairs for layer in pair}).outputs
    found: Aliases = {}
    for part, joint in pairs:
        first = None if part.name in found else place_of(outputs[joint.name], outputs[part.name])
        if first is not None:
            found[part.name] = joint.name, first
    return found


def _may_hold(joint: Layer, part: Layer) -> bool:
    return joint.rectifier is None and part.shape[1:] == joint.shape[1:] and part.channels < joint.channels
