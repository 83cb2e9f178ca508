"""What the teaching board is told: what the trays teach, and what that says of a picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ...zoo.teaching.linear_head import LinearHead
from ...zoo.teaching.taught import LeaveOneOut

UNITS = 6  # of the largest weights, with their pictures


@dataclass(frozen=True, eq=False)
class Seen:
    """A picture (3, H, W), and the maps (K, h, w) of the network that are averaged, float64."""

    view: Tensor
    maps: Tensor


@dataclass(frozen=True, eq=False)
class Lesson:
    """What the trays teach: a linear layer, and what each picture was told by one fitted to the others. None where
    fewer than two trays hold a picture.
    """

    labels: tuple[str, ...]
    examples: tuple[tuple[Seen, ...], ...]
    head: LinearHead | None
    left_out: LeaveOneOut | None

    @property
    def taught(self) -> list[int]:
        """The trays that hold a picture."""
        return [place for place, seen in enumerate(self.examples) if seen]

    def told(self, tray: int) -> Sequence[str | None]:
        """What each picture of a tray was told when it was left out; empty where nothing is taught."""
        if self.left_out is None:
            return ()
        first = sum(map(len, self.examples[:tray]))
        return self.left_out.told[first : first + len(self.examples[tray])]

    def heaviest(self, channel: int) -> list[tuple[int, float]]:
        """Returns (unit, weight) of the units that speak most for a class, the largest weight first."""
        assert self.head is not None
        weights = self.head.weight[channel]
        order = np.argsort(-weights, kind="stable")[:UNITS]
        return [(int(unit), float(weights[unit])) for unit in order]


@dataclass(frozen=True, eq=False)
class Explained:
    """What the lesson says of a picture: `logits` and `shares` (classes,), and the class activation map (h, w) of the
    class explained, whose mean plus its bias is its logit.
    """

    lesson: Lesson
    seen: Seen
    channel: int
    logits: Tensor
    shares: Tensor
    map: Tensor

    @classmethod
    def of(cls, lesson: Lesson, seen: Seen, target: int | None) -> Explained:
        """Explains a class, None: the top one; also where the tray of the target is empty."""
        assert lesson.head is not None
        weight, bias = torch.as_tensor(lesson.head.weight), torch.as_tensor(lesson.head.bias)
        maps = torch.einsum("ck,khw->chw", weight, seen.maps)
        logits = maps.mean((1, 2)) + bias
        channel = int(logits.argmax()) if target not in lesson.taught else int(target or 0)
        return cls(lesson, seen, channel, logits, logits.softmax(0), maps[channel])
