"""Two folders of pictures, compared pixel by pixel."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

DIFFERENT = (255, 0, 0)
PALE = 0.25  # what is left of the contrast where nothing differs


@dataclass(frozen=True)
class Difference:
    """What is different in two pictures: how many pixels, and (top, left, height, width) round them."""

    name: str
    pixels: int
    box: tuple[int, int, int, int] | None
    sizes: str = ""  # in words, where they are not the same

    def __str__(self) -> str:
        if self.box is None:
            return f"{self.name}: {self.sizes or 'equal'}"
        top, left, height, width = self.box
        words = f"{self.pixels} pixels differ, in a box of {height}×{width} at row {top}, column {left}"
        return f"{self.name}: {words}{self.sizes and f' ({self.sizes})'}"

    @property
    def equal(self) -> bool:
        """Whether the pictures are the same."""
        return not self.pixels and not self.sizes


def compare(before: Path, after: Path, shown: Path) -> list[Difference]:
    """One difference for each name in the two folders; pictures of them go to the folder `shown`."""
    names = sorted({path.name for folder in (before, after) for path in folder.glob("*.png")})
    return [compare_one(name, before / name, after / name, shown) for name in names]


def compare_one(name: str, before: Path, after: Path, shown: Path) -> Difference:
    """The difference of two files."""
    for path, folder in ((before, "first"), (after, "second")):
        if not path.exists():
            return Difference(name, 0, None, f"not in the {folder} folder")
    one, other = _read(before), _read(after)
    apart = differing(one, other)
    found = Difference(name, int(apart.sum()), _box(apart), _sizes(one, other))
    if not found.equal:
        shown.mkdir(parents=True, exist_ok=True)
        Image.fromarray(_painted(other, apart)).save(shown / name)
    return found


def differing(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Where two pictures (h, w, 3) differ: all of it where only one of them is."""
    height, width = (max(sides) for sides in zip(one.shape[:2], other.shape[:2], strict=True))
    apart = np.ones((height, width), bool)
    common = tuple(slice(min(sides)) for sides in zip(one.shape[:2], other.shape[:2], strict=True))
    apart[common] = (one[common] != other[common]).any(-1)
    outside = np.ones((height, width), bool)
    for picture in (one, other):
        outside[: picture.shape[0], : picture.shape[1]] = False
    return apart & ~outside


def _read(path: Path) -> np.ndarray:
    return np.asarray(Image.open(path).convert("RGB"))


def _box(apart: np.ndarray) -> tuple[int, int, int, int] | None:
    if not apart.any():
        return None
    rows, cols = (np.flatnonzero(apart.any(axis)) for axis in (1, 0))
    return int(rows[0]), int(cols[0]), int(np.ptp(rows)) + 1, int(np.ptp(cols)) + 1


def _sizes(one: np.ndarray, other: np.ndarray) -> str:
    sizes = [f"{height}×{width}" for height, width in (one.shape[:2], other.shape[:2])]
    return "" if sizes[0] == sizes[1] else f"{sizes[0]} pixels before, {sizes[1]} now"


def _painted(picture: np.ndarray, apart: np.ndarray) -> np.ndarray:
    """The picture, pale, with everything different in one colour."""
    painted = np.full((*apart.shape, 3), 255, np.uint8)
    height, width = picture.shape[:2]
    painted[:height, :width] = 255 - PALE * (255 - picture)
    painted[apart] = DIFFERENT
    return painted
