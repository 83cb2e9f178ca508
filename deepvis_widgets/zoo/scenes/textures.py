"""Tileable noise: the bank of textures that every surface of a scene is cut from.

The bank is made from fixed seeds at first use (a few milliseconds per texture) and kept for the life of the process.
Values are rounded to a thousandth, so that last-bit differences between Fourier libraries do not reach a picture.
"""

from functools import cache
from typing import cast

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

SIDE = 512
FUR_STEP = 15  # degrees between two neighbouring fur directions

# name -> (seed, blur widths in pixels, how much each next blur counts relative to the one before)
_ISOTROPIC: dict[str, tuple[int, tuple[float, ...], float]] = {
    "grain": (11, (0.0,), 1.0),
    "fine": (12, (3.0, 1.2, 0.6), 0.8),
    "medium": (13, (10.0, 5.0, 2.5, 1.2), 0.7),
    "coarse": (14, (48.0, 24.0, 12.0, 6.0), 0.55),
}
# (blur along the strand, blur across it, weight): long thick strands under short thin ones
_STRANDS = ((7.0, 0.9, 1.0), (14.0, 1.8, 0.6))


def _normalise(values: NDArray[np.float64]) -> NDArray[np.float64]:
    centred = values - values.mean()
    return np.asarray(centred / (centred.std() + 1e-9))


def _blurred_noise(rng: np.random.Generator, along: float, across: float, angle: float) -> NDArray[np.float64]:
    """White noise under an elongated Gaussian blur, wrapped at the borders; `angle` in radians from the row axis."""
    down, right = np.fft.fftfreq(SIDE)[:, None], np.fft.rfftfreq(SIDE)[None, :]
    u = down * np.cos(angle) + right * np.sin(angle)
    v = right * np.cos(angle) - down * np.sin(angle)
    blur = np.exp(-2 * np.pi**2 * ((along * u) ** 2 + (across * v) ** 2))
    spectrum = np.fft.rfft2(rng.standard_normal((SIDE, SIDE)))
    return _normalise(np.fft.irfft2(spectrum * blur, s=(SIDE, SIDE)))


def _finish(values: NDArray[np.float64]) -> Array:
    """Normalise, round, and repeat 2x2 so that any patch of up to SIDE pixels is one plain slice."""
    texture = np.tile(np.round(_normalise(values), 3).astype(np.float32), (2, 2))
    texture.flags.writeable = False
    return texture


@cache
def isotropic(name: str) -> Array:
    """The texture `name` (grain, fine, medium or coarse): (2 SIDE, 2 SIDE) float32, mean 0, spread 1."""
    seed, widths, falloff = _ISOTROPIC[name]
    rng = np.random.default_rng(seed)
    octaves = [falloff**i * _blurred_noise(rng, width, width, 0.0) for i, width in enumerate(widths)]
    return _finish(np.sum(octaves, axis=0))


@cache
def _fur(step: int) -> Array:
    rng = np.random.default_rng((15, step))
    angle = np.deg2rad(step * FUR_STEP)
    return _finish(np.sum([w * _blurred_noise(rng, long, short, angle) for long, short, w in _STRANDS], axis=0))


def fur(angle: float) -> Array:
    """Strands lying at `angle` degrees from the vertical, to the nearest FUR_STEP; shape and values as `isotropic`."""
    return _fur(round((angle % 180) / FUR_STEP) % (180 // FUR_STEP))


def patch(texture: Array, rng: np.random.Generator, height: int, width: int) -> Array:
    """A random (height, width) window of a texture, as a read-only view; either side is at most SIDE pixels."""
    top, left = rng.integers(0, SIDE, 2)
    return texture[top : top + height, left : left + width]


def row(texture: Array, rng: np.random.Generator, width: int, stride: float = 1.0) -> Array:
    """A random row of a texture, `width` samples taken every `stride` pixels and wrapped around."""
    top, left = rng.integers(0, SIDE, 2)
    columns = (left + (np.arange(width) * stride).astype(int)) % SIDE
    return cast(Array, texture[top, columns])


def cells(rows: NDArray[np.integer], columns: NDArray[np.integer]) -> Array:
    """One repeatable random number (spread 1) for each cell of an integer grid: a brick, a tile, a spot."""
    return cast(Array, isotropic("grain")[(rows * 37 + columns * 11) % SIDE, (columns * 91 + rows * 13) % SIDE])
