"""The strongest pictures of each unit, as whole numbers: larger is stronger, and of two equally strong ones earlier.

A key holds the bits of a float32 activation, put in an order in which they compare like the value, and below them the
number of the picture, counted down. No two keys are equal, so the largest ones are the same ones in whatever order
pictures are seen.
"""

from __future__ import annotations

import numpy as np
import torch

LATEST = 2**32 - 1  # the largest number a picture can have
NOTHING = np.iinfo(np.int64).min  # the key of an empty place


def keys(values: np.ndarray, pictures: np.ndarray) -> np.ndarray:
    """Returns the int64 keys of finite float32 values (units, n) of the pictures numbered (n,).

    >>> found = keys(np.array([[0.5, 2.0, 2.0]]), np.array([7, 8, 9]))
    >>> best, _ = strongest(found, np.zeros((1, 3), np.int32), 2)
    >>> pictures(best).tolist(), activations(best).tolist()
    ([[8, 9]], [[2.0, 2.0]])
    """
    bits = (values.astype(np.float32) + np.float32(0)).view(np.int32)  # -0 becomes 0
    ordered = (bits ^ ((bits >> 31) & np.int32(0x7FFFFFFF))).astype(np.int64)
    found: np.ndarray = (ordered << 32) + (LATEST - pictures.astype(np.int64))
    return found


def activations(found: np.ndarray) -> np.ndarray:
    """Returns the float32 values in keys; -inf in empty places."""
    ordered = (found >> 32).astype(np.int32)
    values = (ordered ^ ((ordered >> 31) & np.int32(0x7FFFFFFF))).view(np.float32)
    return np.where(found == NOTHING, np.float32(-np.inf), values)


def pictures(found: np.ndarray) -> np.ndarray:
    """Returns the int64 numbers of the pictures in keys; -1 in empty places."""
    return np.where(found == NOTHING, -1, LATEST - (found & LATEST))


def strongest(found: np.ndarray, places: np.ndarray, top: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns the `top` largest keys (units, top), descending, and the places that go with them; fewer leave empty
    places.
    """
    missing = top - found.shape[1]
    if missing > 0:
        found = np.pad(found, ((0, 0), (0, missing)), constant_values=NOTHING)
        places = np.pad(places, ((0, 0), (0, missing)), constant_values=-1)
    best, index = torch.from_numpy(found).topk(top, 1)
    return best.numpy(), np.take_along_axis(places, index.numpy(), 1)
