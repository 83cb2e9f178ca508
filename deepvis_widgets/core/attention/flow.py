"""Attention through all layers: how much each token at the end has of each token at the start."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from ..network.layer import Layer, Layers
from .heads import Heads


def attentions(layers: Layers) -> list[Layer]:
    """Returns the layers that are weights of attention, in order."""
    return [layer for layer in layers if isinstance(layer.layout, Heads)]


def one_sequence(layers: Sequence[Layer]) -> bool:
    """Whether the same tokens attend to each other in all of these layers, which are weights of attention."""
    layouts = [layer.layout for layer in layers]
    first = layouts[0] if layouts else None
    return isinstance(first, Heads) and all(
        isinstance(layout, Heads) and layout.keys == layout.queries == first.keys for layout in layouts
    )


def rollout(weights: Sequence[Tensor]) -> Tensor:
    """Returns attention rollout (B, N, N) of weights (B, heads, N, N), first layer first: the product of ½ (W + I), W
    the mean over heads (Abnar & Zuidema 2020, sec. 3).

    >>> rollout([torch.full((1, 2, 2, 2), 0.5)] * 2)[0].tolist()
    [[0.625, 0.375], [0.375, 0.625]]
    """
    total = _identity(weights[0])
    for layer in weights:
        total = (layer.mean(1) + _identity(layer)) / 2 @ total
    return total


def relevance(weights: Sequence[Tensor], gradients: Sequence[Tensor]) -> Tensor:
    """Returns the relevance (B, N, N) of each token for each: R ← R + W̄ R from R = I on, W̄ the mean over heads of the
    positive part of gradient × weight (Chefer et al. 2021, eq. 5 and 6).

    >>> weights = [torch.full((1, 2, 2, 2), 0.5)]
    >>> relevance(weights, [torch.tensor([[1.0, 2.0], [-1.0, 0.0]]).expand(1, 2, 2, 2)])[0].tolist()
    [[1.5, 1.0], [0.0, 1.0]]
    """
    total = _identity(weights[0])
    for layer, gradient in zip(weights, gradients, strict=True):
        total = total + (gradient * layer).clamp(min=0).mean(1) @ total
    return total


def _identity(weights: Tensor) -> Tensor:
    return torch.eye(weights.shape[-1], dtype=weights.dtype, device=weights.device).expand(len(weights), -1, -1)
