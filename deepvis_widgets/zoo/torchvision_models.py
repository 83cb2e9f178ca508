"""Torchvision's classifiers by name: their modules, and what their published weights were trained with."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import torch
from torch import Tensor, nn

from ..core.errors import DeepvisError
from .sources import source

SEED = source.SEED


def library() -> Any:
    """Returns torchvision's models, imported when first asked for: that takes longer than all the rest of a start
    together.
    """
    from torchvision import models

    return models


@lru_cache(maxsize=1)
def names() -> list[str]:
    """Returns the classification models torchvision has."""
    return list(library().list_models(module=library()))


def published(name: str) -> Any:
    """Returns torchvision's default weights entry of a model: its transforms, labels (in `meta`) and address."""
    return library().get_model_weights(name).DEFAULT


def downloaded(name: str) -> nn.Module:
    """Returns the model with the weights torchvision publishes, downloaded once and kept where torch.hub keeps
    files.
    """
    weights = published(name)
    try:
        with torch.random.fork_rng(devices=[]):
            module: nn.Module = library().get_model(name, weights=weights, progress=False)
    except Exception as error:  # no network, a proxy's page, a full disk, a damaged file in the cache
        reason = " ".join(str(error).split()) or type(error).__name__
        raise DeepvisError(
            f"The weights of {name} could not be had from {weights.url} ({reason}); "
            "download them where you can and give weights=FILE."
        ) from error
    return module.eval()


def random(name: str, classes: int) -> nn.Module:
    """Returns the model with random weights, the same ones every time; torch's random state stays as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(SEED)
        return _built(name, classes).eval()


def without_weights(name: str, classes: int) -> nn.Module:
    """Returns the model whose weights are still to come, see `with_weights`; where torchvision allows it, without
    memory for them.
    """
    try:
        with torch.device("meta"):
            return _built(name, classes).eval()
    except NotImplementedError:  # RegNet computes its widths with tensors
        return random(name, classes)


def _built(name: str, classes: int) -> nn.Module:
    more: dict[str, Any] = {}
    if name in ("googlenet", "inception_v3"):  # as published: normalisation undone inside, no classifiers of training
        more = {"init_weights": False, "aux_logits": False, "transform_input": True}
    if name.startswith("vit_"):  # the only ones made for one size of picture
        more = {"image_size": published(name).meta["min_size"][0]}
    module: nn.Module = library().get_model(name, weights=None, num_classes=classes, **more)
    return module


def classes_in(state: dict[str, Tensor], name: str) -> int | None:
    """Returns how many classes these weights tell apart, None where they lack the model's last layer."""
    return source.classes_in(state, lambda classes: _built(name, classes or 0))
