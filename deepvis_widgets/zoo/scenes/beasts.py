"""Leopard and zebra."""

import numpy as np

from .canvas import Array, Canvas
from .colors import INK, pick, rgb
from .patterns import Painter, fade, rosettes, solid, stripes
from .quadrupeds import Build, Gait, Hide, eye, far_legs, fur_style, mouth, near_legs, neck, nose, skull, torso

LEOPARD = Build(length=0.70, leg=0.36, girth=0.165, neck=0.20, head=0.125, muzzle=0.09, limb=0.062)
ZEBRA = Build(length=0.60, leg=0.52, girth=0.20, neck=0.42, head=0.10, muzzle=0.24, limb=0.05)


def leopard(canvas: Canvas) -> None:
    """A walking leopard: tawny with rosettes, long tail, blunt face."""
    rng = canvas.rng
    tawny, pale = pick(rng, [rgb(0.82, 0.60, 0.31), rgb(0.76, 0.56, 0.32)]), rgb(0.92, 0.87, 0.77)
    spots = max(8.0, 0.115 * canvas.pose.scale)

    def spotted(under: Painter) -> Painter:
        return rosettes(under, rgb(0.17, 0.11, 0.07), spots)

    def leg(brightness: float) -> Painter:
        return spotted(fade(tawny * np.float32(brightness), pale * np.float32(brightness), 0.6, 1.3))

    hide = Hide(
        spotted(fade(tawny, pale, 0.6, 0.95)),
        spotted(fade(tawny, pale, 0.6, 1.0)),
        spotted(fade(tawny, pale, 0.5, 0.8, slant=0.3)),
        leg,
        fur_style(canvas, 1.0, 0.05),
    )
    build, gait = LEOPARD.drawn(rng), Gait.drawn(rng)
    far_legs(canvas, build, hide, gait)
    _long_tail(canvas, build, spotted(solid(tawny)), hide)
    torso(canvas, build, hide)
    near_legs(canvas, build, hide, gait)
    x, y = neck(canvas, build, hide, rng.uniform(0.15, 0.7))
    with canvas.at(canvas.pose.inside(x, y, angle=rng.uniform(-0.25, 0.1))):
        _leopard_head(canvas, build, hide, tawny)


def _long_tail(canvas: Canvas, build: Build, paint: Painter, hide: Hide) -> None:
    x, y = -build.length / 2, build.back + 0.5 * build.girth
    tip = canvas.rng.uniform(-0.1, 0.15)
    line = [(x + 0.03, y - 0.04), (x - 0.18, y - 0.14), (x - 0.28, y - 0.34), (x - 0.40, y - 0.26 + tip)]
    canvas.limb(line, [0.05, 0.042, 0.04, 0.036], paint, hide.style)


def _leopard_head(canvas: Canvas, build: Build, hide: Hide, tawny: Array) -> None:
    for at, brightness in ((0.05, 0.7), (-0.03, 1.0)):
        canvas.ellipse((at, 0.9 * build.head), (0.052, 0.055), tawny * np.float32(brightness), hide.style)
        canvas.ellipse((at + 0.01, 0.9 * build.head), (0.026, 0.03), rgb(0.25, 0.17, 0.12))
        if at > 0:
            skull(canvas, build, hide, blunt=0.6)
    nose(canvas, build, rgb(0.45, 0.24, 0.22))
    mouth(canvas, build)
    eye(canvas, (0.085, 0.2 * build.head), 0.024, rgb(0.72, 0.75, 0.32))


def zebra(canvas: Canvas) -> None:
    """A standing zebra; its stripes are kept greyish, or units would care for little else."""
    rng = canvas.rng
    light, dark = pick(rng, [rgb(0.82, 0.79, 0.73)], 0.02), pick(rng, [rgb(0.34, 0.30, 0.27)], 0.02)
    period = 0.105 * canvas.pose.scale * rng.uniform(0.85, 1.2)

    def leg(brightness: float) -> Painter:
        dim = np.float32(brightness)
        return stripes(light * dim, dark * dim, 0.65 * period, 90, 0.2)

    style = fur_style(canvas, 0.8, 0.05)
    hide = Hide(
        stripes(light, dark, period, 8),
        stripes(light, dark, period, 35),
        stripes(light, dark, 0.7 * period, -40),
        leg,
        style,
    )
    build, gait = ZEBRA.drawn(rng), Gait.drawn(rng)
    far_legs(canvas, build, hide, gait)
    _hooves(canvas, build, gait)
    x, y = -build.length / 2, build.back + 0.4 * build.girth
    tail = [(x, y), (x - 0.10, y - 0.15), (x - 0.12, y - 0.38)]
    canvas.limb(tail, [0.03, 0.02, 0.045], fade(light, dark, 0.4, 0.7), style)
    torso(canvas, build, hide)
    near_legs(canvas, build, hide, gait)
    lift = rng.uniform(0.7, 1.05)
    _mane(canvas, build, lift, light, dark)
    x, y = neck(canvas, build, hide, lift, slenderness=0.62)
    with canvas.at(canvas.pose.inside(x, y, angle=rng.uniform(-0.85, -0.45))):
        _zebra_head(canvas, build, hide, light)


def _hooves(canvas: Canvas, build: Build, gait: Gait) -> None:
    """A dark rim under each foot."""
    half = build.length / 2
    feet = [(0.04 - half, 2.2), (half - 0.09, 0.9), (-0.03 - half, 0.0), (half - 0.01, np.pi)]
    for x, lag in feet:
        foot = x + 0.9 * gait.at(lag)
        canvas.limb([(foot, 0.05), (foot + 0.05, 0.02)], [0.045, 0.05], rgb(0.17, 0.15, 0.14))


def _mane(canvas: Canvas, build: Build, lift: float, light: Array, dark: Array) -> None:
    """A brush of short hair behind the neck."""
    root = build.length / 2 - 0.14, build.back + 0.16
    top = root[0] + 0.04 + build.neck * np.cos(lift), root[1] + 0.06 + build.neck * np.sin(lift)
    middle = (root[0] + top[0]) / 2 - 0.02, (root[1] + top[1]) / 2 + 0.06
    paint = stripes(light, dark, 0.08 * canvas.pose.scale, 35, 0.1)
    canvas.limb([root, middle, top], [0.03, 0.06, 0.05], paint, fur_style(canvas, 1.5, 0.1))


def _zebra_head(canvas: Canvas, build: Build, hide: Hide, light: Array) -> None:
    for at, brightness in ((0.04, 0.7), (-0.03, 1.0)):
        ear = [(at, 0.06), (at - 0.02, 0.12), (at - 0.02, 0.2)]
        canvas.limb(ear, [0.025, 0.04, 0.012], light * np.float32(brightness))
        canvas.limb([(at, 0.08), (at - 0.015, 0.12), (at - 0.015, 0.17)], [0.01, 0.02, 0.005], rgb(0.25, 0.22, 0.2))
        if at > 0:
            skull(canvas, build, hide, blunt=0.5)
    canvas.ellipse((0.07 + build.muzzle, -0.04), (0.055, 0.05), rgb(0.24, 0.21, 0.2))
    eye(canvas, (0.085, 0.03), 0.022, INK)
