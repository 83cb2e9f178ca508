"""Folding batch-norm into the convolutions before it, and storing a folded network."""

import os
from pathlib import Path

import torch
from safetensors.torch import save
from torch import Tensor, nn

from ..embedded import EmbeddedNet


@torch.no_grad()
def fold_batchnorm(trained: EmbeddedNet) -> EmbeddedNet:
    """Returns the same function without batch-norm, in eval mode; `trained` is left as it is.

    >>> "norm1" in dict(fold_batchnorm(EmbeddedNet(batch_norm=True)).features.named_children())
    False
    """
    plain = type(trained)()
    plain.classifier.load_state_dict(trained.classifier.state_dict())
    for name, target in plain.features.named_children():
        if isinstance(target, nn.Conv2d):
            number = name.removeprefix("conv")
            _fold(trained.features.get_submodule(name), trained.features.get_submodule(f"norm{number}"), target)
    return plain.eval()


def _fold(conv: nn.Module, norm: nn.Module, target: nn.Conv2d) -> None:
    """Writes into `target` what `norm` does to the output of `conv`: a scale per channel and a shift."""
    if not isinstance(conv, nn.Conv2d) or not isinstance(norm, nn.BatchNorm2d):
        raise TypeError("batch-norm can only be folded into a convolution")
    mean, variance = norm.running_mean, norm.running_var
    if mean is None or variance is None or target.bias is None:
        raise TypeError("batch-norm must keep running statistics, and the folded convolution a bias")
    scale = norm.weight / torch.sqrt(variance + norm.eps)
    target.weight.copy_(conv.weight * scale.view(-1, 1, 1, 1))
    target.bias.copy_(norm.bias - mean * scale)


def store(network: nn.Module, path: Path) -> None:
    """Writes the weights of a network, as `store_tensors` does."""
    store_tensors(network.state_dict(), path)


def store_tensors(named: dict[str, Tensor], path: Path) -> None:
    """Writes tensors as fp16 safetensors. A reader sees the old file or the new one, never half of it."""
    weights = {key: value.detach().half().contiguous() for key, value in named.items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_bytes(save(weights))
    os.replace(draft, path)
