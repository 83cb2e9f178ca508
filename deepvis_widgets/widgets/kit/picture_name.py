"""What a picture is called, and whether two are the same one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ...zoo.scenes import Scene
from ..remake.pictures import is_drawn

YOURS = "your picture"  # what a picture without a name is called


def same_picture(one: Any, other: Any) -> bool:
    """Whether two pictures are the same object, the same path, or the same scene.

    >>> same_picture("photos/cat.png", Path("photos/cat.png"))
    True
    """
    if isinstance(one, str | Path) and isinstance(other, str | Path):
        return Path(one).expanduser() == Path(other).expanduser()
    if isinstance(one, Scene) and isinstance(other, Scene) and one is not other:
        return _order(one) == _order(other) and is_drawn(one) and is_drawn(other)
    return one is other


def _order(scene: Scene) -> tuple[str, str, int, int]:
    return scene.label, scene.background, scene.seed, scene.image.width


def picture_name(picture: Any, otherwise: str = YOURS) -> str:
    """The file name of a path, the label and background of a scene, the title or file name of a PIL image.

    >>> picture_name("photos/cat.png")
    'cat.png'
    """
    if isinstance(picture, str | Path):
        return Path(picture).name
    label, background = getattr(picture, "label", None), getattr(picture, "background", None)
    if label and background:
        return f"{label} · {background}"
    info, file = getattr(picture, "info", None), getattr(picture, "filename", None)
    title = info.get("title") if isinstance(info, dict) else None
    if title and isinstance(title, str):
        return title
    return Path(file).name if file and isinstance(file, str | Path) else otherwise
