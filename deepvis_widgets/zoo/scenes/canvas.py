"""The canvas: parts with fuzzy edges, texture and rounded shading, painted back to front, and the mask they leave."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import cast

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image, ImageDraw
from scipy.ndimage import gaussian_filter, uniform_filter

from . import curves, textures
from .curves import Pair, Points

Array = NDArray[np.float32]

SIDE = 320  # pixels painted; the finished scene is scaled down from these
_MARGIN = 24  # parts are shaded this far beyond the border, so a clipped part keeps its round look
_TINY = 8  # parts smaller than this many pixels are painted flat


class Role(Enum):
    """What painting a part does to the object mask."""

    OBJECT = auto()  # it is the object: added
    COVER = auto()  # it is in front of the object: removed
    STAIN = auto()  # it is a shadow or a perch: left alone


@dataclass(frozen=True)
class Style:
    """How a part is painted. Lengths are canvas pixels, strengths are fractions of the brightness."""

    fuzz: float = 0.0  # how far the edge is torn
    soft: float = 0.0  # how far the edge is blurred
    alpha: float = 1.0
    texture: str | None = None  # "fur", or a name of textures.isotropic
    strength: float = 0.1  # of the texture
    angle: float = 0.0  # of the fur, degrees from the vertical
    shade: float = 1.0  # of the light on the rounded edges
    roundness: float = 0.35  # how far the rounding reaches in, in part sizes
    rim: float = 0.25  # how much the edge darkens

    def but(self, **changes: object) -> "Style":
        """The same style with some fields changed."""
        return replace(self, **changes)  # type: ignore[arg-type]


ROUND = Style()
FLAT = Style(shade=0.0, rim=0.0)


@dataclass(frozen=True)
class Patch:
    """The pixels of one part while it is coloured: u, v run 0..1 over the part, v downwards; u follows mirroring."""

    u: Array
    v: Array
    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    rng: np.random.Generator

    @property
    def shape(self) -> tuple[int, int]:
        """(height, width) in canvas pixels."""
        return cast(tuple[int, int], self.u.shape)

    def noise(self, name: str = "medium") -> Array:
        """A random window of the isotropic texture `name`, as large as the patch."""
        return textures.patch(textures.isotropic(name), self.rng, *self.shape)

    def fur(self, angle: float = 0.0) -> Array:
        """A random window of fur, as large as the patch."""
        return textures.patch(textures.fur(angle), self.rng, *self.shape)


Paint = Array | Callable[[Patch], Array]


@dataclass(frozen=True)
class Pose:
    """Where an object's own coordinates (unit: `scale` pixels, y upwards) lie on the canvas."""

    x: float = SIDE / 2
    y: float = SIDE / 2
    scale: float = SIDE / 2
    angle: float = 0.0  # radians, counter-clockwise
    mirrored: bool = False

    def place(self, points: ArrayLike) -> Points:
        """Object coordinates (n, 2) to canvas pixels (n, 2)."""
        p = np.asarray(points, dtype=float)
        across = -p[:, 0] if self.mirrored else p[:, 0]
        c, s = np.cos(self.angle), np.sin(self.angle)
        right, up = c * across - s * p[:, 1], s * across + c * p[:, 1]
        return np.stack([self.x + self.scale * right, self.y - self.scale * up], axis=1)

    def inside(self, x: float, y: float, scale: float = 1.0, angle: float = 0.0) -> "Pose":
        """A pose whose origin lies at (x, y) of this one, `scale` times as large, turned by `angle` more."""
        (origin,) = self.place([(x, y)])
        turn = -angle if self.mirrored else angle
        return replace(self, x=origin[0], y=origin[1], scale=self.scale * scale, angle=self.angle + turn)


@dataclass
class Canvas:
    """A picture being painted: rgb (SIDE, SIDE, 3) and mask (SIDE, SIDE), both float32 in [0, 1].

    `noted` holds what chance decided and a question may ask for: the colour of the "sky", and of the object ("color").
    """

    rng: np.random.Generator
    light: Pair = (-0.6, -0.8)  # towards the light, in pixels (right, down)
    contrast: float = 0.5  # how strong the light is
    pose: Pose = Pose()
    rgb: Array = field(default_factory=lambda: np.zeros((SIDE, SIDE, 3), dtype=np.float32))
    mask: Array = field(default_factory=lambda: np.zeros((SIDE, SIDE), dtype=np.float32))
    noted: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def at(self, pose: Pose) -> Iterator[None]:
        """Paint in the coordinates of another pose for the length of a with-block."""
        before, self.pose = self.pose, pose
        try:
            yield
        finally:
            self.pose = before

    def shape(self, points: ArrayLike, paint: Paint, style: Style = ROUND, role: Role = Role.OBJECT) -> None:
        """Paint an outline given in object coordinates."""
        if self.pose.mirrored:
            style = style.but(angle=-style.angle)
        self.fill(self.pose.place(points), paint, style, role)

    def ellipse(
        self, centre: Pair, radii: Pair, paint: Paint, style: Style = ROUND, role: Role = Role.OBJECT, turn: float = 0.0
    ) -> None:
        """Paint an ellipse, turned by `turn` radians."""
        self.shape(curves.ellipse(centre, radii, turn), paint, style, role)

    def limb(
        self, points: ArrayLike, radii: list[float], paint: Paint, style: Style = ROUND, role: Role = Role.OBJECT
    ) -> None:
        """Paint a tube along a curve."""
        self.shape(curves.limb(points, radii), paint, style, role)

    def fill(self, outline: Points, paint: Paint, style: Style = ROUND, role: Role = Role.OBJECT) -> None:
        """Paint an outline given in canvas pixels. A part that falls outside the canvas, or is a sliver, is skipped."""
        box = _visible_box(outline, style)
        if box is None:
            return
        top, bottom, left, right = box
        cover = _coverage(outline, box, style, self.rng)
        color = self._color(outline, box, paint, style, cover)
        rows, columns = slice(max(0, top), min(SIDE, bottom)), slice(max(0, left), min(SIDE, right))
        cut = slice(rows.start - top, rows.stop - top), slice(columns.start - left, columns.stop - left)
        self._blend(rows, columns, color[cut], cover[cut] * np.float32(style.alpha), role)

    def _color(
        self, outline: Points, box: tuple[int, int, int, int], paint: Paint, style: Style, cover: Array
    ) -> Array:
        patch = _patch(outline, box, self.pose.mirrored, self.rng)
        color = paint(patch) if callable(paint) else np.broadcast_to(paint, (*patch.shape, 3))
        gain = self._relief(cover, float(np.ptp(outline, axis=0).min()), style)
        if style.texture is not None:
            window = patch.fur(style.angle) if style.texture == "fur" else patch.noise(style.texture)
            gain = gain * (1 + style.strength * window)
        return cast(Array, color * np.clip(gain, 0.15, 1.9)[..., None])

    def _relief(self, cover: Array, thickness: float, style: Style) -> Array:
        """The light on a part as if its outline were inflated: the blurred coverage is its height."""
        if style.shade == 0 or thickness < 6 or min(cover.shape) < _TINY:
            return np.ones_like(cover)
        reach = max(1.5, thickness * style.roundness * 0.5)
        step = 2 if reach > 4 else 1  # wide blurs are computed at half resolution
        height = gaussian_filter(cover[::step, ::step], reach / step, mode="constant", truncate=2.5)
        down, right = np.gradient(height)
        facing = (right * self.light[0] + down * self.light[1]) * -2.2 * reach / step
        gain = 1 + style.shade * self.contrast * np.clip(facing, -1.2, 1.2)
        gain -= style.rim * (1 - np.clip(height * 1.6, 0, 1))
        return cast(Array, gain.repeat(step, 0).repeat(step, 1)[: cover.shape[0], : cover.shape[1]].astype(np.float32))

    def _blend(self, rows: slice, columns: slice, color: Array, alpha: Array, role: Role) -> None:
        self.rgb[rows, columns] += (color - self.rgb[rows, columns]) * alpha[..., None]
        if role is Role.OBJECT:
            self.mask[rows, columns] = np.maximum(self.mask[rows, columns], alpha)
        elif role is Role.COVER:
            self.mask[rows, columns] *= 1 - alpha


def _visible_box(outline: Points, style: Style) -> tuple[int, int, int, int] | None:
    """(top, bottom, left, right) of a part with room for its edge, or None if hardly any of it is on the canvas."""
    pad = int(4 + 1.5 * style.fuzz + 2 * style.soft)
    low, high = outline.min(axis=0), outline.max(axis=0)
    if np.any(high < 1) or np.any(low > SIDE - 1):
        return None
    left, top = (int(max(-_MARGIN, value - pad)) for value in low)
    right, bottom = (int(min(SIDE + _MARGIN, value + pad + 1)) for value in high)
    if min(right, SIDE) - max(left, 0) < 2 or min(bottom, SIDE) - max(top, 0) < 2:
        return None
    return top, bottom, left, right


def _coverage(outline: Points, box: tuple[int, int, int, int], style: Style, rng: np.random.Generator) -> Array:
    """How much of each pixel of the box the outline covers, after tearing and blurring its edge."""
    top, bottom, left, right = box
    image = Image.new("L", (right - left, bottom - top), 0)
    ImageDraw.Draw(image).polygon([(x - left, y - top) for x, y in outline.tolist()], fill=255)
    cover = np.asarray(image, dtype=np.float32) / np.float32(255)
    if style.fuzz:
        cover = uniform_filter(_torn(cover, style.fuzz, rng), 2)
    return cast(Array, gaussian_filter(cover, style.soft) if style.soft else cover)


def _torn(cover: Array, fuzz: float, rng: np.random.Generator) -> Array:
    """Each pixel looks up a neighbour up to about `fuzz` away, which frays the edge like fur."""
    fine = textures.isotropic("fine")
    height, width = cover.shape
    down, right = (textures.patch(fine, rng, height, width) * (0.6 * fuzz) for _ in range(2))
    rows = np.clip(np.arange(height)[:, None] + down.astype(int), 0, height - 1)
    columns = np.clip(np.arange(width)[None, :] + right.astype(int), 0, width - 1)
    return cast(Array, cover[rows, columns])


def _patch(outline: Points, box: tuple[int, int, int, int], mirrored: bool, rng: np.random.Generator) -> Patch:
    top, bottom, left, right = box
    rows, columns = np.mgrid[top:bottom, left:right]
    low, size = outline.min(axis=0), np.maximum(np.ptp(outline, axis=0), 1)
    u, v = ((columns - low[0]) / size[0]).astype(np.float32), ((rows - low[1]) / size[1]).astype(np.float32)
    return Patch(1 - u if mirrored else u, v, rows - top, columns - left, rng)
