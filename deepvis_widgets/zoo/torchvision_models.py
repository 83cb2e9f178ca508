"""Torchvision's classifiers by name: their modules, and what their published weights were trained with."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import torch
from torch import Tensor, nn

from ..core.errors import DeepvisError
from ..core.picture.preprocess import Preprocess

SEED = 0
HELPERS = ("aux1.", "aux2.", "AuxLogits.")  # extra classifiers of GoogLeNet and Inception, of use in training only


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


def preprocess_of(preset: Any) -> Preprocess:
    """Returns the settings of a preset of transforms. Unlike the preset, they leave a picture of the network's own size
    as it is.

    >>> preprocess_of(published("resnet18").transforms()) == Preprocess((224, 224), 256)
    True
    """
    side, shorter = int(preset.crop_size[0]), int(preset.resize_size[0])
    return Preprocess((side, side), shorter, tuple(preset.mean), tuple(preset.std), preset.interpolation.value)


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
    two, three = (without_weights(name, classes).state_dict() for classes in (2, 3))
    head = next(key for key in two if two[key].shape != three[key].shape)
    return len(state[head]) if head in state and state[head].ndim else None


def with_weights(module: nn.Module, state: dict[str, Tensor], source: str) -> nn.Module:
    """Returns the module with these weights, in its own precision; DeepvisError names the first one that does not
    fit.
    """
    state = {key: value for key, value in state.items() if not key.startswith(HELPERS)}
    wanted = module.state_dict()
    counters = {key: torch.zeros((), dtype=torch.long) for key in wanted if key.endswith("num_batches_tracked")}
    state = counters | state  # old files have none
    _check(state, wanted, f"{source} does not fit {type(module).__name__}")
    module.load_state_dict({key: state[key].to(wanted[key].dtype, copy=True) for key in wanted}, assign=True)
    return module


def _check(state: dict[str, Tensor], wanted: dict[str, Tensor], misfit: str) -> None:
    missing = next((key for key in wanted if key not in state), None)
    unknown = next((key for key in state if key not in wanted), None)
    if missing is not None:
        also = f' and holds "{unknown}" instead' if unknown is not None else ""
        raise DeepvisError(f'{misfit}: it lacks "{missing}"{also}.')
    if unknown is not None:
        raise DeepvisError(f'{misfit}: it holds "{unknown}", for which there is no place.')
    for key, value in state.items():
        if value.shape != wanted[key].shape:
            shape, needed = ("×".join(map(str, tensor.shape)) or "one number" for tensor in (value, wanted[key]))
            raise DeepvisError(f'{misfit}: "{key}" is {shape} where {needed} is needed.')
        if value.is_floating_point() != wanted[key].is_floating_point():
            raise DeepvisError(f'{misfit}: "{key}" holds {value.dtype} numbers where {wanted[key].dtype} is needed.')
