"""The mask of an object, seen the way a network sees the picture."""

from __future__ import annotations

from typing import Any

import numpy as np
from torch import Tensor

from .errors import DeepvisError
from .network.network import Network


def mask_view(network: Network, picture: Any, mask: Any = None) -> Tensor | None:
    """Returns the mask as the network sees it, bool (H, W): cut and resized exactly as the picture is.

    `mask` is a bool array or tensor of the picture's size, or of the view's; None: the one the picture brings (that of
    an embedded scene), and None is returned where it brings none. Raises DeepvisError where it fits neither, or where
    nothing of the object is in what the network sees.

    >>> from torch import nn, ones
    >>> from .picture.preprocess import Preprocess
    >>> net = Network(nn.Sequential(nn.Conv2d(3, 2, 8), nn.Flatten()), Preprocess((8, 8), None))
    >>> mask = np.zeros((16, 16), bool)
    >>> mask[:8] = True
    >>> mask_view(net, ones(3, 16, 16), mask).sum(0)
    tensor([4, 4, 4, 4, 4, 4, 4, 4])
    """
    mask = getattr(picture, "mask", None) if mask is None else mask
    if mask is None:
        return None
    given = _as_picture(mask)
    shown, size = network.preprocessing.extent(picture), tuple(given.shape[:2])
    if size not in (shown, network.size):
        raise DeepvisError(
            f"The mask is {_by(size)} and the picture {_by(shown)}; give a mask of the picture's size"
            f", or of what the network sees, {_by(network.size)}."
        )
    seen = network.preprocessing.mask(given)
    if not bool(seen.any()):
        raise DeepvisError("The mask marks nothing in the part of the picture that the network sees.")
    return seen


def known_mask(network: Network, picture: Any) -> Tensor | None:
    """The mask a picture brings, as `mask_view` gives it; None also where nothing of the object is seen.

    >>> from torch import nn, ones
    >>> known_mask(Network(nn.Sequential(nn.Conv2d(3, 2, 8), nn.Flatten())), ones(3, 16, 16)) is None
    True
    """
    try:
        return mask_view(network, picture)
    except DeepvisError:
        return None


def _as_picture(mask: Any) -> np.ndarray:
    """A black picture with the object in white, so that it can go where pictures go."""
    array = np.asarray(mask.cpu() if isinstance(mask, Tensor) else mask)
    if array.ndim != 2 or array.dtype != np.bool_ or not array.size:
        raise DeepvisError(
            f"An array of {array.dtype} with shape {array.shape} is not a mask; accepted is bool (height, width)."
        )
    return np.repeat(array[:, :, None].astype(np.uint8) * 255, 3, axis=2)


def _by(size: tuple[int, ...]) -> str:
    return "×".join(map(str, size))
