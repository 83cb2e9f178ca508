"""A class for every pixel: segmentation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ..errors import DeepvisError
from .base import Answers
from .output import tensor_in
from .place import region_in


@dataclass(frozen=True, eq=False)
class Pixels(Answers):
    """Output (B, n, h, w) of logits: which class each pixel is; of one class, (B, 1, h, w), whether it is there, which
    it is above zero. What is explained is the mean logit of a class over a region; without one, over the pixels that it
    is predicted at (where there are none, at the pixel nearest to it).

    `region` is bool (H, W) over the picture as the network sees it; any part that is brushed, see `at`.

    >>> logits = torch.zeros(1, 2, 2, 2)
    >>> logits[0, 1, 0] = 4.0
    >>> Pixels(["ground", "sky"]).scores(logits), Pixels(["ground", "sky"]).bars(logits[:, :, 0, 0], logits)
    (tensor([[0., 4.]]), tensor([0.5000, 0.5000]))
    """

    region: Tensor | None = None

    kind: ClassVar[str] = "pixels"
    normalisers: ClassVar[tuple[str, ...]] = ("softmax", "sigmoid")
    score: ClassVar[str] = "mean logit"
    title: ClassVar[str] = "Share of the picture"
    probable: ClassVar[bool] = False
    placed: ClassVar[bool] = True

    @property
    def key(self) -> tuple[Any, ...]:
        return (*super().key, self.region)

    def at(self, place: Any, size: tuple[int, int]) -> Pixels:
        """Returns the same for another region of a picture of `size`; None: wherever a class is predicted."""
        region = None if place is None else region_in(size, place)
        if region is not None and not bool(region.any()):
            raise DeepvisError("The region marks no pixel of the picture; give at least one.")
        return replace(self, region=region)

    def pick(self, returned: Any) -> Tensor:
        picked: Tensor = tensor_in(returned, self.output, len(self.labels))
        if picked.ndim != 4:
            raise DeepvisError(
                f"The network returned a tensor of shape {tuple(picked.shape)}; Pixels needs logits (batch, classes, "
                "height, width)."
            )
        return picked

    def scores(self, picked: Any) -> Tensor:
        weights = self._predicted(picked) if self.region is None else self._brushed(picked, self.region)
        scores: Tensor = (picked * weights).sum((2, 3)) / weights.sum((2, 3))
        return scores

    def bars(self, scores: Tensor, picked: Any) -> Tensor:
        """The share of the picture that each class is predicted at."""
        return predicted(picked[:1].detach())[0].float().mean((1, 2)).cpu()

    def probabilities(self, scores: Tensor) -> Tensor:
        raise DeepvisError("This network gives every pixel a class; what is explained is the mean logit of a region.")

    def _predicted(self, picked: Tensor) -> Tensor:
        logits = picked.detach()
        chosen = predicted(logits)
        margin = (logits - logits.amax(1, keepdim=True) if logits.shape[1] > 1 else logits).flatten(2)
        nearest = F.one_hot(margin.argmax(2), margin.shape[2]).bool().view_as(chosen)
        anywhere = chosen.flatten(2).any(2)[:, :, None, None]
        weights: Tensor = torch.where(anywhere, chosen, nearest).to(picked)
        return weights

    def _brushed(self, picked: Tensor, region: Tensor) -> Tensor:
        mask = F.adaptive_avg_pool2d(region[None, None].to(picked), (picked.shape[2], picked.shape[3]))
        return mask if float(mask.sum()) > 0 else torch.ones_like(mask)


def predicted(logits: Tensor) -> Tensor:
    """Returns where each class is predicted, bool (B, n, h, w): where it is the highest, or, being alone, above zero.

    >>> predicted(torch.tensor([[[[1.0, 2.0]], [[3.0, 0.0]]]])).int().tolist()
    [[[[0, 1]], [[1, 0]]]]
    """
    count = logits.shape[1]
    return logits > 0 if count == 1 else F.one_hot(logits.argmax(1), count).permute(0, 3, 1, 2).bool()


def class_map(logits: Tensor) -> np.ndarray:
    """Returns the class of each pixel, uint16 (h, w), for logits (n, h, w); of one class 1 where it is there, else 0.

    >>> class_map(torch.tensor([[[1.0, 2.0]], [[3.0, 0.0]]])).tolist()
    [[1, 0]]
    """
    there = predicted(logits.detach()[None])[0]
    found: np.ndarray = (there[0] if len(there) == 1 else there.int().argmax(0)).cpu().numpy().astype(np.uint16)
    return found
