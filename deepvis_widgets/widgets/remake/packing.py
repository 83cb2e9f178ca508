"""A recipe as plain values for JSON: no class is named in them, and no code runs where they are read."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import numpy as np
from PIL import Image, ImageOps
from torch import Tensor

from ..._version import __version__
from ...core.errors import DeepvisError
from ...core.network.network import Network
from ...core.picture.preprocess import Preprocess
from ...zoo.scenes import Scene
from .networks import Known
from .pictures import said
from .recipe import Call, Pictured, Recipe

FORMAT, VERSION = "deepvis_widgets session", 1
KIND = "$"  # the key that says what an object of JSON stands for, where that is no plain mapping


def packed(recipe: Recipe) -> dict[str, Any]:
    """Returns a recipe as plain values. Raises DeepvisError for a picture that cannot be put into a file.

    >>> found = packed(Recipe("PoolingBoard", {"window": 2}, [("step", 3)]))
    >>> found["arguments"], found["traits"]
    ({'window': 2}, [['step', 3]])
    """
    packing = _Packing()
    arguments = {name: packing.value(value) for name, value in recipe.arguments.items()}
    traits = [[name, packing.value(value)] for name, value in recipe.traits]
    networks = [packing.network(network) for network in packing.networks]  # which may hold further pictures
    return {
        "format": FORMAT,
        "version": VERSION,
        "made_by": __version__,
        "widget": recipe.widget,
        "arguments": arguments,
        "traits": traits,
        "networks": networks,
        "pictures": [picture_values(picture) for picture in packing.pictures],
    }


class _Packing:
    """Puts networks and pictures into lists of their own, each once; values name them by their place there."""

    def __init__(self) -> None:
        self.networks: list[Network] = []
        self.pictures: list[Any] = []

    def value(self, value: Any) -> Any:
        """Returns one value."""
        if isinstance(value, Network):
            return {KIND: "network", "place": _place(self.networks, value)}
        if isinstance(value, Pictured):
            return {KIND: "picture", "place": _place(self.pictures, value.picture)}
        if isinstance(value, tuple):
            return {KIND: "tuple", "items": [self.value(item) for item in value]}
        if isinstance(value, list):
            return [self.value(item) for item in value]
        if isinstance(value, Mapping):
            return self._mapping(value)
        return array_values(value) if isinstance(value, np.ndarray | np.generic | Tensor) else value

    def _mapping(self, value: Mapping[Any, Any]) -> Any:
        if all(isinstance(key, str) and key != KIND for key in value):
            return {key: self.value(item) for key, item in value.items()}
        return {KIND: "mapping", "items": [[self.value(key), self.value(item)] for key, item in value.items()]}

    def network(self, network: Network) -> dict[str, Any]:
        """Returns what a network is found and known again by."""
        known = Known.of(network)
        found = {
            "name": network.name,
            "layers": [layer.name for layer in network.layers.own],
            "answers": network.labels,
            "changes": [self._change(change) for change in known.changes],
        }
        if known.loaded is None:
            return found
        prepare = known.loaded.preprocess
        return found | {
            "load": known.loaded.name,
            "weights": known.loaded.weights,
            "labels": known.loaded.labels and list(known.loaded.labels),
            "preprocess": prepare and {f.name: self.value(getattr(prepare, f.name)) for f in fields(Preprocess)},
        }

    def _change(self, change: Call) -> list[Any]:
        keywords = {name: self.value(value) for name, value in change.keywords.items()}
        return [change.function, [self.value(value) for value in change.arguments], keywords]


def _place(known: list[Any], value: Any) -> int:
    found = next((place for place, other in enumerate(known) if other is value), None)
    if found is None:
        known.append(value)
        return len(known) - 1
    return found


# --- arrays and pictures ---


def array_values(array: np.ndarray | np.generic | Tensor) -> dict[str, Any]:
    """Returns an array as bytes of NumPy's own format, which holds numbers alone.

    >>> array_values(np.zeros(2, np.uint8))["$"]
    'array'
    """
    file = io.BytesIO()
    numbers = array.detach().cpu().numpy() if isinstance(array, Tensor) else np.asarray(array)
    np.save(file, numbers, allow_pickle=False)
    return {KIND: "array", "bytes": _text(file.getvalue()), "tensor": isinstance(array, Tensor)}


def picture_values(picture: Any) -> dict[str, Any]:
    """Returns a picture as its path, as the scene or photo it is, or as what is in it.

    >>> picture_values("cat.png")
    {'kind': 'path', 'path': 'cat.png'}
    """
    known = said(picture)
    if isinstance(known, str):
        return {"kind": "path", "path": known}
    if isinstance(known, Call):
        return {"kind": known.function, "arguments": list(known.arguments), **known.keywords}
    if isinstance(picture, Scene):
        noted = {name: getattr(picture, name) for name in ("label", "background", "seed", "sky", "color")}
        return {"kind": "own scene", "png": _png(picture.image), "mask": _png(Image.fromarray(picture.mask)), **noted}
    if isinstance(picture, bytes | bytearray | memoryview):
        return {"kind": "file", "bytes": _text(bytes(picture))}
    if isinstance(picture, Image.Image):
        return {"kind": "png", "png": _png(picture)}
    if isinstance(picture, np.ndarray | Tensor):
        return {"kind": "numbers", **array_values(picture)}
    raise DeepvisError(
        f"A {type(picture).__name__} cannot be put into a session; accepted are paths, PIL images, arrays and tensors."
    )


def _png(image: Image.Image) -> str:
    file = io.BytesIO()
    try:
        ImageOps.exif_transpose(image).save(file, "PNG")
    except (OSError, ValueError) as error:
        raise DeepvisError(f"A picture of mode {image.mode} cannot be put into a session ({error}).") from None
    return _text(file.getvalue())


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()
