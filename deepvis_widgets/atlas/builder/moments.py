"""Correlation of every unit with every class, over pictures that are seen once.

A few pictures are kept as they are: the units' values and the class probabilities. When these rows take more room than
the matrix of co-moments they are folded into it (Chan, Golub & LeVeque 1983): memory does not grow with the pictures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch


@dataclass(frozen=True)
class Moments:
    """Of `count` pictures: mean (n,) and sum of squared deviations (n,) of units and classes, and the sums of products
    of deviations `cross` (units, classes), all float64; and the pictures not folded in yet: `units` (rows, units) and
    `classes` (rows, classes), float32.
    """

    count: int
    unit_mean: np.ndarray
    unit_squares: np.ndarray
    class_mean: np.ndarray
    class_squares: np.ndarray
    cross: np.ndarray
    units: np.ndarray
    classes: np.ndarray

    @classmethod
    def of(cls, units: np.ndarray, classes: np.ndarray) -> Moments:
        """Returns the moments of some pictures: a row of `units` (rows, units) and of `classes` (rows, classes)
        each.
        """
        return _settled(_unfolded(units.astype(np.float32), classes.astype(np.float32)))

    def merge(self, later: Moments) -> Moments:
        """Returns the moments of these pictures and of those after them."""
        folded = _chan(self, later)
        units = np.concatenate([self.units, later.units])
        classes = np.concatenate([self.classes, later.classes])
        return _settled(_with_rows(folded, units, classes))

    def block(self, units: slice) -> Moments:
        """Returns the moments of some of the units."""
        means = self.unit_mean[units], self.unit_squares[units], self.class_mean, self.class_squares
        return Moments(self.count, *means, self.cross[units], self.units[:, units], self.classes)

    def smallest(self) -> Moments:
        """Returns these moments, folded where that takes less room: on the disk the matrix has four bytes a place, as
        the rows have.
        """
        rows = self.units.size + self.classes.size
        return _fold(self) if self.count or rows > self.units.shape[1] * self.classes.shape[1] else self

    @classmethod
    def joined(cls, blocks: Sequence[Moments]) -> Moments:
        """Returns the moments of all units, in whatever blocks these are."""
        folded = [_fold(block) for block in blocks]
        names = "unit_mean", "unit_squares", "cross"
        mean, squares, cross = (np.concatenate([getattr(block, name) for block in folded]) for name in names)
        first = folded[0]
        classes = first.class_mean, first.class_squares
        return Moments(first.count, mean, squares, *classes, cross, np.zeros((0, len(mean)), np.float32), first.classes)

    @property
    def seen(self) -> int:
        """How many pictures these are the moments of."""
        return self.count + len(self.units)

    def correlation(self) -> np.ndarray:
        """Returns Pearson's correlation (units, classes), float32; 0 where the unit or the class never varies."""
        whole = _fold(self)
        spread = np.sqrt(whole.unit_squares)[:, None] * np.sqrt(whole.class_squares)[None]
        varies = spread > 0
        found = np.divide(whole.cross, spread, out=np.zeros_like(whole.cross), where=varies)
        clipped: np.ndarray = found.clip(-1, 1).astype(np.float32)
        return clipped


def _unfolded(units: np.ndarray, classes: np.ndarray) -> Moments:
    n, c = units.shape[1], classes.shape[1]
    return Moments(0, np.zeros(n), np.zeros(n), np.zeros(c), np.zeros(c), np.zeros((0, c)), units, classes)


def _with_rows(folded: Moments, units: np.ndarray, classes: np.ndarray) -> Moments:
    f = folded
    return Moments(f.count, f.unit_mean, f.unit_squares, f.class_mean, f.class_squares, f.cross, units, classes)


def _settled(moments: Moments) -> Moments:
    """Returns the moments, folded when the rows have grown larger than what they are folded into."""
    rows = moments.units.size + moments.classes.size
    return _fold(moments) if rows > 2 * moments.units.shape[1] * moments.classes.shape[1] else moments


def _fold(moments: Moments) -> Moments:
    if not len(moments.units):
        return moments if moments.count else _empty(moments)
    # torch's memory is aligned, and its product runs on one thread where a build says so: the same bits every time
    units, classes = torch.from_numpy(moments.units).double(), torch.from_numpy(moments.classes).double()
    unit_mean, class_mean = units.mean(0), classes.mean(0)
    units -= unit_mean
    classes -= class_mean
    rows = Moments(
        len(units),
        unit_mean.numpy(),
        units.square().sum(0).numpy(),
        class_mean.numpy(),
        classes.square().sum(0).numpy(),
        (units.T @ classes).numpy(),
        moments.units[:0],
        moments.classes[:0],
    )
    return _chan(moments, rows)


def _empty(moments: Moments) -> Moments:
    cross = np.zeros((moments.units.shape[1], moments.classes.shape[1]))
    none = np.zeros(len(cross)), np.zeros(cross.shape[1])
    return Moments(0, none[0], none[0], none[1], none[1], cross, moments.units, moments.classes)


def _chan(a: Moments, b: Moments) -> Moments:
    """Returns the folded pictures of both, without the rows of either (Chan, Golub & LeVeque 1983)."""
    none = a.units[:0], a.classes[:0]
    if not a.count or not b.count:
        return _with_rows(a if a.count else b, *none)
    count = a.count + b.count
    share, weight = b.count / count, a.count * b.count / count
    unit, label = b.unit_mean - a.unit_mean, b.class_mean - a.class_mean
    return Moments(
        count,
        a.unit_mean + share * unit,
        a.unit_squares + b.unit_squares + weight * unit**2,
        a.class_mean + share * label,
        a.class_squares + b.class_squares + weight * label**2,
        a.cross + b.cross + weight * np.outer(unit, label),
        *none,
    )
