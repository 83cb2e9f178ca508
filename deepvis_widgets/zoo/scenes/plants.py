"""Sunflower and mushroom, growing from y = 0."""

import numpy as np

from . import curves
from .canvas import FLAT, ROUND, Array, Canvas, Patch, Style
from .colors import mix, pick, rgb, smoothstep, vary
from .patterns import Painter, fade


def sunflower(canvas: Canvas) -> None:
    """A stem with two to four leaves under one large flower turned to the viewer."""
    rng = canvas.rng
    lean, height = rng.uniform(-0.15, 0.15), rng.uniform(1.05, 1.3)
    green = vary(rng, rgb(0.24, 0.46, 0.15), 0.04)
    stem = [(0, -0.05), (0.4 * lean, 0.5 * height), (lean, height)]
    canvas.limb(stem, [0.055, 0.045, 0.04], green, ROUND.but(roundness=0.8))
    for i in range(int(rng.integers(2, 5))):
        side, y = (1 if i % 2 else -1), rng.uniform(0.15, 0.6)
        _leaf(canvas, 0.5 * lean * y, y, side, green)
    with canvas.at(canvas.pose.inside(lean, height, angle=rng.uniform(0, 0.4))):
        _flower(canvas)


def _leaf(canvas: Canvas, x: float, y: float, side: int, green: Array) -> None:
    length = canvas.rng.uniform(0.38, 0.55)
    outline = [(0, 0), (0.3, 0.16), (0.65, 0.17), (1, 0.0), (0.65, -0.12), (0.3, -0.1)]
    points = [(x + side * length * a, y + length * (b + 0.25 * a)) for a, b in outline]
    canvas.shape(curves.closed(points), green * np.float32(0.95), ROUND.but(texture="medium", strength=0.08))
    rib = [(x, y), (x + side * 0.9 * length, y + 0.24 * length)]
    canvas.limb(rib, [0.012, 0.006], green * np.float32(1.3), FLAT)


def _flower(canvas: Canvas) -> None:
    """Two rings of petals around a seed head."""
    rng = canvas.rng
    yellow = pick(rng, [rgb(0.95, 0.74, 0.14), rgb(0.93, 0.66, 0.16), rgb(0.95, 0.80, 0.25)])
    count = int(rng.integers(14, 19))
    for ring, (reach, brightness) in enumerate(((0.60, 0.82), (0.55, 1.0))):
        for i in range(count):
            angle = 2 * np.pi * (i + 0.5 * ring) / count + rng.normal(0, 0.04)
            _petal(canvas, angle, reach * rng.uniform(0.92, 1.06), yellow * np.float32(brightness))
    seeds = max(5.0, 0.045 * canvas.pose.scale)
    canvas.ellipse((0, 0), (0.31, 0.31), rgb(0.26, 0.17, 0.09), Style(shade=0.6, fuzz=1.0))
    canvas.ellipse((0, 0), (0.29, 0.29), _seed_head(seeds), Style(shade=0.8, roundness=0.8))


def _petal(canvas: Canvas, angle: float, reach: float, color: Array) -> None:
    outline = np.array([(0.22, -0.05), (0.62 * reach, -0.085), (reach, 0), (0.62 * reach, 0.085), (0.22, 0.05)])
    c, s = np.cos(angle), np.sin(angle)
    turned = outline @ np.array([(c, s), (-s, c)])
    canvas.shape(curves.closed(turned, 3), color, ROUND.but(shade=0.6))


def _seed_head(size: float) -> Painter:
    """Crossing spirals of seeds, a lighter ring half way out."""

    def paint(patch: Patch) -> Array:
        x, y = patch.u - 0.5, patch.v - 0.5
        radius, angle = 2 * np.hypot(x, y), np.arctan2(y, x)
        turns = 16 * np.sqrt(radius + 0.01) * 10 / size
        bumps = np.sin(13 * angle + turns) * np.sin(13 * angle - turns)
        color = mix(rgb(0.24, 0.15, 0.08), rgb(0.55, 0.37, 0.14), smoothstep(0.2, 0.75, radius) * 0.8)
        return mix(color, color * np.float32(0.6), smoothstep(-0.2, 0.5, bumps))

    return paint


def mushroom(canvas: Canvas) -> None:
    """One toadstool, or one with smaller ones behind it; cap and spots are kept muted."""
    rng = canvas.rng
    for side in (-1, 1)[: int(rng.choice(3, p=[0.55, 0.3, 0.15]))]:
        x, size = side * rng.uniform(0.5, 0.62), rng.uniform(0.4, 0.55)
        with canvas.at(canvas.pose.inside(x, 0, size, rng.uniform(-0.15, 0.15))):
            _toadstool(canvas)
    _toadstool(canvas)


def _toadstool(canvas: Canvas) -> None:
    rng = canvas.rng
    cap = pick(rng, [rgb(0.72, 0.24, 0.17), rgb(0.74, 0.36, 0.18), rgb(0.62, 0.22, 0.18), rgb(0.58, 0.36, 0.24)])
    half, tall = rng.uniform(0.52, 0.68), rng.uniform(0.40, 0.56)
    stalk = rgb(0.84, 0.80, 0.71)
    cream = fade(stalk * np.float32(0.95), stalk * np.float32(0.8), 0.4, 1.0)
    stem = [(0, 0.0), (0, 0.16), (0.02, 0.5), (0, 0.86)]
    canvas.limb(stem, [0.17, 0.17, 0.125, 0.11], cream, Style(fuzz=1.0, texture="fur", strength=0.05, roundness=0.9))
    _cap(canvas, cap, half, tall)
    skirt = [(-0.13, 0.58), (0, 0.63), (0.13, 0.58), (0.2, 0.44), (0.08, 0.47), (-0.06, 0.43), (-0.19, 0.46)]
    canvas.shape(curves.closed(skirt), stalk, Style(fuzz=1.0, texture="fine", strength=0.05))
    _warts(canvas, half, tall)


def _cap(canvas: Canvas, color: Array, half: float, tall: float) -> None:
    arc = np.linspace(0, np.pi, 9)[1:-1]
    dome = [(-half, 0.80)] + [(-half * np.cos(t), 0.82 + tall * np.sin(t)) for t in arc] + [(half, 0.80)]
    below = [(0.5 * half, 0.70), (0, 0.67), (-0.5 * half, 0.70)]
    paint = fade(np.clip(color * rgb(1.12, 1.3, 1.2), 0, 1), color * np.float32(0.9), 0.1, 0.6)
    canvas.shape(curves.closed(dome + below), paint, Style(shade=1.1, roundness=0.6))
    gills = [(-0.93 * half, 0.79), (-0.5 * half, 0.81), (0, 0.815), (0.5 * half, 0.81), (0.93 * half, 0.79), *below]
    canvas.shape(curves.closed(gills), _gills, Style(shade=0.2))


def _gills(patch: Patch) -> Array:
    return mix(rgb(0.74, 0.68, 0.58), rgb(0.84, 0.79, 0.69), smoothstep(-0.2, 0.4, np.sin((patch.u - 0.5) * 100)))


def _warts(canvas: Canvas, half: float, tall: float) -> None:
    """Cream flecks, flattened towards the rim of the cap."""
    rng = canvas.rng
    for _ in range(int(rng.integers(7, 13))):
        angle, reach = rng.uniform(0.3, np.pi - 0.3), np.sqrt(rng.uniform(0.05, 0.9))
        centre = 0.92 * half * reach * np.cos(angle), 0.84 + 0.92 * tall * reach * np.sin(angle)
        size = rng.uniform(0.03, 0.065)
        style = Style(shade=0.9, roundness=0.7, rim=0.1)
        canvas.ellipse(centre, (1.2 * size, 0.85 * size), rgb(0.88, 0.82, 0.71), style)
