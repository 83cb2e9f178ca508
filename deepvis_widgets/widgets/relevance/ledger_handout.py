"""What the relevance ledger shows on a page: the map of every layer, and the account of all of them."""

from __future__ import annotations

from functools import partial

import numpy as np
from torch import Tensor

from ...core.network.network import Network
from ...core.picture.picture import to_bytes
from ...methods.lrp import RelevanceMap
from ...methods.relevance.propagate import PICTURE
from ..board.handout import drawing, menu
from ..page.parts import Column, Map, Part, Picture, Row, Text
from .layer_relevance import relevance_of
from .ledger_drawing import LedgerBars
from .panes import account, contrast, layers_of

SIDE = 320  # css pixels


def page(network: Network, view: Tensor | None, result: RelevanceMap | None, layer: str) -> Part:
    """The picture with its relevance, a menu of the layers with their maps, and ΣR of each; before the first answer
    the picture alone.
    """
    if view is None:
        return Text("No picture is shown.")
    pixels = to_bytes(view)
    if result is None:
        return Picture(pixels, size=SIDE)
    names = layers_of(result.ledger)
    bars = LedgerBars(result.ledger, names.index(layer) if layer in names else None)
    layers = list(dict.fromkeys([*(names[index] for index in bars.shown), layer]))
    maps = {name: partial(layer_map, network, pixels, result, name) for name in layers}
    beside = Row([picture_map(pixels, result), menu("Layer", maps, layers.index(layer))])
    return Column([beside, drawing(bars.size, bars.draw, bars.words), Text(account(result))])


def picture_map(pixels: np.ndarray, result: RelevanceMap) -> Map:
    """The relevance of the pixels over the picture."""
    limit = contrast(result.heatmap)
    return Map(
        result.heatmap.numpy(),
        f"Relevance for {result.target}",
        picture=pixels,
        colormap="blue-red",
        signed=True,
        fine=True,
        ends=(-limit, limit),
        size=SIDE,
    )


def layer_map(network: Network, pixels: np.ndarray, result: RelevanceMap, layer: str) -> Map:
    """The relevance of a layer, over the picture where its units have places in it."""
    found = relevance_of(network, result, layer)
    placed = layer == PICTURE or network.layers[layer].height * network.layers[layer].width > 1
    title, values = f"Relevance of {layer}", found.values.float().numpy()
    picture = pixels if placed else None
    return Map(values, title, found.lines, picture, "blue-red", signed=True, fine=layer == PICTURE, size=SIDE)
