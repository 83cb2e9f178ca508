"""What is known of units after some of the pictures: parts, of which those of other pictures are merged, and those of
other units are joined.

All units of all layers of a build stand in one row, layer after layer, in the order of the build's plan.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from safetensors.numpy import load, save

from . import top_lists
from .moments import Moments

ARRAYS = ("best", "places", "counts", "total")
Problem = tuple[int, str]  # number of the picture, and a sentence


@dataclass(frozen=True)
class Partial:
    """`best` (units, top) int64 keys of the strongest pictures (see top_lists.py), with their `places` (units, top)
    int32, row × width + column; `counts` (units, bins) int64 and `total` (units,) float64 of the sampled positions; the
    `moments` of units and classes; the `problems` of pictures that were left out.
    """

    best: np.ndarray
    places: np.ndarray
    counts: np.ndarray
    total: np.ndarray
    moments: Moments
    problems: tuple[Problem, ...] = ()

    def merge(self, later: Partial) -> Partial:
        """Returns what is known after these pictures and those after them."""
        best, places = top_lists.strongest(
            np.concatenate([self.best, later.best], 1),
            np.concatenate([self.places, later.places], 1),
            self.best.shape[1],
        )
        return Partial(
            best,
            places,
            self.counts + later.counts,
            self.total + later.total,
            self.moments.merge(later.moments),
            self.problems + later.problems,
        )

    def block(self, units: slice) -> Partial:
        """Returns what is known of some of the units."""
        each = self.best[units], self.places[units], self.counts[units], self.total[units]
        return Partial(*each, self.moments.block(units), self.problems)

    @classmethod
    def joined(cls, blocks: Sequence[Partial]) -> Partial:
        """Returns what is known of all units, after the same pictures in each block."""
        arrays = {name: np.concatenate([getattr(block, name) for block in blocks]) for name in ARRAYS}
        moments = Moments.joined([block.moments for block in blocks])
        return cls(**arrays, moments=moments, problems=blocks[0].problems)

    def to_bytes(self) -> bytes:
        """Returns this part as a safetensors file, as small as it can be: its counts in as few bytes as hold them, its
        moments folded or not, their matrix in single precision.
        """
        moments = self.moments.smallest()
        arrays = {name: getattr(self, name) for name in ARRAYS}
        arrays["counts"] = self.counts.astype(np.min_scalar_type(self.counts.max(initial=0)))
        arrays |= {f"moments.{f.name}": np.asarray(getattr(moments, f.name)) for f in fields(Moments)}
        arrays["moments.cross"] = moments.cross.astype(np.float32)
        arrays = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
        packed: bytes = save(arrays, metadata={"problems": json.dumps(self.problems)})
        return packed

    @classmethod
    def from_bytes(cls, packed: bytes) -> Partial:
        """Returns the part in a file that `to_bytes` made."""
        arrays = load(packed)
        count = int(arrays.pop("moments.count").item())
        rest = {name.split(".")[1]: arrays.pop(name) for name in list(arrays) if name.startswith("moments.")}
        rest["cross"] = rest["cross"].astype(np.float64)
        arrays["counts"] = arrays["counts"].astype(np.int64)
        return cls(**arrays, moments=Moments(count=count, **rest), problems=_problems(packed))


def _problems(packed: bytes) -> tuple[Problem, ...]:
    header = json.loads(packed[8 : 8 + int.from_bytes(packed[:8], "little")])
    return tuple((number, words) for number, words in json.loads(header["__metadata__"]["problems"]))


def empty(units: int, classes: int, bins: int, top: int, problems: Sequence[Problem] = ()) -> Partial:
    """Returns what is known where no picture could be read."""
    best, places = top_lists.strongest(np.zeros((units, 0), np.int64), np.zeros((units, 0), np.int32), top)
    moments = Moments.of(np.zeros((0, units)), np.zeros((0, classes)))
    return Partial(best, places, np.zeros((units, bins), np.int64), np.zeros(units), moments, tuple(problems))
