"""A dozen scenes stored as PNG files, so that a first picture is on screen at once.

`python -m deepvis_widgets.zoo.scenes.refresh` draws and stores them anew.
"""

from pathlib import Path

import numpy as np
from PIL import Image

from .catalog import Scene

READY: tuple[tuple[str, str, int], ...] = (
    ("husky", "snow", 45),
    ("wolf", "snow", 135),
    ("wolf", "meadow", 106),
    ("husky", "forest", 102),
    ("husky", "snow", 110),
    ("leopard", "desert", 3),
    ("zebra", "meadow", 6),
    ("owl", "forest", 2),
    ("butterfly", "meadow", 1),
    ("house", "snow", 0),
    ("balloon", "street", 9),
    ("car", "desert", 8),
)
# colour of the sky, then of the object, in the order of READY
NOTED: tuple[tuple[str | None, str | None], ...] = (
    ("grey", None),
    ("blue", None),
    ("orange", None),
    (None, None),
    ("violet", None),
    ("grey", None),
    ("orange", None),
    (None, None),
    ("violet", "orange"),
    ("blue", None),
    ("grey", None),
    ("orange", "yellow"),
)


def folder() -> Path:
    """Where the files are."""
    return Path(__file__).parent.parent / "ready"


def file_name(label: str, background: str, seed: int) -> str:
    """The name of a picture without its ending; its mask has `-mask` appended."""
    return f"{label}-{background}-{seed}"


def _opened(file: Path) -> Image.Image:
    with file.open("rb") as stream:
        image = Image.open(stream)
        image.load()
    return image


def ready_scenes() -> list[Scene]:
    """Returns the scenes of READY, in its order, read from files instead of drawn; each of 128 x 128 pixels.

    >>> ready_scenes()[0].label
    'husky'
    """
    scenes = []
    for (label, background, seed), (sky, color) in zip(READY, NOTED, strict=True):
        name = file_name(label, background, seed)
        image, mask = (_opened(folder() / f"{name}{end}.png") for end in ("", "-mask"))
        scenes.append(Scene(image, np.asarray(mask.convert("L")) > 0, label, background, seed, sky, color))
    return scenes
