"""Putting a scene together: background, one object, what stands in front of it, light, lens.

A seed fixes three independent streams of chance, one each for background, object and layout. So scenes of the same seed
share their backdrop when they share a background, and their animal when they share a class: ask for
`scene("wolf", "snow", 3)` and `scene("wolf", "meadow", 3)` to move one wolf from one place to another.

The bytes depend on the seed alone, not on threads or on what was drawn before. They also rest on Pillow's polygons and
on the floating-point arithmetic of NumPy and SciPy: a release that rounds differently could move single bytes by one,
which the stored ready scenes would show.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import gaussian_filter

from . import backgrounds, beasts, canids, curves, household, plants, vehicles, winged
from .canvas import SIDE, Array, Canvas, Pose, Role, Style
from .scenery import Ground

SIZE = 128
HORIZONS = (0.34, 0.52)  # of the backgrounds, as a share of the height


@dataclass(frozen=True)
class Subject:
    """How a class is drawn and placed. Lengths are in object units unless said otherwise."""

    draw: Callable[[Canvas], None]
    scale: tuple[float, float]  # canvas sides per unit, smallest and largest
    reach: tuple[float, float]  # how far it extends to the back and to the front of its origin
    height: float
    shadow: float = 0.5  # half width; 0 for none
    airborne: bool = False


SUBJECTS: dict[str, Subject] = {
    "husky": Subject(canids.husky, (0.40, 0.58), (0.5, 0.75), 1.15),
    "wolf": Subject(canids.wolf, (0.40, 0.56), (0.5, 0.85), 1.15),
    "leopard": Subject(beasts.leopard, (0.40, 0.58), (0.75, 0.75), 0.95),
    "zebra": Subject(beasts.zebra, (0.36, 0.54), (0.5, 0.75), 1.4),
    "owl": Subject(winged.owl, (0.32, 0.46), (0.5, 0.5), 1.9, shadow=0.0),
    "butterfly": Subject(winged.butterfly, (0.30, 0.46), (0.9, 0.9), 0.9, shadow=0.55, airborne=True),
    "sunflower": Subject(plants.sunflower, (0.32, 0.46), (0.6, 0.6), 1.9, shadow=0.0),
    "mushroom": Subject(plants.mushroom, (0.36, 0.54), (0.7, 0.7), 1.4, shadow=0.45),
    "car": Subject(vehicles.car, (0.32, 0.46), (0.95, 0.97), 0.9, shadow=1.0),
    "house": Subject(household.house, (0.36, 0.54), (0.8, 0.8), 1.1, shadow=0.85),
    "balloon": Subject(vehicles.balloon, (0.34, 0.50), (0.66, 0.66), 0.95, shadow=0.0, airborne=True),
    "teapot": Subject(household.teapot, (0.36, 0.54), (0.9, 0.95), 1.15, shadow=0.6),
}
PORTRAITS: dict[str, Callable[[Canvas], None]] = {"husky": canids.husky_portrait, "wolf": canids.wolf_portrait}


@dataclass(frozen=True)
class Layout:
    """Where the object goes and how the picture is lit and graded, drawn before either is painted."""

    portrait: bool
    size: float  # 0 smallest, 1 largest
    across: float  # 0..1
    down: float  # 0..1
    tilt: float
    mirrored: bool
    light: tuple[float, float]
    contrast: float
    foreground: bool

    @classmethod
    def drawn(cls, rng: np.random.Generator) -> "Layout":
        """A random layout."""
        return cls(
            portrait=rng.random() < 0.45,
            size=rng.uniform(),
            across=rng.uniform(),
            down=rng.uniform(),
            tilt=float(np.clip(rng.normal(0, 0.03), -0.06, 0.06)),
            mirrored=bool(rng.random() < 0.5),
            light=(float(rng.choice([-1, 1])) * rng.uniform(0.3, 0.8), -rng.uniform(0.5, 0.9)),
            contrast=rng.uniform(0.35, 0.6),
            foreground=bool(rng.random() < 0.8),
        )


def render(
    label: str, background: str, seed: int, size: int
) -> tuple[NDArray[np.uint8], NDArray[np.bool_], dict[str, str]]:
    """Picture (size, size, 3), exact object mask (size, size), and what was noted of a scene (see Canvas)."""
    layout_rng = _stream(seed, "layout")
    layout = Layout.drawn(layout_rng)
    canvas = Canvas(_stream(seed, background), layout.light, layout.contrast)
    ground = backgrounds.PAINTERS[background](canvas)
    canvas.mask[:] = 0
    canvas.rng = _stream(seed, label)
    _put(canvas, label, background, ground, layout)
    return *_developed(canvas, layout_rng, size), canvas.noted


def cutout(label: str, seed: int, size: int) -> Array:
    """The object without anything behind or around it: (4, size, size) in [0, 1], colours times cover, then cover.

    On a ground it is `colours + (1 - cover) * ground`. It casts no shadow, and nothing stands before it.
    """
    layout_rng = _stream(seed, "layout")
    layout = Layout.drawn(layout_rng)
    canvas = Canvas(_stream(seed, label), layout.light, layout.contrast)
    canvas.rgb[:] = 0.5
    plain = Ground(SIDE * layout_rng.uniform(*HORIZONS), canvas.rgb[0, 0], canvas.rgb[0, 0])
    portrait = layout.portrait and label in PORTRAITS
    canvas.pose = _portrait_pose(layout) if portrait else _pose(SUBJECTS[label], plain, layout)
    (PORTRAITS[label] if portrait else SUBJECTS[label].draw)(canvas)
    cover = np.clip(canvas.mask, 0, 1)
    planes = [*np.moveaxis(_graded(canvas.rgb, layout_rng) * cover[..., None], 2, 0), cover]
    return np.stack([_scaled(plane, size) for plane in planes])


def backdrop(background: str, seed: int, size: int) -> Array:
    """A background with nothing on it: (3, size, size) in [0, 1]."""
    layout_rng = _stream(seed, "layout")
    layout = Layout.drawn(layout_rng)
    canvas = Canvas(_stream(seed, background), layout.light, layout.contrast)
    backgrounds.PAINTERS[background](canvas)
    return np.stack([_scaled(plane, size) for plane in np.moveaxis(_graded(canvas.rgb, layout_rng), 2, 0)])


def _stream(seed: int, name: str) -> np.random.Generator:
    return np.random.default_rng((seed, crc32(name.encode())))


def _put(canvas: Canvas, label: str, background: str, ground: Ground, layout: Layout) -> None:
    if layout.portrait and label in PORTRAITS:
        canvas.pose = _portrait_pose(layout)
        PORTRAITS[label](canvas)
        return
    subject = SUBJECTS[label]
    canvas.pose = pose = _pose(subject, ground, layout)
    if subject.shadow:
        drop = 1.1 * pose.scale if subject.airborne else 0.0
        _shadow(canvas, ground, min(pose.y + drop, 0.97 * SIDE), subject)
    subject.draw(canvas)
    if layout.foreground and not subject.airborne:
        backgrounds.foreground(canvas, background, ground, pose.y + 0.012 * SIDE)


def _between(low: float, high: float, share: float) -> float:
    return low + (high - low) * share


def _portrait_pose(layout: Layout) -> Pose:
    scale = SIDE * _between(0.32, 0.46, layout.size)
    x, y = SIDE * _between(0.36, 0.64, layout.across), SIDE * _between(0.46, 0.56, layout.down)
    return Pose(x, y, scale, layout.tilt, layout.mirrored)


def _pose(subject: Subject, ground: Ground, layout: Layout) -> Pose:
    """Keep the object on the canvas but for a sliver, and its feet on the ground."""
    scale = SIDE * _between(*subject.scale, layout.size)
    back, front = (-subject.reach[1], subject.reach[0]) if layout.mirrored else (-subject.reach[0], subject.reach[1])
    x = _within(0.30 * SIDE, 0.70 * SIDE, -0.04 * SIDE - back * scale, 1.04 * SIDE - front * scale, layout.across)
    if subject.airborne:
        y = _between(0.38, 0.60, layout.down) * SIDE
    else:
        low = max(ground.horizon + 0.10 * SIDE, 0.74 * SIDE, subject.height * scale - 0.02 * SIDE)
        y = min(_between(low, max(low, 0.94 * SIDE), layout.down), 0.98 * SIDE)
    return Pose(x, y, scale, layout.tilt, layout.mirrored)


def _within(low: float, high: float, least: float, most: float, share: float) -> float:
    """A point of [low, high] that also lies in [least, most], or the middle of the latter if they do not meet."""
    start, stop = max(low, least), min(high, most)
    return _between(start, stop, share) if start <= stop else (least + most) / 2


def _shadow(canvas: Canvas, ground: Ground, y: float, subject: Subject) -> None:
    half, x = subject.shadow * canvas.pose.scale, canvas.pose.x
    depth = 0.09 * canvas.pose.scale
    shift = -0.25 * half * float(np.sign(canvas.light[0]))
    style = Style(soft=max(1.5, 0.35 * depth), alpha=0.3 if subject.airborne else 0.55, shade=0, rim=0)
    canvas.fill(curves.ellipse((x + shift, y), (half, depth)), ground.shadow, style, Role.STAIN)


def _developed(canvas: Canvas, rng: np.random.Generator, size: int) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Grade the light, scale down, add a little blur and grain."""
    graded = _graded(canvas.rgb, rng)
    image: NDArray[np.floating] = np.stack([_scaled(graded[..., channel], size) for channel in range(3)], axis=2)
    if rng.random() < 0.25:
        blur = rng.uniform(0.2, 0.6) * size / SIZE
        image = gaussian_filter(image, (blur, blur, 0))
    image = image + rng.normal(0, rng.uniform(0.004, 0.016), image.shape)
    return (np.clip(image, 0, 1) * 255 + 0.5).astype(np.uint8), _scaled(canvas.mask, size) >= 0.5


def _graded(rgb: Array, rng: np.random.Generator) -> Array:
    """Vignette, exposure, white balance, gamma."""
    axis = np.linspace(-1, 1, SIDE, dtype=np.float32)
    corner = np.clip(axis[:, None] ** 2 + axis[None, :] ** 2 - 0.3, 0, 2)
    gain = (1 - 0.5 * rng.uniform(0, 0.2) * corner) * (1 + np.clip(rng.normal(0, 0.05), -0.1, 0.1))
    balance = np.array([1 + rng.normal(0, 0.03), 1, 1 + rng.normal(0, 0.03)], dtype=np.float32)
    lit = np.clip(rgb * gain.astype(np.float32)[..., None] * balance, 0, 1)
    return cast(Array, lit ** np.float32(rng.uniform(0.88, 1.14)))


def _scaled(plane: Array, size: int) -> Array:
    return np.asarray(Image.fromarray(plane).resize((size, size), Image.Resampling.BOX), dtype=np.float32)
