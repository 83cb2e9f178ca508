"""Whether a module still has the random weights it was made with: what it shows then is nothing that it learnt."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

WEIGHTED = (nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d)
SCALED = (nn.LayerNorm, nn.GroupNorm)
SLACK = 1 + 1e-5


def is_untrained(module: nn.Module) -> bool:
    """Returns whether the weights look as PyTorch and torchvision initialise them.

    Running statistics that were never updated say so, scales of norms that are all one, biases that are all zero, and
    weights of which none is outside the interval that PyTorch draws from. A network of which nothing can be told counts
    as trained.

    >>> is_untrained(nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Conv2d(4, 2, 1)))
    True
    """
    norms = [part for part in module.modules() if isinstance(part, nn.modules.batchnorm._NormBase)]
    statistics = [(part.running_mean, part.running_var) for part in norms if part.running_mean is not None]
    if statistics:
        return all(_is(mean, 0) and _is(variance, 1) for mean, variance in statistics)
    scales = [part.weight for part in module.modules() if isinstance(part, SCALED) and isinstance(part.weight, Tensor)]
    if len(scales) > 1:
        return all(_is(scale.detach(), 1) for scale in scales)
    layers = [part for part in module.modules() if isinstance(part, WEIGHTED) and not _is_lazy(part)]
    return len(layers) > 1 and (_without_biases(layers) or all(_drawn(layer) for layer in layers))


def _is(values: Tensor | None, value: float) -> bool:
    return values is not None and bool((values == value).all())


def _is_lazy(layer: nn.Module) -> bool:
    return isinstance(layer.weight, nn.parameter.UninitializedParameter)


def _without_biases(layers: Sequence[nn.Module]) -> bool:
    """Biases are set to zero in many recipes, and training moves them."""
    biases = [layer.bias for layer in layers if isinstance(layer.bias, Tensor)]
    return len(biases) > 1 and all(_is(bias.detach(), 0) for bias in biases)


@torch.no_grad()
def _drawn(layer: nn.Module) -> bool:
    """Whether weights and bias lie in ±1/√(inputs of a unit), from which PyTorch draws them."""
    weight = layer.weight
    assert isinstance(weight, Tensor)
    bound = SLACK / math.sqrt(weight[0].numel())
    bias = layer.bias
    parts = [weight, *([bias.detach()] if isinstance(bias, Tensor) else [])]
    return all(float(part.abs().max()) <= bound for part in parts)
