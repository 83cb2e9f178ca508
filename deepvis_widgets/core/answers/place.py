"""A place of the picture that is asked about."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..checks import whole
from ..errors import DeepvisError
from ..picture.boxes import Box


def place_in(size: tuple[int, int], kind: str, place: Any) -> Tensor | Box | None:
    """Returns the place that was given, checked: for "pixels" a bool region (H, W) of the picture's size, for "boxes" a
    box (top, left, height, width).

    >>> place_in((8, 8), "boxes", [0, 2, 4, 4])
    (0, 2, 4, 4)
    """
    if place is None or kind not in ("pixels", "boxes"):
        return None
    return _region(size, place) if kind == "pixels" else _box(place)


def _region(size: tuple[int, int], place: Any) -> Tensor:
    if isinstance(place, np.ndarray):
        place = torch.from_numpy(place)
    if not isinstance(place, Tensor) or place.dtype != torch.bool or tuple(place.shape) != size:
        raise DeepvisError(f"This is no place in the picture; accepted: a bool region {size}, as the network sees it.")
    return place.cpu()


def _box(place: Any) -> Box:
    numbers = [whole(number) for number in place] if isinstance(place, tuple | list) and len(place) == 4 else [None]
    top, left, height, width = (-1 if number is None else number for number in (*numbers, -1, -1, -1)[:4])
    if None in numbers or min(height, width) <= 0:
        raise DeepvisError(f"{place!r} is no box; accepted: (top, left, height, width) in pixels.")
    return top, left, height, width
