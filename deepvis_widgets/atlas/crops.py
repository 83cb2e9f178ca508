"""What a unit saw where it was strongest, what of that it responded to, and what it wants to see."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from torch import Tensor

from ..core.network.network import Network
from ..core.network.receptive_field import ReceptiveField, Span
from ..core.network.remembered import Recordings
from ..core.picture.boxes import Box, crop
from ..core.results import HeatMap, Pictures
from ..methods import explain
from .tiles import Tile, encode


def full_box(field: ReceptiveField, position: tuple[int, int]) -> Box:
    """Returns (top, left, height, width) of what a unit at (row, col) would see if the picture had no border: it
    reaches out of the picture on the sides where the field is clipped, so that all boxes of a layer are equally large.
    """
    top, left, height, width = field.box(position)
    rows, cols = field.size
    return (
        top - _before(field.rows, position[0], rows - height, field.picture[0]),
        left - _before(field.cols, position[1], cols - width, field.picture[1]),
        rows,
        cols,
    )


def _before(span: Span, index: int, missing: int, extent: int) -> int:
    """Returns how many of the missing input rows lie before the first one seen."""
    first, last = int(span.first[index]) == 0, int(span.last[index]) == extent - 1
    return missing if first and not last else 0 if last and not first else missing // 2


def patch(network: Network, view: Tensor, layer: str, position: tuple[int, int]) -> Tensor:
    """Returns the part (3, h, w) of a view (3, H, W) that a unit at (row, col) sees, mid-grey beyond the picture's
    border.
    """
    return crop(view, full_box(network.layers[layer].field, position))


def deconv(network: Network, view: Tensor, layer: str, channel: int, position: tuple[int, int]) -> Tensor:
    """Returns the deconvnet projection of a unit at (row, col), seed 1, on the crop of its patch: (3, h, w) in [0, 1],
    with 0.5 where the signal is 0 and the largest magnitude at 0 or 1.
    """
    found = explain(network, view, "deconvnet", layer=layer, unit=(channel, position))
    assert isinstance(found, HeatMap) and found.attribution is not None
    signal = network.preprocessing.arranged(found.attribution.float())[:3].expand(3, -1, -1)
    shown = 0.5 + signal / (2 * signal.abs().max().clamp(min=1e-12))
    return crop(shown, full_box(network.layers[layer].field, position))


def apart(network: Network) -> Network:
    """Returns the same network with nothing remembered: its passes take no place of those that are remembered."""
    if network not in _apart:
        found = _apart[network] = copy(network)
        found.recordings = Recordings()
    return _apart[network]


_apart: WeakKeyDictionary[Network, Network] = WeakKeyDictionary()


def patterns(network: Network, layer: str, channel: int, count: int, seed: int = 0) -> list[Tensor]:
    """Returns `count` pictures (3, h, w) that the unit in the middle of a map wants to see, of seeds from `seed` on."""
    made = explain(
        network, None, "activation_maximization", layer=layer, unit=channel, pictures=count, seed=seed, stretch=True
    )
    assert isinstance(made, Pictures)
    return list(made.crops)


def draw(network: Network, layers: Sequence[str], source: Any, rows: np.ndarray) -> list[Tile]:
    """Draws the patch and the deconv of each row (layer, channel, rank, row, col), all of one picture, which passes
    once.
    """
    view = network.view(source)
    made = []
    limit, network.recordings.limit = network.recordings.limit, 1
    try:
        for layer, channel, rank, row, col in rows.tolist():
            name, place = layers[layer], (row, col)
            made.append(Tile(layer, channel, rank, "patch", encode(patch(network, view, name, place))))
            drawn = deconv(network, view, name, channel, place)
            made.append(Tile(layer, channel, rank, "deconv", encode(drawn)))
    finally:
        network.recordings.limit = limit
        network.recordings.clear()
    return made
