"""A linear layer fitted to a few feature vectors, and what it says of each when that one was left out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_softmax, softmax

L2 = 0.01  # strength of the penalty, for features whose mean squared distance from their mean is 1


@dataclass(frozen=True, eq=False)
class LinearHead:
    """Scores features @ weight.T + bias: `weight` (classes, K), `bias` (classes,), float64."""

    weight: np.ndarray
    bias: np.ndarray

    def scores(self, features: np.ndarray) -> np.ndarray:
        """Returns the scores (n, classes) of features (n, K)."""
        found: np.ndarray = features @ self.weight.T + self.bias
        return found


def fit(features: np.ndarray, classes: np.ndarray, count: int, l2: float = L2) -> LinearHead:
    """Returns the linear layer that tells features (n, K) of `classes` (n,), whole numbers below `count`, apart:
    multinomial logistic regression, by L-BFGS.

    Each class counts as much as another, however many rows it has; all rows are scaled by one number, so that `l2`
    means the same for every network.

    >>> head = fit(np.array([[0.0, 1.0], [1.0, 0.0]]), np.array([0, 1]), 2)
    >>> head.scores(np.array([[0.0, 1.0], [1.0, 0.0]])).argmax(1)
    array([0, 1])
    """
    small, back = _in_their_span(features)
    found = _fit(small, classes, count, l2)
    return LinearHead(found.weight @ back, found.bias)


def leave_one_out(features: np.ndarray, classes: np.ndarray, count: int, l2: float = L2) -> np.ndarray:
    """Returns the class (n,) that each row is told by the layer fitted to the others; rows equal to it are left out
    with it, since a copy gives the answer away. -1 where no other row of its class is left.

    >>> features = np.array([[0.0], [0.1], [1.0], [1.1], [3.0]])
    >>> leave_one_out(features, np.array([0, 0, 1, 1, 2]), 3).tolist()
    [0, 0, 1, 1, -1]
    """
    small, _ = _in_their_span(features)
    told = np.full(len(features), -1)
    for place, row in enumerate(features):
        others = (features != row).any(1)
        if (classes[others] == classes[place]).any():
            told[place] = _fit(small[others], classes[others], count, l2).scores(small[place]).argmax()
    return told


def _in_their_span(features: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The rows in as few numbers as there are rows, and the rotation back; the penalised solution lies in their
    span, so that nothing is lost.
    """
    rotation = np.linalg.svd(features, full_matrices=False)[2]
    return features @ rotation.T, rotation


def _fit(features: np.ndarray, classes: np.ndarray, count: int, l2: float) -> LinearHead:
    mean = features.mean(0)
    centred = features - mean
    scale = float(np.sqrt((centred**2).sum(1).mean())) or 1.0
    rows = centred / scale
    found, present = np.zeros((count, rows.shape[1] + 1)), np.unique(classes)
    found[:, -1] = -np.inf  # a class without a row is never told
    found[present] = _minimum(rows, np.searchsorted(present, classes), len(present), l2)
    weight = found[:, :-1] / scale
    return LinearHead(weight, found[:, -1] - weight @ mean)


def _minimum(rows: np.ndarray, classes: np.ndarray, count: int, l2: float) -> np.ndarray:
    """The weights, with the bias as last column, (count, columns + 1), of the least weighted cross-entropy plus
    l2 / 2 of the squared weights; the bias is free.
    """
    right = np.eye(count)[classes]
    share = (right / right.sum(0) / count).sum(1, keepdims=True)
    inputs = np.hstack([rows, np.ones((len(rows), 1))])
    free = np.ones(inputs.shape[1])
    free[-1] = 0

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        weights = flat.reshape(count, -1)
        scores = inputs @ weights.T
        penalty = l2 * weights * free
        value = -(share * right * log_softmax(scores, 1)).sum() + (penalty * weights).sum() / 2
        slope = (share * (softmax(scores, 1) - right)).T @ inputs + penalty
        return float(value), slope.ravel()

    start = np.zeros(count * inputs.shape[1])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 1000, "ftol": 1e-13, "gtol": 1e-8})
    weights: np.ndarray = found.x.reshape(count, -1)
    return weights
