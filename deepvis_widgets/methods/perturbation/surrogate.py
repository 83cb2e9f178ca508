"""The linear model of LIME: how near a sample is, the weighted ridge regression, and how far its ranking holds."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

KERNEL_WIDTH = 0.25
RIDGE = 1.0
DEPTH = 5  # superpixels whose order is compared


@dataclass(frozen=True, eq=False)
class Fit:
    """Weights (features, outputs), intercepts and R² (outputs,) of a linear model, all float64."""

    weights: Tensor
    intercepts: Tensor
    scores: Tensor


def nearness(masks: Tensor) -> Tensor:
    """Returns √exp(−d² / 0.25²) of every mask (samples, superpixels), d its cosine distance to the one that keeps
    all.
    """
    kept = masks.double().mean(1)
    return torch.exp(-((1 - kept.sqrt()) ** 2) / KERNEL_WIDTH**2).sqrt()


def ridge(masks: Tensor, answers: Tensor) -> Fit:
    """Returns the ridge regression, α = 1 and a free intercept, of answers (samples, outputs) on masks, weighed by
    nearness.

    >>> masks = torch.tensor([[True, True], [True, False], [False, True], [False, False]])
    >>> fit = ridge(masks, torch.tensor([[2.0], [2.0], [0.0], [0.0]]))  # only the first superpixel matters
    >>> bool(fit.weights[0] > fit.weights[1])
    True
    """
    x, near = masks.double(), nearness(masks)
    first = answers[0].double()
    y = answers.double() - first  # answers that never change become exact zeros
    mean_x, mean_y = (near @ x) / near.sum(), (near @ y) / near.sum()
    x, y = x - mean_x, y - mean_y
    weighed = (near[:, None] * x).T
    weights = torch.linalg.solve(weighed @ x + RIDGE * torch.eye(x.shape[1], dtype=x.dtype), weighed @ y)
    return Fit(weights, first + mean_y - mean_x @ weights, _determination(near, y, y - x @ weights))


def _determination(near: Tensor, centred: Tensor, residual: Tensor) -> Tensor:
    """Returns R² = 1 − residual / total sum of squares; for answers that never change 1 if the model says so, else
    0.
    """
    total, left = near @ centred.square(), near @ residual.square()
    return torch.where(total > 0, 1 - left / total.clamp(min=torch.finfo(total.dtype).tiny), (left == 0).to(total))


def agreement(masks: Tensor, answers: Tensor, together: int = 1) -> float:
    """Returns how well two models, one of every second sample and one of the others, agree on the strongest
    superpixels; so many samples in a row stay `together`.

    The share of superpixels that both have among their strongest d, averaged over d = 1 .. 5 (Fagin, Kumar & Sivakumar
    2003, sec. 3): 1 the same order, 0 nothing in common or too few samples to tell.
    """
    if len(masks) < 4:
        return 0.0
    second = torch.arange(len(masks)) // together % 2 == 1
    one, two = (ridge(masks[half], answers[half, None]).weights[:, 0] for half in (~second, second))
    if not one.any() or not two.any():
        return 0.0
    return overlap(one, two, min(DEPTH, len(one)))


def overlap(one: Tensor, two: Tensor, depth: int) -> float:
    """Returns the mean over d = 1 .. depth of the share that the d largest values of both have in common."""
    first, second = (values.argsort(descending=True, stable=True)[:depth].tolist() for values in (one, two))
    return sum(len({*first[:d]} & {*second[:d]}) / d for d in range(1, depth + 1)) / depth
