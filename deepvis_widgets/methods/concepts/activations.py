"""The activations of one layer over many pictures, as rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from ...core.attention.heads import Heads
from ...core.errors import DeepvisError
from ...core.network.network import Network

BATCH = 16  # pictures passed together
ROWS = 8_000  # that are kept


def activations(network: Network, pictures: Any, layer: str, seed: int) -> Tensor:
    """Returns what a layer is at the positions of its maps over a list of pictures: (n, channels), float64; of each
    picture as many, drawn by chance where there are more than ROWS. Tokens that are no part of the picture are not in.

    Raises DeepvisError where the layer has no channels, or there are no pictures.
    """
    found = network.layers[layer]
    if isinstance(found.layout, Heads):
        raise DeepvisError(f'"{layer}" holds weights of an attention; concepts are those of a layer of channels.')
    if isinstance(pictures, str) or not isinstance(pictures, Sequence) or not len(pictures):
        raise DeepvisError("Concepts are found in a list of pictures; give at least one, more show more.")
    chance = torch.Generator().manual_seed(seed)
    each = max(1, min(found.height * found.width, ROWS // len(pictures)))
    rows = []
    for start in range(0, len(pictures), BATCH):
        views = torch.stack([network.view(picture) for picture in pictures[start : start + BATCH]])
        output = network.run(network.feed(views), keep=(layer,), until=layer).outputs[layer]
        for maps in found.layout.maps(output).flatten(2).cpu().double():
            rows.append(maps[:, torch.randperm(maps.shape[1], generator=chance)[:each]].T)
    return torch.cat(rows)
