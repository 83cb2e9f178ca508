"""Grad-CAM's weights for a region of pixels, and whether they depend on it.

The score of a region is the mean of a class's logits over it, so its weights are the mean of those of its pixels
(Vinogradova et al. 2020). Behind a layer after which every place is treated alike by linear maps, a head of 1 × 1 for
one, all pixels have the same weights, and any region the same map.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from ..core.network.layer import Layer
from ..core.network.recording import Recording

NEAR = 0.1  # of their length: weights that differ less are the same
SAME = "any region gets the same map: after {} all places are weighed alike"
LINEAR = "Conv2d", "ConvTranspose2d", "Linear"  # kinds of layers before their rectifier, as norms are


def regional(
    recording: Recording, candidates: Sequence[Layer], objective: Tensor, channel: int, chosen: bool
) -> tuple[Tensor | None, str]:
    """Returns the map (h, w) of a region's score, and what is to be said of it: at the deepest of the layers
    `candidates` whose weights depend on the region, no convolution or norm unless there is nothing else; where none
    is, or the first was `chosen`, at the first one that the score depends on. None where it depends on none.
    """
    others = _of_quarters(recording.picked[0, channel])
    activations = [layer for layer in candidates if not _is_raw(layer.kind)] or candidates
    for layer in candidates[:1] if chosen else activations:
        weights = _weights(recording, layer, objective)
        if weights.any() and _differ([_weights(recording, layer, other) for other in others]):
            return _map(recording, layer, weights), f"maps of {layer.name}"
    for layer in candidates:
        weights = _weights(recording, layer, objective)
        if weights.any():
            return _map(recording, layer, weights), SAME.format(layer.name)
    return None, ""


def _is_raw(kind: str) -> bool:
    return kind in LINEAR or "Norm" in kind and "Activation" not in kind


def _of_quarters(logits: Tensor) -> list[Tensor]:
    """The mean logit of each quarter of the picture, without an eighth at its border where there is one."""
    with torch.enable_grad():
        return [logits[rows, cols].mean() for rows in _halves(len(logits)) for cols in _halves(logits.shape[1])]


def _halves(size: int) -> tuple[slice, slice]:
    half, border = size // 2, size // 8
    return slice(border, max(half, border + 1)), slice(half, size - border)


def _weights(recording: Recording, layer: Layer, objective: Tensor) -> Tensor:
    """The mean over positions of the gradient at a layer's maps, (K, 1, 1)."""
    signal = recording.gradient(objective, wrt=recording.outputs[layer.name])
    return layer.layout.maps(signal)[0].contiguous().mean((1, 2), keepdim=True)


def _differ(weights: Sequence[Tensor]) -> bool:
    mean = torch.stack(list(weights)).mean(0)
    return any(bool((one - mean).norm() > NEAR * mean.norm()) for one in weights)


def _map(recording: Recording, layer: Layer, weights: Tensor) -> Tensor:
    maps = layer.layout.maps(recording.outputs[layer.name].detach())[0]
    return (weights * maps).sum(0).clamp(min=0).cpu()
