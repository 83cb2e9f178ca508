"""Owl (perched, feet near y = 0) and butterfly (in the air, around the origin)."""

import numpy as np

from . import curves
from .canvas import FLAT, ROUND, Array, Canvas, Patch, Role, Style
from .colors import INK, mix, pick, pick_named, rgb, smoothstep
from .patterns import Painter, feathers, grained

_BARK = rgb(0.33, 0.24, 0.17)


def owl(canvas: Canvas) -> None:
    """An owl facing the viewer on a stump or a branch: scaly breast, folded wings, huge orange eyes."""
    rng = canvas.rng
    base = pick(rng, [rgb(0.52, 0.38, 0.24), rgb(0.43, 0.40, 0.37), rgb(0.60, 0.48, 0.34), rgb(0.66, 0.60, 0.54)])
    pale = np.clip(base * np.float32(1.45), 0, 0.88)
    _perch(canvas)
    _owl_body(canvas, base, pale)
    with canvas.at(canvas.pose.inside(rng.uniform(-0.06, 0.06), 1.30)):
        _owl_head(canvas, base, pale)
    for x in (-0.185, -0.14, -0.095, 0.095, 0.14, 0.185):
        canvas.limb([(x, 0.13), (x * 1.05, 0.03)], [0.022, 0.016], rgb(0.72, 0.58, 0.32))


def _perch(canvas: Canvas) -> None:
    if canvas.rng.random() < 0.6:
        stump = [(-0.46, -0.22), (-0.38, -0.04), (-0.32, 0.12), (0.30, 0.10), (0.38, -0.04), (0.48, -0.22)]
        canvas.shape(stump, grained(_BARK), Style(fuzz=1.0, roundness=0.7), Role.STAIN)
    else:
        slope = canvas.rng.uniform(-0.06, 0.1)
        branch = [(-2.6, 0.1 - slope), (-0.3, 0.06), (0.4, 0.04), (2.6, 0.1 + slope)]
        canvas.limb(branch, [0.06, 0.08, 0.075, 0.05], grained(_BARK, 90), Style(fuzz=1.0, roundness=0.8), Role.STAIN)


def _owl_body(canvas: Canvas, base: Array, pale: Array) -> None:
    size, down = canvas.pose.scale, ROUND.but(texture="fur", strength=0.06, roundness=0.6)
    canvas.limb([(-0.05, 0.24), (-0.10, -0.06), (-0.12, -0.2)], [0.14, 0.12, 0.06], base * np.float32(0.7), down)
    breast = feathers(pale, base * np.float32(0.68), max(5.0, 0.085 * size))
    canvas.limb([(0, 1.02), (0, 0.66), (0, 0.26)], [0.34, 0.40, 0.26], breast, down.but(fuzz=2.0))
    wing = feathers(base * np.float32(0.85), base * np.float32(0.48), max(6.0, 0.11 * size))
    for q in (-1, 1):
        spine = [(q * 0.28, 0.96), (q * 0.42, 0.59), (q * 0.30, 0.14)]
        canvas.limb(spine, [0.1, 0.155, 0.04], wing, down.but(fuzz=1.5))


def _owl_head(canvas: Canvas, base: Array, pale: Array) -> None:
    rng, down = canvas.rng, Style(fuzz=3.0, texture="fur", strength=0.15, roundness=0.6)
    if rng.random() < 0.75:
        for q in (-1, 1):
            tuft = [(q * 0.16, 0.26), (q * 0.42, 0.53), (q * 0.40, 0.14)]
            canvas.shape(tuft, base * np.float32(0.62), down)
    canvas.ellipse((0, 0.02), (0.43, 0.36), base * np.float32(0.9), down)
    iris = pick(rng, [rgb(0.95, 0.64, 0.14), rgb(0.93, 0.74, 0.2)])
    for q in (-1, 1):
        canvas.ellipse((q * 0.19, 0), (0.21, 0.235), _facial_disc(base, pale), Style(fuzz=1.2, shade=0.4))
    for q in (-1, 1):
        canvas.ellipse((q * 0.18, 0.03), (0.12, 0.12), INK, FLAT)
        canvas.ellipse((q * 0.18, 0.03), (0.105, 0.105), iris, Style(shade=0.4))
        canvas.ellipse((q * 0.18, 0.03), (0.058, 0.058), INK, FLAT)
        canvas.ellipse((q * 0.18 - 0.03, 0.07), (0.021, 0.021), rgb(1, 1, 1), FLAT)
    beak = [(-0.05, -0.03), (0, 0.01), (0.05, -0.03), (0.015, -0.19), (0, -0.23), (-0.015, -0.19)]
    canvas.shape(curves.closed(beak), rgb(0.30, 0.27, 0.22), Style(shade=1.3))


def _facial_disc(base: Array, pale: Array) -> Painter:
    def paint(patch: Patch) -> Array:
        x, y = patch.u - 0.5, patch.v - 0.5
        rays = 0.5 * np.sin(22 * np.arctan2(y, x))
        face = mix(pale, pale * np.float32(0.86), 0.6 * smoothstep(-0.2, 0.4, rays))
        return mix(face, base * np.float32(0.45), smoothstep(0.84, 0.96, 2 * np.hypot(x, y)))

    return paint


def butterfly(canvas: Canvas) -> None:
    """A butterfly with spread wings: dark veins and border, pale dots, an eye spot on each hind wing."""
    rng = canvas.rng
    canvas.noted["color"], color = pick_named(rng, _WING_COLORS, 0.04)
    spot = pick(rng, [rgb(0.92, 0.77, 0.4), rgb(0.5, 0.8, 0.88), rgb(0.88, 0.5, 0.35), rgb(0.92, 0.9, 0.84)])
    fold, veins = rng.uniform(0.78, 1.0), int(rng.integers(4, 7))
    with canvas.at(canvas.pose.inside(0, 0, angle=rng.uniform(-0.8, 0.8))):
        for q in (-1, 1):
            _wings(canvas, q * fold, color, spot, veins)
        _insect_body(canvas)


_WING_COLORS = [
    ("orange", rgb(0.90, 0.53, 0.17)),
    ("blue", rgb(0.28, 0.48, 0.85)),
    ("yellow", rgb(0.92, 0.80, 0.30)),
    ("red", rgb(0.76, 0.25, 0.25)),
    ("violet", rgb(0.55, 0.36, 0.72)),
    ("blue", rgb(0.45, 0.70, 0.80)),
]
_FORE = [(0.03, 0.08), (0.28, 0.46), (0.62, 0.74), (0.88, 0.74), (0.90, 0.52), (0.70, 0.2), (0.4, 0.02), (0.05, -0.02)]
_HIND = [(0.04, 0.02), (0.36, 0.04), (0.60, -0.10), (0.64, -0.36), (0.46, -0.60), (0.26, -0.58), (0.08, -0.22)]
_BORDER = rgb(0.13, 0.11, 0.11)


def _wings(canvas: Canvas, side: float, color: Array, spot: Array, veins: int) -> None:
    """Hind wing, then fore wing, on the side given by the sign of `side`; its size foreshortens them."""
    flat = Style(shade=0.35, texture="fine", strength=0.05, rim=0.1)
    for outline, share in ((_HIND, 0.80), (_FORE, 0.84)):
        wing = np.array(outline)
        canvas.shape(curves.closed(wing * (side, 1)), _BORDER, flat)
        centre = wing.mean(axis=0) * (0.8, 0.9)
        inner = centre + (wing - centre) * share
        canvas.shape(curves.closed(inner * (side, 1)), color, flat)
        for tip in inner[1:veins]:
            canvas.limb(np.array([(0.05, 0.03), tip * 0.97]) * (side, 1), [0.012, 0.007], _BORDER, FLAT)
    for x, y in ((0.72, 0.66), (0.82, 0.62), (0.81, 0.50)):
        canvas.ellipse((side * x, y), (0.022, 0.022), spot, FLAT)
    x, y = side * 0.42, -0.36
    canvas.ellipse((x, y), (0.11 * abs(side), 0.11), _BORDER, FLAT)
    canvas.ellipse((x, y), (0.08 * abs(side), 0.08), spot, FLAT)
    canvas.ellipse((x, y), (0.035, 0.035), _BORDER, FLAT)


def _insect_body(canvas: Canvas) -> None:
    dark = rgb(0.17, 0.13, 0.11)
    canvas.limb([(0, 0.24), (0, 0), (0, -0.42)], [0.05, 0.06, 0.025], dark, ROUND.but(texture="fine", strength=0.15))
    canvas.ellipse((0, 0.28), (0.06, 0.055), dark)
    for q in (-1, 1):
        canvas.limb([(q * 0.02, 0.3), (q * 0.1, 0.48), (q * 0.2, 0.6)], [0.01, 0.01, 0.018], dark, FLAT)
