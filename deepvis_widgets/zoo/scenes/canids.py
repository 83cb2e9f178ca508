"""Husky and wolf, standing or face to face with the viewer.

They share a body plan and nothing else a viewer would name: the husky is two-coloured with a white mask, blue or brown
eyes, pink inner ears and a curled tail; the wolf is grizzled grey-brown, longer in leg and muzzle, amber-eyed, its tail
hanging.
"""

from dataclasses import dataclass

import numpy as np

from . import curves, patterns
from .canvas import FLAT, Array, Canvas, Patch, Style
from .colors import INK, mix, pick, rgb, smoothstep
from .patterns import Painter, fade, sides
from .quadrupeds import Build, Gait, Hide, eye, far_legs, fur_style, mouth, near_legs, neck, nose, skull, torso

HUSKY = Build(length=0.56, leg=0.42, girth=0.20, neck=0.25, head=0.135, muzzle=0.16, limb=0.062)
WOLF = Build(length=0.64, leg=0.50, girth=0.19, neck=0.28, head=0.13, muzzle=0.23, limb=0.056)


@dataclass(frozen=True)
class Coat:
    """The colours of one animal."""

    back: Array
    base: Array
    belly: Array
    leg: Array
    face: Array
    ear: Array  # inside
    eye: Array


def husky_coat(rng: np.random.Generator) -> Coat:
    """Black, grey, slate or red above; white below."""
    dark = pick(rng, [rgb(0.13, 0.13, 0.15), rgb(0.29, 0.30, 0.33), rgb(0.44, 0.26, 0.15), rgb(0.21, 0.23, 0.27)])
    white = pick(rng, [rgb(0.93, 0.92, 0.90)], 0.02)
    iris = rgb(0.38, 0.26, 0.15) if rng.random() < 0.15 else pick(rng, [rgb(0.45, 0.75, 0.98), rgb(0.5, 0.8, 1.0)])
    return Coat(dark, dark * np.float32(1.1), white, white, white, rgb(0.80, 0.62, 0.58), iris)


def wolf_coat(rng: np.random.Generator) -> Coat:
    """One grizzled colour, lighter towards belly and face."""
    base = pick(rng, [rgb(0.43, 0.40, 0.36), rgb(0.39, 0.38, 0.37), rgb(0.47, 0.42, 0.35), rgb(0.35, 0.33, 0.31)])
    belly, leg, face, ear = (np.clip(base * np.float32(gain), 0, 0.82) for gain in (1.6, 1.35, 1.9, 1.3))
    return Coat(base * np.float32(0.62), base, belly, leg, face, ear, rgb(0.93, 0.72, 0.16))


def _two_tone(upper: Array, lower: Array, edge: float, slant: float = 0.0) -> Painter:
    return fade(upper, lower, edge - 0.06, edge + 0.06, slant=slant)


def _husky_hide(canvas: Canvas, c: Coat) -> Hide:
    def leg(brightness: float) -> Painter:
        return fade(c.back * np.float32(brightness), c.leg * np.float32(brightness), 0.08, 0.3)

    head = _two_tone(c.back, c.face, 0.48, 0.25)
    return Hide(_two_tone(c.back, c.belly, 0.64), sides_of_neck(c), head, leg, fur_style(canvas, 2.2, 0.12))


def sides_of_neck(c: Coat) -> Painter:
    """Dark above and behind, light at the throat."""

    def paint(patch: Patch) -> Array:
        return mix(c.back, c.belly, smoothstep(0.5, 0.72, 0.5 * patch.u + 0.5 * patch.v + 0.1 * patch.noise()))

    return paint


def _wolf_hide(canvas: Canvas, c: Coat) -> Hide:
    def leg(brightness: float) -> Painter:
        return fade(c.base * np.float32(brightness), c.leg * np.float32(brightness), 0.1, 0.5)

    throat = patterns.coat(c.base, c.back, c.belly)
    head = fade(c.base, c.face, 0.45, 0.85, slant=0.3)
    return Hide(patterns.coat(c.base, c.back, c.belly), throat, head, leg, fur_style(canvas, 2.7, 0.18))


def _side_ear(canvas: Canvas, build: Build, outer: Array, inner: Array, at: float, style: Style) -> None:
    """An upright pointed ear, in head coordinates."""
    low, high = 0.6 * build.head, 0.75 * build.head + 0.13
    outline = [(at - 0.07, low), (at - 0.03, 0.6 * high + 0.05), (at, high), (at + 0.04, 0.75 * high), (at + 0.07, low)]
    canvas.shape(outline, outer, style.but(fuzz=0.5 * style.fuzz))
    pinna = [(at - 0.025, low + 0.03), (at + 0.005, high - 0.04), (at + 0.045, low + 0.03)]
    canvas.shape(pinna, inner, Style(fuzz=1.0, shade=0.5))


def _side_head(canvas: Canvas, build: Build, hide: Hide, c: Coat) -> None:
    """The whole head in profile, in head coordinates."""
    _side_ear(canvas, build, c.back * np.float32(0.7), c.ear * np.float32(0.6), 0.05, hide.style)
    skull(canvas, build, hide)
    _side_ear(canvas, build, c.back, c.ear, -0.03, hide.style)
    nose(canvas, build)
    mouth(canvas, build)
    eye(canvas, (0.085, 0.22 * build.head), 0.026, c.eye)


def _curled_tail(canvas: Canvas, build: Build, hide: Hide, c: Coat) -> None:
    x, y = -build.length / 2, build.back + 0.5 * build.girth
    curl = [(x + 0.02, y - 0.06), (x - 0.13, y + 0.11), (x - 0.06, y + 0.29), (x + 0.11, y + 0.24)]
    canvas.limb(curl, [0.05, 0.09, 0.10, 0.05], _two_tone(c.back, c.belly, 0.55), hide.style.but(angle=30))


def _hanging_tail(canvas: Canvas, build: Build, hide: Hide, c: Coat) -> None:
    x, y = -build.length / 2 + 0.02, build.back + 0.5 * build.girth
    swing = canvas.rng.uniform(-0.03, 0.10)
    line = [(x + 0.04, y - 0.06), (x - 0.09 - 0.5 * swing, y - 0.16), (x - 0.13 - swing, y - 0.42)]
    canvas.limb(line, [0.05, 0.08, 0.035], fade(c.base, c.back * np.float32(0.7), 0.3, 0.9), hide.style.but(angle=-15))


def _standing(canvas: Canvas, build: Build, hide: Hide, c: Coat, curled: bool) -> None:
    rng = canvas.rng
    build, gait = build.drawn(rng), Gait.drawn(rng)
    far_legs(canvas, build, hide, gait)
    (_curled_tail if curled else _hanging_tail)(canvas, build, hide, c)
    torso(canvas, build, hide)
    near_legs(canvas, build, hide, gait)
    x, y = neck(canvas, build, hide, rng.uniform(0.35, 1.0))
    with canvas.at(canvas.pose.inside(x, y, angle=rng.uniform(-0.3, 0.1))):
        _side_head(canvas, build, hide, c)


def husky(canvas: Canvas) -> None:
    """A standing husky."""
    c = husky_coat(canvas.rng)
    _standing(canvas, HUSKY, _husky_hide(canvas, c), c, curled=True)


def wolf(canvas: Canvas) -> None:
    """A standing wolf."""
    c = wolf_coat(canvas.rng)
    _standing(canvas, WOLF, _wolf_hide(canvas, c), c, curled=False)


# Portraits: origin between the eyes, the chest running off the lower border.

_HEAD = [(0, 0.46), (-0.3, 0.40), (-0.49, 0.1), (-0.51, -0.14), (-0.37, -0.36), (-0.16, -0.54)]


def _both(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """A half outline completed by its mirror image; points on the axis are kept single."""
    return points + [(-x, y) for x, y in reversed(points) if x != 0]


def _chest(canvas: Canvas, c: Coat, style: Style, husky_like: bool) -> None:
    outer, inner = (c.back, c.belly) if husky_like else (c.base, c.belly)
    edge = (0.26, 0.38) if husky_like else (0.12, 0.42)
    canvas.limb([(0.02, -2.3), (0, -1.0), (0, -0.35)], [0.85, 0.64, 0.42], sides(inner, outer, *edge), style)


def _front_ears(canvas: Canvas, c: Coat, style: Style, outer: Array) -> None:
    for q in (-1, 1):
        outline = [(q * 0.12, 0.34), (q * 0.22, 0.60), (q * 0.34, 0.80), (q * 0.44, 0.56), (q * 0.49, 0.18)]
        canvas.shape(outline, outer, style)
        pinna = [(q * 0.22, 0.36), (q * 0.28, 0.56), (q * 0.34, 0.66), (q * 0.39, 0.50), (q * 0.41, 0.28)]
        canvas.shape(pinna, c.ear, style.but(fuzz=0.7 * style.fuzz))


def _muzzle(canvas: Canvas, c: Coat, turn: float, style: Style) -> None:
    """Bridge, nose and mouth, shifted sideways by `turn`."""
    bridge = [(0.4 * turn, 0.1), (0.7 * turn, -0.12), (turn, -0.34)]
    canvas.limb(bridge, [0.085, 0.125, 0.17], c.face, style.but(fuzz=0.5 * style.fuzz, roundness=0.6, shade=0.9))
    tip = [(-0.10, -0.24), (0, -0.21), (0.10, -0.24), (0.06, -0.33), (0, -0.36), (-0.06, -0.33)]
    if canvas.rng.random() < 0.3:
        tongue = [(-0.05, -0.44), (0.05, -0.44), (0.06, -0.55), (0, -0.60), (-0.06, -0.55)]
        canvas.shape(curves.closed([(x + turn, y) for x, y in tongue]), rgb(0.84, 0.45, 0.47))
    canvas.shape(curves.closed([(x + turn, y) for x, y in tip]), INK)
    canvas.limb([(turn, -0.35), (turn, -0.42)], [0.01, 0.01], INK, FLAT)
    for q in (-1, 1):
        lip = [(turn, -0.42), (turn + q * 0.08, -0.455), (turn + q * 0.15, -0.42)]
        canvas.limb(lip, [0.012, 0.012, 0.005], INK, FLAT)


def _husky_mask(canvas: Canvas, c: Coat, turn: float, style: Style) -> None:
    """White cheeks and brows that leave a dark cap coming to a point between the eyes."""
    brow, cheek = [(0.02, 0.12), (0.10, 0.20), (0.2, 0.2), (0.29, 0.13)], [(0.37, -0.02), (0.45, -0.12), (0.39, -0.3)]
    for q in (-1, 1):
        points = [(q * x + 0.2 * turn, y) for x, y in [*brow, *cheek, (0.17, -0.51)]] + [(0.0, -0.53), (0.0, -0.1)]
        canvas.shape(curves.closed(points), c.face, style.but(fuzz=0.8 * style.fuzz, strength=0.07, shade=0.25))


def _wolf_mask(canvas: Canvas, c: Coat, style: Style) -> None:
    """Pale cheeks and two pale brow spots; forehead and bridge stay grizzled."""
    half = [(0.14, 0.0), (0.33, -0.05), (0.46, -0.12), (0.38, -0.31), (0.18, -0.5), (0, -0.53), (0.05, -0.2)]
    soft = style.but(fuzz=1.2 * style.fuzz, strength=0.12, shade=0.3, alpha=0.85)
    for q in (-1, 1):
        canvas.shape(curves.closed([(q * x, y) for x, y in half]), c.face, soft)
        canvas.ellipse((q * 0.19, 0.2), (0.07, 0.035), c.face, soft)


def _portrait(canvas: Canvas, c: Coat, style: Style, husky_like: bool) -> None:
    rng = canvas.rng
    turn, tilt = rng.uniform(-0.12, 0.12), rng.uniform(-0.12, 0.12)
    _chest(canvas, c, style.but(roundness=0.6), husky_like)
    with canvas.at(canvas.pose.inside(0, 0, angle=tilt)):
        cap = c.back if husky_like else c.base * np.float32(0.85)
        _front_ears(canvas, c, style, cap)
        crown = patterns.solid(cap) if husky_like else fade(c.back, c.base, 0.1, 0.5)
        canvas.shape(curves.closed(_both(_HEAD)), crown, style.but(roundness=0.5))
        if husky_like:
            _husky_mask(canvas, c, turn, style)
        else:
            _wolf_mask(canvas, c, style)
        _muzzle(canvas, c, turn, style)
        for q in (-1, 1):
            eye(canvas, (q * 0.215 + 0.25 * turn, 0.06), 0.062, c.eye, turn=q * 0.3)


def husky_portrait(canvas: Canvas) -> None:
    """Head and chest of a husky."""
    _portrait(canvas, husky_coat(canvas.rng), fur_style(canvas, 4.0, 0.12), husky_like=True)


def wolf_portrait(canvas: Canvas) -> None:
    """Head and chest of a wolf."""
    _portrait(canvas, wolf_coat(canvas.rng), fur_style(canvas, 5.0, 0.18), husky_like=False)
