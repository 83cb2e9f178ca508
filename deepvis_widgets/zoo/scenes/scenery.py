"""What backgrounds share: sky, ridges, ground in perspective, trees, grass.

Every background may have a tree line and conifers, so that neither says which one it is.
"""

from dataclasses import dataclass
from typing import cast

import numpy as np
from PIL import Image, ImageDraw

from . import curves, patterns, textures
from .canvas import SIDE, Array, Canvas, Patch, Role, Style
from .colors import mix, pick, rgb, smoothstep, tinted, vary

FOLIAGE = [rgb(0.12, 0.25, 0.18), rgb(0.16, 0.30, 0.15), rgb(0.14, 0.24, 0.14)]
SKIES = [  # (name, zenith, horizon)
    ("blue", rgb(0.42, 0.61, 0.87), rgb(0.84, 0.91, 0.97)),
    ("grey", rgb(0.70, 0.75, 0.81), rgb(0.88, 0.90, 0.93)),
    ("violet", rgb(0.60, 0.56, 0.72), rgb(0.96, 0.86, 0.80)),
    ("orange", rgb(0.84, 0.62, 0.44), rgb(0.97, 0.86, 0.66)),
]


@dataclass(frozen=True)
class Ground:
    """What an object needs to know about the background it stands on."""

    horizon: float  # canvas pixels from the top
    color: Array
    shadow: Array


def sky(canvas: Canvas, horizon: int, clouds: float = 0.6) -> None:
    """Fill everything above the horizon with one of the skies, and note which."""
    rng = canvas.rng
    canvas.noted["sky"], zenith, low = SKIES[int(rng.integers(len(SKIES)))]
    height = np.linspace(0, 1, horizon, dtype=np.float32)[:, None].repeat(SIDE, 1)
    color = mix(vary(rng, zenith, 0.04), vary(rng, low, 0.02), height)
    cover = smoothstep(0.2, 1.6, textures.patch(textures.isotropic("coarse"), rng, horizon, SIDE)) * clouds
    canvas.rgb[:horizon] = mix(color, rgb(0.97, 0.97, 0.98), cover)


def ridge(canvas: Canvas, horizon: int, color: Array, height: float, stride: float) -> None:
    """A jagged band standing on the horizon, `height` pixels tall; a larger `stride` makes it more jagged."""
    rng = canvas.rng
    rough = 0.5 + 0.5 * textures.row(textures.isotropic("coarse"), rng, SIDE, stride)
    rough += 0.15 * textures.row(textures.isotropic("medium"), rng, SIDE, stride)
    top = horizon - 0.3 * height - height * rough
    inside = np.arange(horizon)[:, None] >= top[None, :]
    shade = 1 + 0.12 * textures.patch(textures.isotropic("medium"), rng, horizon, SIDE)
    canvas.rgb[:horizon] = np.where(inside[..., None], tinted(color, shade), canvas.rgb[:horizon])


def distance(canvas: Canvas, horizon: int, mountains: Array) -> None:
    """Mountains and a tree line, each there more often than not, the same way on every background."""
    if canvas.rng.random() < 0.6:
        ridge(canvas, horizon, vary(canvas.rng, mountains, 0.03), SIDE * canvas.rng.uniform(0.06, 0.12), 0.9)
    if canvas.rng.random() < 0.65:
        ridge(canvas, horizon, pick(canvas.rng, FOLIAGE, 0.03), SIDE * canvas.rng.uniform(0.02, 0.035), 5.0)


def in_perspective(texture: Array, rng: np.random.Generator, horizon: int, scale: float = 1.0) -> Array:
    """A texture laid on the ground below the horizon: (SIDE - horizon, SIDE)."""
    side = texture.shape[0] // 2
    below = np.arange(SIDE - horizon) + 1.5
    depth = 0.9 * SIDE / (below + 0.03 * SIDE)
    top, left = rng.integers(0, side, 2)
    rows = (depth * 60 * scale + top).astype(int) % side
    across = (np.arange(SIDE) - SIDE / 2)[None, :] * np.minimum(depth, 9)[:, None] * scale * 0.7
    return cast(Array, texture[rows[:, None], (across + left).astype(int) % side])


def conifers(canvas: Canvas, horizon: int, most: int = 3, snowy: bool = False) -> None:
    """Up to `most` fir trees around the horizon, the far ones first."""
    rng = canvas.rng
    count = int(rng.integers(0, most + 1))
    for depth in np.sort(rng.uniform(0, 1, count)):
        foot = horizon + SIDE * (0.10 * depth - 0.01)
        height = SIDE * (0.14 + 0.30 * depth) * rng.uniform(0.8, 1.1)
        conifer(canvas, rng.uniform(0, SIDE), foot, height, snowy)


def conifer(canvas: Canvas, x: float, foot: float, height: float, snowy: bool = False) -> None:
    """A fir tree: tiers of needles, the upper ones lighter, each dusted if `snowy`."""
    green = pick(canvas.rng, FOLIAGE, 0.03)
    stem = curves.rectangle(x - 0.022 * height, foot, x + 0.022 * height, foot - 0.3 * height)
    canvas.fill(stem, rgb(0.22, 0.15, 0.10), Style(shade=0), Role.COVER)
    needles = Style(fuzz=max(1.0, 0.02 * height), texture="fine", strength=0.2, shade=0.6)
    tiers = int(canvas.rng.integers(5, 8))
    for tier in np.arange(tiers) / tiers:
        low = foot - height * (0.12 + 0.8 * tier)
        half, tall = height * (0.27 - 0.24 * tier), height * 0.30 * (1 - 0.4 * tier)
        skirt = [(-1, 0.06), (-0.4, -0.03), (0, 0.1), (0.5, -0.03), (1, 0.06)]
        outline = np.array([(x + a * half, low + b * tall) for a, b in skirt] + [(x, low - tall)])
        canvas.fill(outline, green * np.float32(0.75 + 0.35 * tier), needles, Role.COVER)
        if snowy:
            dusting = [(x - 0.8 * half, low), (x - 0.2 * half, low - 0.35 * tall), (x + 0.5 * half, low - 0.05 * tall)]
            outline = np.array([*dusting, (x, low - tall)])
            canvas.fill(outline, rgb(0.93, 0.95, 1.0), needles.but(texture=None, shade=0.3), Role.COVER)


def trunk(canvas: Canvas, x: float, foot: float, height: float, width: float, birch: bool = False) -> None:
    """A tree trunk, wider at its foot."""
    profile = [(-0.65, 0), (-0.5, 0.1), (-0.42, 1), (0.42, 1), (0.5, 0.1), (0.7, 0)]
    outline = np.array([(x + a * width, foot - b * height) for a, b in profile])
    style = Style(fuzz=1.0, roundness=0.7)
    if birch:
        canvas.fill(outline, _birch_bark, style, Role.COVER)
    else:
        canvas.fill(outline, patterns.grained(vary(canvas.rng, rgb(0.30, 0.21, 0.14), 0.05)), style, Role.COVER)


def _birch_bark(patch: Patch) -> Array:
    return mix(rgb(0.80, 0.79, 0.74), rgb(0.2, 0.19, 0.18), smoothstep(1.0, 1.5, patch.fur(90)))


def bush(canvas: Canvas, x: float, y: float, size: float) -> None:
    """A round crown of leaves about `size` pixels wide."""
    rng = canvas.rng
    leaves = Style(fuzz=4.0, texture="medium", strength=0.2)
    for _ in range(5):
        centre = x + rng.normal(0, size * 0.15), y + rng.normal(0, size * 0.08)
        outline = curves.ellipse(centre, (0.28 * size, 0.2 * size), count=14)
        canvas.fill(outline, vary(rng, rgb(0.20, 0.38, 0.14), 0.03), leaves, Role.COVER)


def grass(canvas: Canvas, y: float, count: int, tallest: float, colors: list[Array]) -> None:
    """Blades of grass growing around row `y`, in front of whatever is there."""
    rng = canvas.rng
    colored = Image.fromarray((np.clip(canvas.rgb, 0, 1) * 255).astype(np.uint8))
    covered = Image.new("L", (SIDE, SIDE), 0)
    brush, cover = ImageDraw.Draw(colored), ImageDraw.Draw(covered)
    for _ in range(count):
        blade = _blade(rng, rng.uniform(0, SIDE), y + rng.normal(0, 0.012 * SIDE), rng.uniform(0.3, 1) * tallest)
        color = np.clip(colors[int(rng.integers(len(colors)))] * rng.uniform(0.7, 1.2), 0, 1) * 255
        brush.polygon(blade, fill=(int(color[0]), int(color[1]), int(color[2])))
        cover.polygon(blade, fill=255)
    blades = np.asarray(covered) > 0
    canvas.rgb[blades] = np.asarray(colored, dtype=np.float32)[blades] / 255
    canvas.mask[blades] = 0


def _blade(rng: np.random.Generator, x: float, foot: float, height: float) -> list[tuple[float, float]]:
    bend, half = rng.normal(0, 0.3 * height), rng.uniform(0.6, 1.6)
    middle = x + 0.3 * bend
    tip = (x + bend, foot - height)
    left, right = (middle - half / 2, foot - 0.55 * height), (middle + half / 2, foot - 0.5 * height)
    return [(x - half, foot), left, tip, right, (x + half, foot)]


def drift(canvas: Canvas, ground: Ground, y: float, alpha: float) -> None:
    """A soft bank of the ground's own colour along row `y`, hiding the very soles of what stands there."""
    x = np.arange(0, SIDE + 8, 8, dtype=float)
    edge = y + 0.008 * SIDE * (textures.row(textures.isotropic("medium"), canvas.rng, len(x), 16) - 0.5)
    outline = np.vstack([np.stack([x, edge], axis=1), [(SIDE, y + 0.05 * SIDE), (0, y + 0.05 * SIDE)]])
    canvas.fill(outline, ground.color * np.float32(0.985), Style(soft=2.0, alpha=alpha, shade=0.1, rim=0), Role.COVER)
