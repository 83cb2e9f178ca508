"""What a network says of itself: how pictures are prepared for it, and what its classes are called.

timm's models carry a `pretrained_cfg`, transformers' a `config`, torchvision's vision transformers their `image_size`
and exported programs the shape of their input. No library is imported for it.
"""

from __future__ import annotations

import math
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from torch import nn

from .given import inside
from .picture.preprocess import RESAMPLING, Preprocess

NO_NAME = re.compile(r"LABEL_\d+")  # what transformers calls a class without a name


@dataclass(frozen=True)
class Declared:
    """What a network says of itself; None stands for what it does not say.

    `preprocess` is what `Network` takes as such. `problem` is what transformers calls the kind of answers:
    "single_label_classification", "multi_label_classification" or "regression". `doubt` is a sentence on what was
    taken though the network does not say it.
    """

    preprocess: Any = None
    labels: tuple[str, ...] | None = None
    problem: str | None = None
    doubt: str | None = None

    def labels_for(self, classes: int) -> tuple[str, ...] | None:
        """Returns the names of the classes, None where they are not as many as the network's answers."""
        return self.labels if self.labels is not None and len(self.labels) == classes else None


def declared(module: nn.Module) -> Declared:
    """Returns what a module says of itself, or the network in it where it says nothing.

    >>> declared(nn.Linear(2, 1)).preprocess is None
    True
    """
    for part in _with_networks_inside(module):
        for read in (_of_timm, _of_transformers, _of_shape):
            found = read(part)
            if found is not None:
                return found
    return Declared()


def _with_networks_inside(module: nn.Module | None) -> Iterator[nn.Module]:
    while module is not None:
        yield module
        module = inside(module)


def sides(size: Any) -> tuple[int, int] | None:
    """Returns (height, width) of a size given as one number, a pair, or (channels, height, width); None for others.

    >>> sides(224), sides([3, 32, 48]), sides("large")
    ((224, 224), (32, 48), None)
    """
    size = (size, size) if isinstance(size, int) else size
    if not isinstance(size, Sequence) or len(size) < 2 or not all(isinstance(side, int) for side in size):
        return None
    return (size[-2], size[-1])


# --- timm ---


def _of_timm(module: nn.Module) -> Declared | None:
    config = getattr(module, "pretrained_cfg", None)
    if not isinstance(config, dict) or sides(config.get("input_size")) is None:
        return None
    return Declared(_timm_preprocess(module, config), _timm_labels(config))


def _timm_preprocess(module: nn.Module, config: dict[str, Any]) -> Any:
    """timm's own way of evaluation; its transform itself where a Preprocess cannot say it."""
    size = sides(getattr(getattr(module, "patch_embed", None), "img_size", None)) or sides(config["input_size"])
    assert size is not None
    share, mode = config.get("crop_pct") or 0.875, config.get("crop_mode") or "center"
    more = {"mean": tuple(config["mean"]), "std": tuple(config["std"]), "interpolation": config["interpolation"]}
    if config["interpolation"] in RESAMPLING:
        if mode == "center" and size[0] == size[1]:
            return Preprocess(size, math.floor(size[0] / share), **more)
        if mode == "squash" and share == 1:
            return Preprocess(size, None, fit="stretch", **more)
    data = sys.modules.get("timm.data")
    return None if data is None else data.create_transform((3, *size), crop_pct=share, crop_mode=mode, **more)


def _timm_labels(config: dict[str, Any]) -> tuple[str, ...] | None:
    names = config.get("label_names")
    if names:
        described = config.get("label_descriptions")
        described = described if isinstance(described, dict) else {}
        return tuple(str(described.get(name, name)) for name in names)
    data = sys.modules.get("timm.data")
    subset = None if data is None else data.infer_imagenet_subset(config)
    if data is None or subset is None or (subset == "imagenet-1k" and "in1k" not in (config.get("tag") or "")):
        return None
    return short_names(data.ImageNetInfo(subset).label_descriptions())


def short_names(names: Sequence[str]) -> tuple[str, ...]:
    """Returns the first of the words for each class, all of them where two classes share the first.

    >>> short_names(["tabby, tabby cat", "maillot", "maillot, tank suit"])
    ('tabby', 'maillot', 'maillot, tank suit')
    """
    first = [name.partition(", ")[0] for name in names]
    shared = Counter(first)
    return tuple(name if shared[word] > 1 else word for name, word in zip(names, first, strict=True))


# --- transformers ---


def _of_transformers(module: nn.Module) -> Declared | None:
    config = getattr(module, "config", None)
    if not hasattr(config, "id2label"):
        return None
    size = _transformers_size(config)
    return Declared(
        None if size is None else Preprocess(size, None),
        _transformers_labels(config),
        getattr(config, "problem_type", None),
        f"{type(module).__name__} does not say how its pictures are prepared, so ImageNet's mean and deviation are "
        "taken; give preprocess= with those of its image processor.",
    )


def _transformers_size(config: Any) -> tuple[int, int] | None:
    """The size of pictures; networks of words and pictures say it of their part for pictures."""
    said = (getattr(part, "image_size", None) for part in (config, getattr(config, "vision_config", None)))
    return next((size for size in map(sides, said) if size is not None), None)


def _transformers_labels(config: Any) -> tuple[str, ...] | None:
    names = config.id2label
    if not isinstance(names, dict) or set(names) != set(range(len(names))):
        return None
    labels = tuple(str(names[index]) for index in range(len(names)))
    return None if all(NO_NAME.fullmatch(label) for label in labels) else labels


# --- others ---


def _of_shape(module: nn.Module) -> Declared | None:
    """A vision transformer of torchvision, or a graph that torch.export made, takes pictures of one size."""
    size = sides(getattr(module, "image_size", None)) or _size_of_graph(module)
    if size is None or size == Preprocess().size:
        return None
    return Declared(Preprocess(size, None))


def _size_of_graph(module: nn.Module) -> tuple[int, int] | None:
    nodes = getattr(getattr(module, "graph", None), "nodes", ())
    if not isinstance(nodes, Iterable):  # TorchScript's
        return None
    first = next((node for node in nodes if getattr(node, "op", None) == "placeholder"), None)
    shape = () if first is None else getattr(first.meta.get("val"), "shape", ())
    return sides(shape[-2:]) if len(shape) == 4 else None
