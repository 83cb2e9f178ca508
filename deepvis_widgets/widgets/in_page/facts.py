"""What a page has to know of the network it runs; js/src/engine/facts.ts reads it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from ...core.network.layer import Layer
from ...core.network.network import Network
from ...core.network.receptive_field import Span
from ...core.picture.fills import fill_picture

PLAIN_FILLS = ("grey", "mean", "black")  # of one colour each


def facts(network: Network, view: Tensor, shown: Sequence[str], titles: Mapping[str, str]) -> dict[str, Any]:
    """Returns what a page needs beside an exported network: its layers and what their units see, its labels, and what
    an occluder of one colour shows over this view. `shown` are the layers that stand for the ribbon's blocks.

    >>> import deepvis_widgets as dv
    >>> net = dv.load("husky-wolf")
    >>> found = facts(net, net.view(dv.scene("wolf", seed=3)), ["features.relu1"], {})
    >>> found["size"], found["fills"]["grey"], found["layers"][0]["rows"][0][:3]
    ([3, 128, 128], [0.5, 0.5, 0.5], [0, 0, 1])
    """
    return {
        "network": network.name,
        "size": [network.bands, *network.size],
        "layers": [_layer(layer, titles.get(layer.name, layer.name)) for layer in network.layers],
        "shown": list(shown),
        "labels": network.labels,
        "ranked": network.answers.ranked,
        "maps": network.has_head,
        "fills": fills(view),
    }


def fills(view: Tensor) -> dict[str, list[float]]:
    """Returns what occluders of one colour show over a view, band by band.

    >>> import torch
    >>> fills(torch.ones(3, 4, 4))["mean"]
    [1.0, 1.0, 1.0]
    """
    return {name: _colour(fill_picture(view, name)) for name in PLAIN_FILLS}


def _layer(layer: Layer, title: str) -> dict[str, Any]:
    return {
        "name": layer.name,
        "title": title,
        "channels": layer.channels,
        "height": layer.height,
        "width": layer.width,
        "rows": _span(layer.field.rows),
        "cols": _span(layer.field.cols),
        "whole": layer.field.whole,
        "field": str(layer.field),
    }


def _span(span: Span) -> list[list[int]]:
    return [torch.as_tensor(side).tolist() for side in (span.first, span.last)]


def _colour(picture: Tensor) -> list[float]:
    """What a picture of one colour shows, band by band."""
    found: list[float] = picture[:, 0, 0].tolist()
    return found
