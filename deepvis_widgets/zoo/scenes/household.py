"""House and teapot, standing on y = 0."""

import numpy as np

from .canvas import FLAT, ROUND, Array, Canvas, Patch, Style
from .colors import WHITE, mix, pick, pick_named, rgb, smoothstep
from .curves import rectangle
from .patterns import Painter, bricks, glass, planks, solid, tiles


def house(canvas: Canvas) -> None:
    """A cottage of brick, plaster or boards: tiled roof, chimney, door, windows."""
    rng = canvas.rng
    half, wall, roof = rng.uniform(0.58, 0.75), rng.uniform(0.46, 0.62), rng.uniform(0.34, 0.50)
    paint = _wall(canvas, int(rng.integers(3)))
    x = rng.choice([-1, 1]) * 0.4 * half
    canvas.shape(rectangle(x - 0.08, wall + 0.3 * roof, x + 0.08, wall + 1.15 * roof), paint, Style(shade=0.3))
    canvas.shape(rectangle(-half, 0, half, wall + 0.02), paint, Style(shade=0.25, roundness=0.15, rim=0.1))
    _roof(canvas, half, wall, roof)
    door = float(rng.choice([-0.45, 0, 0.45])) * half
    _door(canvas, door)
    for place in (-0.6, 0.0, 0.6):
        if abs(place * half - door) > 0.24:
            _window(canvas, place * half, 0.56 * wall, lit=rng.random() < 0.25)


def _wall(canvas: Canvas, kind: int) -> Painter:
    unit, rng = max(4.0, 0.05 * canvas.pose.scale), canvas.rng
    if kind == 0:
        return bricks(pick(rng, [rgb(0.66, 0.38, 0.30)]), rgb(0.78, 0.74, 0.68), 2.2 * unit, unit, 0.18 * unit)
    if kind == 1:
        return solid(pick(rng, [rgb(0.88, 0.82, 0.68), rgb(0.80, 0.66, 0.52), rgb(0.86, 0.78, 0.76)]))
    return planks(pick(rng, [rgb(0.74, 0.80, 0.84), rgb(0.62, 0.72, 0.62), rgb(0.80, 0.62, 0.50)]), 1.1 * unit)


def _roof(canvas: Canvas, half: float, wall: float, roof: float) -> None:
    color = pick(canvas.rng, [rgb(0.58, 0.26, 0.19), rgb(0.37, 0.37, 0.42), rgb(0.47, 0.31, 0.22)])
    ridge = half * canvas.rng.uniform(0.1, 0.85)
    eaves = [(-half - 0.12, wall - 0.02), (-ridge, wall + roof), (ridge, wall + roof), (half + 0.12, wall - 0.02)]
    canvas.shape(eaves, tiles(color, max(4.0, 0.065 * canvas.pose.scale)), Style(shade=0.4, roundness=0.2))


def _door(canvas: Canvas, x: float) -> None:
    color = pick(canvas.rng, [rgb(0.36, 0.20, 0.12), rgb(0.18, 0.35, 0.26), rgb(0.50, 0.17, 0.16)])
    canvas.shape(rectangle(x - 0.10, 0, x + 0.10, 0.34), rgb(0.90, 0.88, 0.83))
    canvas.shape(rectangle(x - 0.08, 0, x + 0.08, 0.32), color, Style(texture="fur", strength=0.08, shade=0.3))
    canvas.ellipse((x + 0.05, 0.15), (0.015, 0.015), rgb(0.88, 0.74, 0.32))


def _window(canvas: Canvas, x: float, y: float, lit: bool) -> None:
    warm, cool = glass(rgb(0.93, 0.80, 0.46), rgb(0.78, 0.58, 0.3)), glass(rgb(0.62, 0.74, 0.84), rgb(0.2, 0.28, 0.36))
    canvas.shape(rectangle(x - 0.11, y - 0.125, x + 0.11, y + 0.125), WHITE, Style(shade=0.3))
    canvas.shape(rectangle(x - 0.085, y - 0.10, x + 0.085, y + 0.10), warm if lit else cool, FLAT)
    canvas.limb([(x, y - 0.1), (x, y + 0.1)], [0.011, 0.011], WHITE, FLAT)
    canvas.limb([(x - 0.085, y), (x + 0.085, y)], [0.011, 0.011], WHITE, FLAT)


_GLAZES = [
    ("blue", rgb(0.24, 0.42, 0.62)),
    ("red", rgb(0.62, 0.24, 0.22)),
    ("green", rgb(0.28, 0.50, 0.42)),
    ("white", rgb(0.80, 0.74, 0.62)),
    ("orange", rgb(0.72, 0.50, 0.26)),
    ("violet", rgb(0.46, 0.36, 0.56)),
]


def teapot(canvas: Canvas) -> None:
    """A glazed teapot: round belly with a band, spout, handle, lid with a knob."""
    rng = canvas.rng
    canvas.noted["color"], glaze = pick_named(rng, _GLAZES)
    band = pick(rng, [rgb(0.88, 0.84, 0.74), rgb(0.85, 0.66, 0.28), rgb(0.20, 0.22, 0.30)])
    plump = rng.uniform(0.92, 1.1)
    glossy = Style(shade=1.3, roundness=0.9)
    spout = [(0.42, 0.28), (0.66, 0.42), (0.74, 0.66), (0.90, 0.80)]
    canvas.limb(spout, [0.17, 0.11, 0.075, 0.06], glaze, glossy)
    handle = [(-0.40, 0.78), (-0.72, 0.82), (-0.86, 0.56), (-0.70, 0.30), (-0.44, 0.24)]
    canvas.limb(handle, [0.055, 0.06, 0.06, 0.055, 0.05], glaze * np.float32(0.92), glossy)
    canvas.ellipse((0, 0.05), (0.34, 0.06), glaze * np.float32(0.6))
    canvas.ellipse((0, 0.48), (0.55, 0.45 * plump), _glazed(glaze, band), glossy)
    _lid(canvas, glaze, band, 0.48 + 0.45 * plump)


def _glazed(glaze: Array, band: Array) -> Painter:
    """A banded belly that curves down at the sides, with two thin lines around it."""

    def paint(patch: Patch) -> Array:
        level = patch.v - 0.10 * np.sqrt(np.clip(1 - (2 * patch.u - 1) ** 2, 0, 1))
        distance = np.abs(level - 0.38)
        color = mix(glaze, band, smoothstep(0.075, 0.06, distance))
        return mix(color, band, smoothstep(0.03, 0.015, np.abs(distance - 0.13)))

    return paint


def _lid(canvas: Canvas, glaze: Array, band: Array, top: float) -> None:
    arc = [(0.27 * np.cos(t), top - 0.06 + 0.14 * np.sin(t)) for t in np.linspace(np.pi, 0, 9)]
    canvas.shape(arc, glaze * np.float32(1.08), ROUND.but(roundness=0.7))
    canvas.limb([(-0.28, top - 0.05), (0.28, top - 0.05)], [0.025, 0.025], band)
    canvas.ellipse((0, top + 0.13), (0.07, 0.065), band)
    canvas.ellipse((-0.22, 0.68), (0.07, 0.10), WHITE, Style(soft=1.5, shade=0, rim=0, alpha=0.55), turn=0.5)
