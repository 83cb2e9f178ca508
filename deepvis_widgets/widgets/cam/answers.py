"""What the CAM board is told: a recorded picture, a class taken apart, a sum of its terms, a box."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from ...core.picture.boxes import Box
from ...core.picture.reduce import to_size
from ...core.results import HeatMap
from ...methods.class_evidence import ClassEvidence, Terms

CLASSES = 5  # maps side by side, beside that of the truth


@dataclass(frozen=True, eq=False)
class Recorded:
    """What one pass over a picture (3, H, W) left: the evidence for every class, and the box round the object, where
    the picture brings a mask that the network sees something of; `right` is the class it shows, where it says so.
    """

    view: Tensor
    evidence: ClassEvidence
    truth: Box | None
    right: int | None


@dataclass(frozen=True, eq=False)
class Explained:
    """One class of a recorded picture: its map (h, w), its terms (None where the network's own layer makes the map),
    and the classes that stand side by side: the strongest, the explained one among them, and the right one.
    """

    recorded: Recorded
    channel: int
    map: Tensor
    terms: Terms | None
    classes: list[int]

    @classmethod
    def of(cls, recorded: Recorded, target: int | None) -> Explained:
        """Takes a class apart, None: the top one; from the recorded feature maps alone."""
        evidence = recorded.evidence
        channel = evidence.top if target is None else int(target)
        strongest, right = evidence.strongest(CLASSES), recorded.right
        classes = strongest if channel in (*strongest, right) else [*strongest[:-1], channel]
        classes = classes if right is None or right in classes else [*classes, right]
        return cls(recorded, channel, evidence.maps([channel])[0], evidence.terms(channel), classes)

    @property
    def count(self) -> int | None:
        """How many terms there are; None where there are none."""
        return None if self.terms is None else len(self.terms)


@dataclass(frozen=True, eq=False)
class Summed:
    """The sum (h, w) of the first `count` terms of a class; the whole map, and None, where there are no terms."""

    explained: Explained
    count: int | None
    values: Tensor

    @classmethod
    def of(cls, explained: Explained, step: int | None) -> Summed:
        """Sums the first `step` terms, None: all of them."""
        count = reached(step, explained.count)
        if explained.terms is None or count is None:
            return cls(explained, None, explained.map)
        return cls(explained, count, explained.terms.partial(count))


def reached(step: int | None, count: int | None) -> int | None:
    """How many terms are in the sum of `count`, None: all of them; None where there are none."""
    return count if step is None or count is None else min(step, count)


@dataclass(frozen=True)
class Located:
    """The box round the largest part of a map above a share of its maximum, and the one round the object."""

    found: Box | None
    truth: Box | None
    threshold: float

    @classmethod
    def of(cls, explained: Explained, threshold: float) -> Located:
        """Finds the box of a class's map."""
        return cls(box_of(explained.map, explained.recorded.view, threshold), explained.recorded.truth, threshold)


def box_of(values: Tensor, view: Tensor, threshold: float) -> Box | None:
    """The box round the largest part of a map (h, w) above a share of its maximum, in a view (3, H, W)."""
    heatmap = to_size(values, (view.shape[1], view.shape[2]))
    return HeatMap("cam", "", heatmap, view, True).box(threshold)
