"""Classes, of which one is right, and labels, each of which is there or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import torch
from torch import Tensor

from .base import Answers

ROUNDING = 1e-3  # of probabilities that add up, also in half precision


@dataclass(frozen=True)
class Classes(Answers):
    """Output (B, n) of which one is right: probabilities are a softmax over all. What is explained is the logit of one.

    >>> import torch
    >>> Classes(["husky", "wolf"]).probabilities(torch.zeros(1, 2))
    tensor([[0.5000, 0.5000]])

    `normalised` says that the network returns probabilities, by a softmax of its own whose input is not known: scores
    are their logarithms, then, of which a softmax makes the same probabilities again. It is found where it is not said.
    """

    normalised: bool = field(default=False, kw_only=True, repr=False)

    kind: ClassVar[str] = "classes"
    normalisers: ClassVar[tuple[str, ...]] = ("softmax",)

    @property
    def key(self) -> tuple[Any, ...]:
        return (*super().key, self.normalised)

    def shown_by(self, picked: Sequence[Any]) -> Classes:
        return replace(self, normalised=True) if all(map(_adds_up, picked)) else self

    def scores(self, picked: Any) -> Tensor:
        scores: Tensor = picked
        return scores.clamp_min(torch.finfo(scores.dtype).tiny).log() if self.normalised else scores

    def probabilities(self, scores: Tensor) -> Tensor:
        return scores.softmax(1)


def _adds_up(picked: Any) -> bool:
    """Whether these are probabilities of several classes: none below 0, and together 1."""
    if not isinstance(picked, Tensor) or picked.shape[1] < 2 or bool((picked < 0).any()):
        return False
    return bool(((picked.float().sum(1) - 1).abs() < ROUNDING).all())


@dataclass(frozen=True)
class Labels(Answers):
    """Output (B, n), or (B,), of which each is there or not: probabilities are a sigmoid each. What is explained is the
    logit of one.

    >>> import torch
    >>> Labels("defect").probabilities(torch.zeros(1, 1))
    tensor([[0.5000]])
    """

    kind: ClassVar[str] = "labels"
    noun: ClassVar[str] = "label"
    title: ClassVar[str] = "Label probabilities"
    normalisers: ClassVar[tuple[str, ...]] = ("sigmoid",)

    def probabilities(self, scores: Tensor) -> Tensor:
        return scores.sigmoid()
