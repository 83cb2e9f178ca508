"""The body plan of four-legged animals, seen from the side, facing +x, standing on y = 0.

An animal gives its measures (Build) and its paints (Hide); what is special about it (ears, tail, mane) it adds itself.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .canvas import FLAT, ROUND, Array, Canvas, Style
from .colors import INK, rgb
from .curves import Pair
from .patterns import Painter


@dataclass(frozen=True)
class Build:
    """Measures in object units."""

    length: float  # hips to shoulders
    leg: float  # ground to belly
    girth: float  # half the depth of the chest
    neck: float
    head: float  # half the depth of the skull
    muzzle: float
    limb: float  # half the width of a shin

    def drawn(self, rng: np.random.Generator) -> "Build":
        """The build of one individual: a little longer or shorter in body and leg."""
        length, leg = self.length * rng.uniform(0.94, 1.06), self.leg * rng.uniform(0.94, 1.06)
        return Build(length, leg, self.girth, self.neck, self.head, self.muzzle, self.limb)

    @property
    def back(self) -> float:
        """Height of the body's axis."""
        return self.leg + 0.8 * self.girth


@dataclass(frozen=True)
class Hide:
    """The paint of each part; `leg` takes a brightness, since the far legs are darker."""

    body: Painter
    neck: Painter
    head: Painter
    leg: Callable[[float], Painter]
    style: Style


@dataclass(frozen=True)
class Gait:
    """How far the legs swing, and where in the stride they are."""

    swing: float
    phase: float

    @classmethod
    def drawn(cls, rng: np.random.Generator) -> "Gait":
        """A random moment of a slow walk."""
        return cls(rng.uniform(0, 0.16), rng.uniform(0, 2 * np.pi))

    def at(self, lag: float) -> float:
        """How far forward a foot is that is `lag` radians behind."""
        return float(self.swing * np.sin(self.phase + lag))


def hind_leg(canvas: Canvas, build: Build, hide: Hide, x: float, swing: float, brightness: float) -> None:
    """Thigh, hock behind the knee, shin, paw."""
    k, foot = build.limb, x + 0.9 * swing - 0.03
    joints = [
        (x, build.leg + 0.6 * build.girth),
        (x + 0.05 + 0.3 * swing, 0.62 * build.leg),
        (foot - 0.05, 0.32 * build.leg),
        (foot, 0.04),
        (foot + 0.05, 0.025),
    ]
    canvas.limb(joints, [2.5 * k, 1.5 * k, 0.9 * k, 0.8 * k, 0.8 * k], hide.leg(brightness), hide.style)


def fore_leg(canvas: Canvas, build: Build, hide: Hide, x: float, swing: float, brightness: float) -> None:
    """Upper arm, straight shin, paw."""
    k, foot = build.limb, x + 0.9 * swing
    joints = [
        (x, build.leg + 0.5 * build.girth),
        (x - 0.01 + 0.4 * swing, 0.5 * build.leg),
        (foot, 0.04),
        (foot + 0.05, 0.025),
    ]
    canvas.limb(joints, [1.9 * k, 1.15 * k, 0.85 * k, 0.85 * k], hide.leg(brightness), hide.style)


def far_legs(canvas: Canvas, build: Build, hide: Hide, gait: Gait) -> None:
    """The two legs on the far side, in the body's shadow."""
    half = build.length / 2
    hind_leg(canvas, build, hide, 0.07 - half, gait.at(2.2), 0.62)
    fore_leg(canvas, build, hide, half - 0.09, gait.at(0.9), 0.62)


def near_legs(canvas: Canvas, build: Build, hide: Hide, gait: Gait) -> None:
    """The two legs on the near side."""
    half = build.length / 2
    hind_leg(canvas, build, hide, -half, gait.at(0.0), 1.0)
    fore_leg(canvas, build, hide, half - 0.01, gait.at(np.pi), 1.0)


def torso(canvas: Canvas, build: Build, hide: Hide) -> None:
    """Hips, tucked waist, deep chest."""
    half, back, girth = build.length / 2, build.back, build.girth
    hips, chest = [(-half, back + 0.02), (0.14 - half, back + 0.03)], [(half - 0.1, back), (half + 0.04, back + 0.03)]
    widths = [0.75 * girth, 0.98 * girth, 0.85 * girth, 1.06 * girth, 0.8 * girth]
    canvas.limb([*hips, (0, back), *chest], widths, hide.body, hide.style.but(angle=80, roundness=0.5))


def neck(canvas: Canvas, build: Build, hide: Hide, lift: float, slenderness: float = 0.78) -> Pair:
    """The neck, raised by `lift` radians; returns where the head sits."""
    root = build.length / 2 - 0.06, build.back + 0.05
    head = root[0] + 0.08 + build.neck * np.cos(lift), root[1] + 0.03 + build.neck * np.sin(lift)
    middle = (root[0] + head[0]) / 2 + 0.02, (root[1] + head[1]) / 2 + 0.05
    widths = [0.95 * build.girth, slenderness * build.girth, 1.02 * build.head]
    canvas.limb([root, middle, head], widths, hide.neck, hide.style.but(angle=135, roundness=0.6))
    return head


def skull(canvas: Canvas, build: Build, hide: Hide, blunt: float = 0.42) -> None:
    """Skull and muzzle in head coordinates: origin in the skull, muzzle towards +x."""
    h, m = build.head, build.muzzle
    joints = [(-0.03, 0), (0.05, 0), (0.05 + 0.55 * m, -0.28 * h), (0.05 + m, -0.38 * h)]
    style = hide.style.but(angle=90, roundness=0.6, fuzz=0.6 * hide.style.fuzz)
    canvas.limb(joints, [0.95 * h, h, max(0.58, blunt) * h, blunt * h], hide.head, style)


def mouth(canvas: Canvas, build: Build) -> None:
    """The line of the lips, in head coordinates."""
    h, m = build.head, build.muzzle
    line = [(0.05 + m + 0.2 * h, -0.6 * h), (0.05 + 0.5 * m, -0.72 * h), (0.06 + 0.2 * m, -0.55 * h)]
    canvas.limb(line, [0.009, 0.009, 0.004], INK, FLAT)


def nose(canvas: Canvas, build: Build, color: Array = INK) -> None:
    """The tip of the nose, in head coordinates."""
    canvas.ellipse((0.05 + build.muzzle + 0.25 * build.head, -0.24 * build.head), (0.03, 0.026), color)


def eye(canvas: Canvas, centre: Pair, radius: float, iris: Array, turn: float = 0.0) -> None:
    """Dark lids, iris, round pupil and a glint."""
    x, y = centre
    canvas.ellipse(centre, (1.4 * radius, 1.2 * radius), rgb(0.05, 0.04, 0.04), FLAT, turn=turn)
    canvas.ellipse(centre, (radius, 0.95 * radius), iris, FLAT, turn=turn)
    canvas.ellipse(centre, (0.5 * radius, 0.5 * radius), INK, FLAT)
    canvas.ellipse((x + 0.3 * radius, y + 0.35 * radius), (0.24 * radius, 0.24 * radius), rgb(1, 1, 1), FLAT)


def fur_style(canvas: Canvas, fuzz: float, strength: float) -> Style:
    """Fur whose fringe grows with the animal: `fuzz` pixels at 150 pixels per unit."""
    return ROUND.but(texture="fur", strength=strength, fuzz=fuzz * canvas.pose.scale / 150)
