"""Networks of transformers, by their name on the hub or from a folder. Code that lies with them is never run."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from torch import Tensor, nn

from ...core.errors import DeepvisError
from .source import Source, library

PREFIX = "hf:"
CONFIG = "config.json"


def is_folder(path: Path) -> bool:
    """Returns whether transformers, or timm, wrote a network into this folder."""
    return (path / CONFIG).is_file()


def is_of_timm(path: Path) -> bool:
    """Returns whether it was timm that wrote it."""
    try:
        config = json.loads((path / CONFIG).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(config, dict) and "architecture" in config and "model_type" not in config


def transformers_source(name: str) -> Source:
    """Returns transformers' network of this name or folder. Raises DeepvisError where transformers is not installed, or
    does not know it.
    """
    transformers = library("transformers", "transformers", PREFIX + name)
    place = _place(name)
    config = _read(name, lambda: transformers.AutoConfig.from_pretrained(place, trust_remote_code=False))
    kind = _read(name, lambda: _class(transformers, config))

    def build(classes: int | None) -> nn.Module:
        module: nn.Module = kind(_with_classes(config, classes))
        return module

    def published() -> nn.Module:
        return _loaded(PREFIX + name, kind, place, trust_remote_code=False)

    def fill(state: dict[str, Tensor], classes: int | None) -> nn.Module:  # which gives old names their new ones
        return _loaded(PREFIX + name, kind, None, config=_with_classes(config, classes), state_dict=state)

    return Source(PREFIX + name, build, published, fill)


def processor_of(name: str) -> Callable[[Image.Image], Tensor] | None:
    """Returns the way in which the network's own image processor prepares a picture; None where it has none."""
    transformers = library("transformers", "transformers", PREFIX + name)
    try:
        return Prepared(transformers.AutoImageProcessor.from_pretrained(_place(name), trust_remote_code=False))
    except (OSError, ValueError, KeyError):
        return None


class Prepared:
    """An image processor of transformers as a callable from a PIL image to a tensor (C, H, W)."""

    def __init__(self, processor: Any) -> None:
        self.processor = processor

    def __call__(self, image: Image.Image) -> Tensor:
        return torch.as_tensor(self.processor(images=image, return_tensors="pt")["pixel_values"][0])


def _place(name: str) -> str:
    folder = Path(name).expanduser()
    return str(folder) if folder.is_dir() else name


def _class(transformers: Any, config: Any) -> Any:
    """The class that wrote the weights: another one would add a head that learnt nothing."""
    name = next(iter(getattr(config, "architectures", None) or ()), "")
    found = getattr(transformers, name, None)
    if isinstance(found, type) and issubclass(found, transformers.PreTrainedModel):
        return found
    with torch.device("meta"):
        return type(transformers.AutoModelForImageClassification.from_config(config))


def _with_classes(config: Any, classes: int | None) -> Any:
    config = copy.deepcopy(config)
    if classes is not None and classes != config.num_labels:
        config.num_labels = classes
    return config


def _loaded(name: str, kind: Any, place: str | None, **more: Any) -> nn.Module:
    """The network with weights, all of them from the file: transformers draws at random what it does not find there."""
    module, found = kind.from_pretrained(place, output_loading_info=True, **more)
    loaded: nn.Module = module
    missing, unknown = (sorted(map(str, found[kind])) for kind in ("missing_keys", "unexpected_keys"))
    if missing:
        also = f' and hold "{unknown[0]}" instead' if unknown else ""
        raise DeepvisError(f'The weights do not fit {name}: they lack "{missing[0]}"{also}.')
    return loaded


def _read(name: str, read: Callable[[], Any]) -> Any:
    try:
        return read()
    except Exception as error:  # no network, no such name, code of its own, a damaged file
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise DeepvisError(
            f'"{PREFIX}{name}" could not be opened ({reason}); accepted are a name on the hub and a folder.'
        ) from error
