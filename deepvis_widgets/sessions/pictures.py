"""The pictures of a session."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from ..core.errors import DeepvisError
from ..core.picture.picture import opened
from ..zoo.photos import photo
from ..zoo.scenes import READY, Scene, ready_scenes, scene
from .unpack import array_of, bytes_of


def opened_picture(values: Mapping[str, Any]) -> Any:
    """Returns a picture as it was given to the widget: a path, a scene, a photo, or what is in the file.

    >>> opened_picture({"kind": "scene", "arguments": ["wolf", "snow"], "seed": 3}).label
    'wolf'

    Raises DeepvisError where it is not there any more, or damaged.
    """
    kind = values.get("kind")
    if kind == "path":
        return _at_path(str(values["path"]))
    if kind == "scene":
        return _scene(values)
    if kind == "photo":
        return photo(values["arguments"][0])
    if kind == "file":
        return bytes_of(values["bytes"])
    if kind == "png":
        return _image(values["png"])
    if kind == "own scene":
        noted = {name: values[name] for name in ("label", "background", "seed", "sky", "color")}
        return Scene(_image(values["png"]), np.asarray(_image(values["mask"]).convert("L")) > 0, **noted)
    if kind == "numbers":
        return array_of(values)
    raise DeepvisError(f"The session holds a picture of the kind {kind!r}, which there is not.")


def _at_path(path: str) -> str:
    """A path of the disk: what opens videos and pictures would also take addresses."""
    if not Path(path).expanduser().exists():
        raise DeepvisError(
            f'There is no file "{path}", which the session names; put it there, or save the session anew.'
        )
    return path


def _scene(values: Mapping[str, Any]) -> Scene:
    """A scene; of a ready one the stored bytes, which were on screen."""
    (label, background), seed, size = values["arguments"], values["seed"], values.get("size", 128)
    if (label, background, seed) in READY and size == 128:
        return ready_scenes()[READY.index((label, background, seed))]
    return scene(label, background, seed, size)


def _image(text: str) -> Image.Image:
    return opened(io.BytesIO(bytes_of(text)).getvalue())
