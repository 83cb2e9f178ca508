"""A place of the picture that is asked about: a region of pixels, or a box."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from PIL import Image, ImageDraw
from torch import Tensor

from ..checks import whole
from ..errors import DeepvisError
from ..picture.boxes import Box

ACCEPTED = "a bool region (H, W), a box (top, left, height, width) or an outline [(row, col), ...]"


def region_in(size: tuple[int, int], place: Any) -> Tensor:
    """Returns a place as a bool region (H, W) of a picture of `size`: of one, of a box, or of an outline of three
    points or more. Raises DeepvisError for anything else.

    >>> region_in((4, 4), (1, 1, 2, 3)).sum(1)
    tensor([0, 3, 3, 0])
    >>> region_in((4, 4), [(0, 0), (0, 3), (3, 0)]).sum(1)
    tensor([4, 3, 2, 1])
    """
    if isinstance(place, np.ndarray):
        place = torch.from_numpy(place)
    if isinstance(place, Tensor):
        if place.dtype != torch.bool or tuple(place.shape) != size:
            raise DeepvisError(f"This is no place in the picture; accepted: a bool region {size} of what is seen.")
        return place.cpu()
    if is_outline(place):
        return _inside(size, place)
    top, left, height, width = box_in(place)
    region = torch.zeros(size, dtype=torch.bool)
    region[max(top, 0) : max(top + height, 0), max(left, 0) : max(left + width, 0)] = True
    return region


def box_in(place: Any) -> Box:
    """Returns a box (top, left, height, width) as whole numbers. Raises DeepvisError for anything else.

    >>> box_in([0, 2, 4, 4])
    (0, 2, 4, 4)
    """
    numbers = [whole(number) for number in place] if isinstance(place, tuple | list) and len(place) == 4 else []
    known = [number for number in numbers if number is not None]
    if len(known) != 4 or min(known[2:]) <= 0:
        raise DeepvisError(f"{place!r} is no place in the picture; accepted: {ACCEPTED}.")
    return known[0], known[1], known[2], known[3]


def is_outline(place: Any) -> bool:
    """Returns whether this is an outline: three points (row, col) or more.

    >>> is_outline([(0, 0), (0, 3), (3, 0)]), is_outline((0, 0, 4, 4))
    (True, False)
    """
    return isinstance(place, tuple | list) and len(place) >= 3 and all(_is_point(point) for point in place)


def _is_point(point: Any) -> bool:
    return (
        isinstance(point, tuple | list) and len(point) == 2 and all(isinstance(number, int | float) for number in point)
    )


def _inside(size: tuple[int, int], outline: Any) -> Tensor:
    image = Image.new("1", (size[1], size[0]))
    ImageDraw.Draw(image).polygon([(float(col), float(row)) for row, col in outline], fill=1, outline=1)
    return torch.from_numpy(np.array(image))
