"""The classes and backgrounds there are, and one scene of them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from numpy.typing import NDArray

CLASSES: tuple[str, ...] = (
    "husky", "wolf", "leopard", "zebra", "owl", "butterfly",
    "sunflower", "mushroom", "car", "house", "balloon", "teapot",
)  # fmt: skip
BACKGROUNDS: tuple[str, ...] = ("snow", "meadow", "forest", "desert", "street")


@dataclass(frozen=True)
class Scene:
    """A picture that knows what is in it."""

    image: Image.Image  # RGB, (size, size)
    mask: "NDArray[np.bool_]"  # (size, size), true where the object is seen
    label: str
    background: str
    seed: int
    sky: str | None = None  # its colour, None where a forest or a wall hides it
    color: str | None = None  # of a car, a butterfly or a teapot


def scene(label: str, background: str = "meadow", seed: int = 0, size: int = 128) -> Scene:
    """Draws one scene; the same arguments give the same bytes every time.

    On a processor of another kind a value may be one level away, now and then.

    Args:
        label: one of CLASSES.
        background: one of BACKGROUNDS.
        seed: 0 or more. Scenes of one seed share their backdrop, and an object of one class keeps its looks.
        size: height and width in pixels, 16 to 320.

    Raises:
        ValueError: if an argument is none of these; the message says what is accepted.

    >>> import deepvis_widgets as dv
    >>> wolf = dv.scene("wolf", background="snow", seed=3)
    >>> wolf.image.size, wolf.mask.shape, wolf.label
    ((128, 128), (128, 128), 'wolf')
    """
    _check(label, background, seed, size)
    from .compose import render

    image, mask, noted = render(label, background, seed, size)
    return Scene(Image.fromarray(image), mask, label, background, seed, noted.get("sky"), noted.get("color"))


def _check(label: str, background: str, seed: int, size: int) -> None:
    if label not in CLASSES:
        raise ValueError(f"there is no class {label!r} among the scenes: choose one of {', '.join(CLASSES)}")
    if background not in BACKGROUNDS:
        raise ValueError(f"there is no background {background!r}: choose one of {', '.join(BACKGROUNDS)}")
    if seed < 0:
        raise ValueError(f"a scene's seed must be 0 or more, not {seed}")
    if not 16 <= size <= 320:
        raise ValueError(f"a scene's size must be between 16 and 320 pixels, not {size}")
