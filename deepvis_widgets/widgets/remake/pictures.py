"""What a line of code can say of a picture: its path, or the scene or photo that it is."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from ...core.errors import DeepvisError
from ...core.picture.picture import to_tensor
from ...zoo.photos import PHOTOS, photo
from ...zoo.scenes import Scene, scene
from .recipe import Call

NEAR = 1  # levels between a stored scene and one drawn on another processor


def said(picture: Any) -> str | Call | None:
    """Returns a picture's path, or the call that gives it: as it is now, or a copy that somebody has drawn on would
    come back without the drawing. None where only its owner has it.

    >>> import deepvis_widgets as dv
    >>> said(dv.scene("wolf", "snow", seed=3)).arguments
    ('wolf', 'snow')
    >>> said(Image.new("RGB", (4, 4))) is None
    True
    """
    if isinstance(picture, str | os.PathLike):
        return os.fspath(picture)
    if isinstance(picture, Scene):
        return _scene(picture) if is_drawn(picture) else None
    return _photo_or_file(picture) if isinstance(picture, Image.Image) else None


def is_drawn(picture: Scene) -> bool:
    """Returns whether a scene is the one of its label, background and seed."""
    try:
        drawn = _drawn(picture.label, picture.background, picture.seed, picture.image.width)
    except ValueError:
        return False
    ours, theirs = (np.asarray(found.convert("RGB"), int) for found in (picture.image, drawn.image))
    near = ours.shape == theirs.shape and int(np.abs(ours - theirs).max()) <= NEAR
    return near and np.array_equal(picture.mask, drawn.mask)


@lru_cache(maxsize=64)
def _drawn(label: str, background: str, seed: int, size: int) -> Scene:
    return scene(label, background, seed, size)


def _scene(picture: Scene) -> Call:
    size = {} if picture.image.width == 128 else {"size": picture.image.width}
    return Call("scene", (picture.label, picture.background), {"seed": picture.seed, **size})


def _photo_or_file(picture: Image.Image) -> str | Call | None:
    title, file = picture.info.get("title"), getattr(picture, "filename", "")
    if title in PHOTOS and photo(str(title)).tobytes() == picture.convert("RGB").tobytes():
        return Call("photo", (title,))
    if file and isinstance(file, str | os.PathLike) and _same_as(picture, Path(file)):
        return os.fspath(file)
    return None


def _same_as(picture: Image.Image, file: Path) -> bool:
    try:
        found = to_tensor(file)
        return torch.equal(found, to_tensor(picture))
    except DeepvisError:
        return False
