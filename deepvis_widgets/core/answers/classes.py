"""Classes, of which one is right, and labels, each of which is there or not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from .base import Answers


@dataclass(frozen=True)
class Classes(Answers):
    """Output (B, n) of which one is right: probabilities are a softmax over all. What is explained is the logit of one.

    >>> import torch
    >>> Classes(["husky", "wolf"]).probabilities(torch.zeros(1, 2))
    tensor([[0.5000, 0.5000]])
    """

    kind: ClassVar[str] = "classes"
    normalisers: ClassVar[tuple[str, ...]] = ("softmax",)

    def probabilities(self, scores: Tensor) -> Tensor:
        return scores.softmax(1)


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
