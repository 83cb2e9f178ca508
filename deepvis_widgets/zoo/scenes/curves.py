"""Outlines as arrays of points (n, 2), in whatever unit the caller draws in; x grows to the right, y upwards."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Points = NDArray[np.float64]
Pair = tuple[float, float]


def _catmull_rom(knots: Points, steps: int) -> Points:
    """The spline through knots[1:-1]; the first and last knots only steer its ends."""
    before, start, end, after = knots[:-3], knots[1:-2], knots[2:-1], knots[3:]
    t = (np.arange(steps) / steps)[:, None, None]
    curve = 0.5 * (
        2 * start
        + (end - before) * t
        + (2 * before - 5 * start + 4 * end - after) * t**2
        + (3 * start - before - 3 * end + after) * t**3
    )
    return np.asarray(curve.transpose(1, 0, 2).reshape(-1, knots.shape[1]))


def closed(points: ArrayLike, steps: int = 5) -> Points:
    """A smooth closed outline through `points`."""
    p = np.asarray(points, dtype=float)
    return _catmull_rom(np.vstack([p[-1:], p, p[:2]]), steps)


def open_curve(points: ArrayLike, steps: int = 6) -> Points:
    """A smooth curve through `points` (of any number of columns), from the first to the last."""
    p = np.asarray(points, dtype=float)
    ends = np.vstack([2 * p[0] - p[1], p, 2 * p[-1] - p[-2]])
    return np.vstack([_catmull_rom(ends, steps), p[-1:]])


def ellipse(centre: Pair, radii: Pair, angle: float = 0.0, count: int = 28) -> Points:
    """An ellipse turned counter-clockwise by `angle` radians."""
    t = np.linspace(0, 2 * np.pi, count, endpoint=False)
    x, y = radii[0] * np.cos(t), radii[1] * np.sin(t)
    c, s = np.cos(angle), np.sin(angle)
    return np.stack([centre[0] + c * x - s * y, centre[1] + s * x + c * y], axis=1)


def rectangle(left: float, bottom: float, right: float, top: float) -> Points:
    """An upright rectangle."""
    return np.array([(left, bottom), (left, top), (right, top), (right, bottom)], dtype=float)


def _cap(centre: Points, direction: Points, radius: float) -> Points:
    """Half a circle around the end of a limb, walked clockwise."""
    start = np.arctan2(direction[1], direction[0])
    t = np.linspace(start + np.pi / 2, start - np.pi / 2, 7)[1:-1]
    return centre + radius * np.stack([np.cos(t), np.sin(t)], axis=1)


def limb(points: ArrayLike, radii: Sequence[float]) -> Points:
    """The outline of a round-ended tube along a smooth curve, `radii` giving its half width at each point."""
    curve = open_curve(np.column_stack([np.asarray(points, dtype=float), np.asarray(radii, dtype=float)]))
    spine, radius = curve[:, :2], np.maximum(curve[:, 2], 0.003)
    tangent = np.gradient(spine, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True) + 1e-9
    offset = np.stack([-tangent[:, 1], tangent[:, 0]], axis=1) * radius[:, None]
    head, tail = _cap(spine[-1], tangent[-1], radius[-1]), _cap(spine[0], -tangent[0], radius[0])
    return np.vstack([spine + offset, head, (spine - offset)[::-1], tail])
