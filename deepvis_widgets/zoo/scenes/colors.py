"""Colours as float32 arrays (..., 3) in [0, 1], and the few ways scenes combine them."""

from typing import cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float32]


def rgb(red: float, green: float, blue: float) -> Array:
    """One colour, shape (3,)."""
    return np.array((red, green, blue), dtype=np.float32)


WHITE = rgb(0.96, 0.96, 0.96)
INK = rgb(0.06, 0.05, 0.05)


def vary(rng: np.random.Generator, color: Array, spread: float = 0.04) -> Array:
    """A random neighbour of `color`: brightness moves by `spread`, each channel by a third of it."""
    moved = color + rng.normal(0, spread, 3) * 0.3 + rng.normal(0, spread)
    return cast(Array, np.clip(moved, 0.01, 1).astype(np.float32))


def pick(rng: np.random.Generator, palette: list[Array], spread: float = 0.03) -> Array:
    """A random neighbour of a random colour of `palette`."""
    return vary(rng, palette[int(rng.integers(len(palette)))], spread)


def pick_named(rng: np.random.Generator, palette: list[tuple[str, Array]], spread: float = 0.03) -> tuple[str, Array]:
    """As `pick`, from colours with names; returns the name, too."""
    name, color = palette[int(rng.integers(len(palette)))]
    return name, vary(rng, color, spread)


def smoothstep(low: float, high: float, x: ArrayLike) -> Array:
    """0 up to `low`, 1 from `high` on, an S between; `low` may be the larger, which turns it round."""
    t = np.clip((np.asarray(x, dtype=np.float32) - low) / (high - low), 0, 1)
    return cast(Array, (t * t * (3 - 2 * t)).astype(np.float32))


def mix(first: Array, second: Array, share: ArrayLike) -> Array:
    """`first` where `share` is 0, `second` where it is 1; a (h, w) share spreads over the channels."""
    weight = np.asarray(share, dtype=np.float32)
    weight = weight[..., None] if weight.ndim == 2 else weight
    return cast(Array, (first * (1 - weight) + second * weight).astype(np.float32))


def tinted(color: Array, brightness: Array) -> Array:
    """`color` (3,) multiplied by a (h, w) brightness: (h, w, 3), clipped to [0, 1]."""
    return cast(Array, np.clip(color * brightness[..., None], 0, 1).astype(np.float32))
