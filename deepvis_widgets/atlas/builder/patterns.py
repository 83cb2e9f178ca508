"""An atlas of synthesized pictures alone: no picture passed the network for it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from ..._version import __version__
from ...core.network.network import Network
from ...core.weights_key import network_key
from ..images import Images
from ..tiles import Tile
from . import histogram, store
from .partial import empty


def write_patterns(folder: Path, network: Network, pictures: Iterable[tuple[str, int, bytes]]) -> None:
    """Writes an atlas into an empty folder: of each unit (layer, channel) one encoded picture that it wants to see."""
    found = list(pictures)
    names = {layer for layer, _, _ in found}
    layers = [name for name in network.layers.names if name in names]
    tiles = [Tile(layers.index(layer), channel, 0, "pattern", content) for layer, channel, content in found]
    units = sum(network.layers[name].channels for name in layers)
    nothing = empty(units, network.classes, histogram.BINS, top=1)
    about = {
        "made by": f"deepvis_widgets {__version__}",
        "network": network.name,
        "weights": network_key(network),
        "size": json.dumps(network.size),
        "labels": json.dumps(network.labels),
        "folder": None,
        "pictures": 0,
        "top": 1,
        "positions": 0,
    }
    store.write(folder, network, layers, Images(()), nothing, tiles, about, keep=False)
