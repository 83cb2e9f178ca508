"""Paints: functions that colour the patch of one part. Each returns (h, w, 3) colours for a Patch."""

from collections.abc import Callable
from typing import cast

import numpy as np

from . import textures
from .canvas import Array, Patch
from .colors import mix, smoothstep, tinted

Painter = Callable[[Patch], Array]


def solid(color: Array) -> Painter:
    """One colour all over."""
    return lambda patch: cast(Array, np.broadcast_to(color, (*patch.shape, 3)))


def fade(first: Array, second: Array, start: float, end: float, wobble: float = 0.1, slant: float = 0.0) -> Painter:
    """`first` above height `start`, `second` below `end` (0 top, 1 bottom); `slant` lowers it towards the front."""

    def paint(patch: Patch) -> Array:
        height = patch.v + wobble * patch.noise() + slant * (patch.u - 0.5)
        return mix(first, second, smoothstep(start, end, height))

    return paint


def sides(middle: Array, side: Array, start: float, end: float, wobble: float = 0.06) -> Painter:
    """`middle` along the vertical axis, `side` left and right of it."""

    def paint(patch: Patch) -> Array:
        return mix(middle, side, smoothstep(start, end, np.abs(patch.u - 0.5) + wobble * patch.noise()))

    return paint


def coat(base: Array, back: Array, belly: Array) -> Painter:
    """Dark along the back, light along the belly."""

    def paint(patch: Patch) -> Array:
        height = patch.v + 0.1 * patch.noise()
        upper = mix(back, base, smoothstep(0.1, 0.45, height))
        return mix(upper, belly, smoothstep(0.55, 0.85, height))

    return paint


def grained(color: Array, angle: float = 0.0, strength: float = 0.35) -> Painter:
    """Wood: strands of light and dark along `angle` degrees from the vertical."""
    return lambda patch: tinted(color, 1 + strength * patch.fur(angle))


def stripes(light: Array, dark: Array, period: float, angle: float = 0.0, warp: float = 0.4) -> Painter:
    """Wavy stripes every `period` pixels, `angle` degrees from the vertical."""

    def paint(patch: Patch) -> Array:
        turn = np.deg2rad(angle)
        across = patch.columns * np.cos(turn) + patch.rows * np.sin(turn)
        phase = 2 * np.pi * across / period + warp * 2 * patch.noise("coarse") + patch.rng.uniform(0, 2 * np.pi)
        return mix(dark, light, smoothstep(-0.35, 0.35, np.sin(phase)))

    return paint


def rosettes(under: Painter, ink: Array, period: float) -> Painter:
    """Rings of spots every `period` pixels on top of another paint."""

    def paint(patch: Patch) -> Array:
        shift = patch.rng.uniform(0, 1000, 2)
        down = (patch.rows + shift[0]) / period
        across = (patch.columns + shift[1]) / period + (np.floor(down) % 2) * 0.5
        row, column = np.floor(down).astype(int), np.floor(across).astype(int)
        offset_down = down - row - 0.5 - 0.1 * textures.cells(row, column)
        offset_across = across - column - 0.5 - 0.1 * textures.cells(column, row)
        distance = np.hypot(offset_down, offset_across) + 0.05 * patch.noise("fine")
        ring = smoothstep(0.16, 0.22, distance) * smoothstep(0.41, 0.34, distance)
        color = mix(under(patch), ink, ring * 0.9)
        return mix(color, color * np.float32(0.8), smoothstep(0.2, 0.14, distance))

    return paint


def feathers(base: Array, tip: Array, size: float) -> Painter:
    """Overlapping rounded feathers, `size` pixels tall."""

    def paint(patch: Patch) -> Array:
        down = patch.rows / size
        row = np.floor(down)
        across = (patch.columns / size + (row % 2) * 0.5) % 1 - 0.5
        edge = smoothstep(0.55, 0.95, down - row + 1.2 * across**2 + 0.05 * patch.noise("fine"))
        quill = (np.abs(across) < 0.09) & (down - row < 0.8)
        return mix(mix(base, tip, edge), base * np.float32(0.6), quill * 0.5)

    return paint


def bricks(color: Array, mortar: Array, width: float, height: float, joint: float) -> Painter:
    """Running bond, sizes in pixels; each brick has its own shade."""

    def paint(patch: Patch) -> Array:
        row = np.floor(patch.rows / height).astype(int)
        across = patch.columns + (row % 2) * width / 2
        column = np.floor(across / width).astype(int)
        wall = tinted(color, 1 + 0.1 * textures.cells(row, column) + 0.05 * patch.noise("fine"))
        in_joint = (patch.rows % height < joint) | (across % width < joint)
        return cast(Array, np.where(in_joint[..., None], mortar, wall))

    return paint


def tiles(color: Array, size: float) -> Painter:
    """Roof tiles with rounded lower edges, `size` pixels each."""

    def paint(patch: Patch) -> Array:
        row = np.floor(patch.rows / size).astype(int)
        across = patch.columns / size + (row % 2) * 0.5
        column = np.floor(across).astype(int)
        edge = smoothstep(0.6, 1.0, (patch.rows / size) % 1 + 0.9 * (across - column - 0.5) ** 2)
        return tinted(color, (1 - 0.45 * edge) * (1 + 0.1 * textures.cells(row, column)))

    return paint


def planks(color: Array, height: float) -> Painter:
    """Horizontal boards, `height` pixels each, dark where one overlaps the next."""
    return lambda patch: tinted(color, 1 - 0.22 * smoothstep(0.75, 1.0, (patch.rows / height) % 1))


def glass(bright: Array, dark: Array) -> Painter:
    """A window pane: sky reflected at the top left, dark at the bottom right."""
    return lambda patch: mix(bright, dark, smoothstep(0.1, 0.9, 0.7 * patch.v + 0.3 * patch.u))
