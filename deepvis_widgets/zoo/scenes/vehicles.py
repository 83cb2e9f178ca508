"""Car (on y = 0) and hot-air balloon (in the air, around the origin)."""

from dataclasses import dataclass

import numpy as np

from . import curves
from .canvas import FLAT, ROUND, Array, Canvas, Patch, Style
from .colors import mix, pick, pick_named, rgb, smoothstep
from .curves import Pair
from .patterns import Painter, glass

_PAINTS = [
    ("red", rgb(0.76, 0.16, 0.14)),
    ("blue", rgb(0.18, 0.33, 0.66)),
    ("yellow", rgb(0.88, 0.74, 0.24)),
    ("green", rgb(0.20, 0.48, 0.32)),
    ("white", rgb(0.80, 0.80, 0.80)),
    ("black", rgb(0.22, 0.22, 0.25)),
    ("orange", rgb(0.80, 0.46, 0.18)),
    ("blue", rgb(0.45, 0.68, 0.80)),
]


@dataclass(frozen=True)
class Body:
    """One kind of car: outline of the body and of its two side windows."""

    outline: list[Pair]
    rear_window: list[Pair]
    front_window: list[Pair]


_SALOON = Body(
    [(-0.95, 0.18), (-0.95, 0.42), (-0.80, 0.50), (-0.58, 0.53), (-0.38, 0.80), (0.22, 0.80), (0.50, 0.52),
     (0.85, 0.46), (0.97, 0.36), (0.97, 0.16)],
    [(-0.50, 0.52), (-0.34, 0.74), (-0.06, 0.74), (-0.06, 0.52)],
    [(-0.01, 0.52), (-0.01, 0.74), (0.19, 0.74), (0.40, 0.52)],
)  # fmt: skip
_VAN = Body(
    [(-0.90, 0.18), (-0.92, 0.52), (-0.86, 0.84), (-0.70, 0.90), (0.30, 0.90), (0.50, 0.56), (0.86, 0.50), (0.95, 0.38),
     (0.95, 0.16)],
    [(-0.78, 0.54), (-0.74, 0.82), (-0.24, 0.82), (-0.24, 0.54)],
    [(-0.18, 0.54), (-0.18, 0.82), (0.26, 0.82), (0.41, 0.54)],
)  # fmt: skip
_BUBBLE = Body(
    [(-0.92, 0.20), (-0.90, 0.44), (-0.70, 0.62), (-0.42, 0.84), (-0.1, 0.92), (0.2, 0.86), (0.45, 0.62), (0.78, 0.52),
     (0.92, 0.38), (0.93, 0.20)],
    [(-0.52, 0.60), (-0.32, 0.80), (-0.06, 0.85), (-0.06, 0.58)],
    [(0, 0.58), (0, 0.85), (0.18, 0.80), (0.34, 0.58)],
)  # fmt: skip


def car(canvas: Canvas) -> None:
    """A saloon, a van or a small round car, seen from the side."""
    rng = canvas.rng
    canvas.noted["color"], color = pick_named(rng, _PAINTS)
    body = (_SALOON, _VAN, _BUBBLE)[int(rng.integers(3))]
    canvas.shape(curves.closed(body.outline, 4), _lacquer(color), Style(shade=0.5, roundness=0.3))
    canvas.shape(curves.rectangle(-0.93, 0.14, 0.95, 0.24), rgb(0.15, 0.15, 0.16), Style(shade=0.3))
    pane = glass(rgb(0.60, 0.71, 0.80), rgb(0.22, 0.28, 0.33))
    for window in (body.rear_window, body.front_window):
        canvas.shape(window, pane, Style(shade=0.2))
    _doors(canvas, color)
    canvas.ellipse((0.90, 0.40), (0.055, 0.045), rgb(0.94, 0.92, 0.78))
    canvas.ellipse((-0.92, 0.40), (0.03, 0.06), rgb(0.75, 0.14, 0.10))
    for x in (-0.54, 0.56):
        _wheel(canvas, x)


def _lacquer(color: Array) -> Painter:
    """Lighter above, darker below, one bright reflection along the side."""

    def paint(patch: Patch) -> Array:
        shaded = mix(color * np.float32(1.1), color * np.float32(0.76), smoothstep(0.35, 0.75, patch.v))
        line = np.exp(-(((patch.v - 0.47) / 0.04) ** 2)).astype(np.float32)
        return mix(shaded, np.clip(color * np.float32(1.2) + np.float32(0.15), 0, 1), 0.7 * line)

    return paint


def _doors(canvas: Canvas, color: Array) -> None:
    seam = color * np.float32(0.45)
    for top, bottom in (((-0.04, 0.52), (-0.035, 0.26)), ((0.42, 0.50), (0.38, 0.26)), ((-0.50, 0.50), (-0.42, 0.30))):
        canvas.limb([top, bottom], [0.006, 0.006], seam, FLAT)
    canvas.shape(curves.rectangle(0.03, 0.42, 0.13, 0.445), rgb(0.75, 0.75, 0.77))


def _wheel(canvas: Canvas, x: float) -> None:
    canvas.ellipse((x, 0.19), (0.225, 0.225), rgb(0.12, 0.12, 0.13), FLAT)
    canvas.ellipse((x, 0.195), (0.195, 0.195), rgb(0.10, 0.10, 0.105), Style(shade=0.8))
    canvas.ellipse((x, 0.195), (0.125, 0.125), rgb(0.70, 0.71, 0.73), Style(shade=0.7))
    start = canvas.rng.uniform(0, 1)
    for angle in start + np.arange(5) * 2 * np.pi / 5:
        c, s = np.cos(angle), np.sin(angle)
        spoke = [(x + 0.04 * c, 0.195 + 0.04 * s), (x + 0.105 * c, 0.195 + 0.105 * s)]
        canvas.limb(spoke, [0.022, 0.014], rgb(0.32, 0.32, 0.34), FLAT)


def balloon(canvas: Canvas) -> None:
    """A hot-air balloon: an envelope of coloured gores, ropes, a basket."""
    rng = canvas.rng
    colors = [pick(rng, _GORES) for _ in range(2)] + [rgb(0.90, 0.87, 0.80)]
    count = int(rng.choice([8, 10, 12]))
    dome = [(-0.66 * np.cos(t), 0.32 + 0.62 * np.sin(t)) for t in np.linspace(0, np.pi, 9)]
    outline = [*dome, (0.52, -0.02), (0.30, -0.30), (0.14, -0.46), (-0.14, -0.46), (-0.30, -0.30), (-0.52, -0.02)]
    for x in (-1, 1):
        for end in (0.6, 1.0):
            canvas.limb([(x * 0.13, -0.44), (x * 0.10 * end, -0.72)], [0.007, 0.007], rgb(0.3, 0.26, 0.22), FLAT)
    canvas.shape(curves.closed(outline, 4), _gores(colors, count), Style(shade=1.0, roundness=0.7))
    canvas.shape(curves.rectangle(-0.14, -0.49, 0.14, -0.43), colors[0] * np.float32(0.6), Style(shade=0.4))
    _basket(canvas)


_GORES = [
    rgb(0.76, 0.22, 0.18),
    rgb(0.90, 0.68, 0.20),
    rgb(0.20, 0.42, 0.68),
    rgb(0.24, 0.54, 0.38),
    rgb(0.56, 0.30, 0.60),
    rgb(0.88, 0.48, 0.20),
]


def _gores(colors: list[Array], count: int) -> Painter:
    """Vertical panels that narrow towards the sides and the mouth, as on a sphere."""

    def paint(patch: Patch) -> Array:
        bulge = np.sqrt(np.clip(1 - ((patch.v - 0.44) / 0.62) ** 2, 0.06, 1))
        across = np.clip((patch.u - 0.5) / (0.52 * bulge), -0.99, 0.99)
        panel = (np.arcsin(across) / np.pi + 0.5) * count
        index = np.floor(panel).astype(int) % len(colors)
        seam = smoothstep(0.1, 0.0, np.abs(panel - np.round(panel)))
        color = np.stack(colors)[index]
        return mix(color, color * np.float32(0.6), 0.6 * seam)

    return paint


def _basket(canvas: Canvas) -> None:
    wicker = rgb(0.50, 0.35, 0.20)
    basket = [(-0.13, -0.70), (0.13, -0.70), (0.11, -0.92), (-0.11, -0.92)]
    canvas.shape(basket, wicker, ROUND.but(texture="fine", strength=0.15))
    canvas.limb([(-0.14, -0.70), (0.14, -0.70)], [0.022, 0.022], wicker * np.float32(0.7))
