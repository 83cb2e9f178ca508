"""Boxes round things: detection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from ..errors import DeepvisError
from ..picture.boxes import Box
from .base import Answers
from .place import box_in

SURE = 0.1  # score from which on a box is shown
MOST = 20  # boxes that are shown
SAME = 0.5  # overlap, intersection over union, from which on a box is taken for the one that was asked about


@dataclass(frozen=True)
class Boxes(Answers):
    """torchvision's detections: for each picture a dictionary of `boxes` (N, 4), `labels` (N,) and `scores` (N,). The
    score of a label, which is explained, is that of its best box; with `box` that of its best box which overlaps this
    one by half; 0 where there is none.

    `box` is (top, left, height, width) in pixels of the picture as the network sees it.

    >>> found = {"boxes": torch.tensor([[0.0, 0, 8, 8], [9, 9, 16, 16]]), "labels": torch.tensor([1, 1])}
    >>> found["scores"] = torch.tensor([0.25, 0.75])
    >>> Boxes(["nothing", "cat"]).scores([found]), Boxes(["nothing", "cat"], box=(0, 0, 8, 8)).scores([found])
    (tensor([[0.0000, 0.7500]]), tensor([[0.0000, 0.2500]]))
    """

    box: Box | None = None

    kind: ClassVar[str] = "boxes"
    score: ClassVar[str] = "score"
    placed: ClassVar[bool] = True
    title: ClassVar[str] = "Best box of each class"

    @property
    def key(self) -> tuple[Any, ...]:
        return (*super().key, self.box)

    def at(self, place: Any, size: tuple[int, int]) -> Boxes:
        """Returns the same for one box; None: the best one of each label."""
        return replace(self, box=None if place is None else box_in(place))

    def found_in(self, module: nn.Module) -> Boxes:
        """Takes as many labels as the detector tells apart, where they were not given."""
        count = things(module)
        return replace(self, labels=tuple(map("class {}".format, range(count)))) if count and not self.labels else self

    def pick(self, returned: Any) -> Any:
        if not is_detections(returned):
            raise DeepvisError("Boxes needs torchvision's detections: for each picture boxes, labels and scores.")
        return returned

    def scores(self, picked: Any) -> Tensor:
        count = max(len(self.labels), 1)
        return torch.stack([self._best(found, count) for found in picked])

    def probabilities(self, scores: Tensor) -> Tensor:
        return scores

    def _best(self, found: dict[str, Tensor], count: int) -> Tensor:
        labels, scores = found["labels"], found["scores"]
        if self.box is not None:
            scores = scores * (overlap(found["boxes"].detach(), self.box) >= SAME)
        inside = labels < count
        best = scores.new_zeros(count)
        return best.scatter_reduce(0, labels[inside], scores[inside], "amax")


def things(module: nn.Module) -> int:
    """Returns how many classes a detector of torchvision tells apart, 0 where it does not say.

    >>> things(nn.Conv2d(3, 3, 1))
    0
    """
    for name, part in module.named_modules():
        if name.endswith("cls_score") and isinstance(part, nn.Linear):
            return part.out_features
        for found in (getattr(part, "num_classes", None), getattr(part, "num_columns", None)):
            if name and isinstance(found, int):
                return found
    return 0


def is_detections(returned: Any) -> bool:
    """Returns whether this is what a torchvision detector returns."""
    keys = {"boxes", "labels", "scores"}
    return isinstance(returned, Sequence) and bool(returned) and all(_holds(found, keys) for found in returned)


def _holds(found: Any, keys: set[str]) -> bool:
    return isinstance(found, dict) and keys <= set(found)


def overlap(corners: Tensor, box: Box) -> Tensor:
    """Returns intersection over union (N,) of boxes given by corners (N, 4), left, top, right, bottom, with one box.

    >>> overlap(torch.tensor([[0.0, 0, 4, 4]]), (0, 0, 4, 8))
    tensor([0.5000])
    """
    top, left, height, width = box
    other = corners.new_tensor([left, top, left + width, top + height])
    low, high = torch.maximum(corners[:, :2], other[:2]), torch.minimum(corners[:, 2:], other[2:])
    common = (high - low).clamp(min=0).prod(1)
    areas = (corners[:, 2:] - corners[:, :2]).prod(1)
    return common / (areas + height * width - common)


def surest(found: dict[str, Tensor]) -> tuple[tuple[Box, ...], tuple[int, ...], tuple[float, ...]]:
    """Returns (boxes, labels, scores) of a picture's detections that are sure enough to be shown, the surest first.

    >>> found = {"boxes": torch.tensor([[2.0, 1.0, 6.0, 4.0]]), "labels": torch.tensor([3])}
    >>> surest(found | {"scores": torch.tensor([0.5])})
    (((1, 2, 3, 4),), (3,), (0.5,))
    """
    scores, order = found["scores"].detach().sort(descending=True, stable=True)
    order = order[scores >= SURE][:MOST]
    corners = found["boxes"].detach()[order].round().long().tolist()
    boxes = tuple((top, left, max(1, low - top), max(1, right - left)) for left, top, right, low in corners)
    return boxes, tuple(found["labels"][order].tolist()), tuple(scores[: len(order)].tolist())
