"""Integrated gradients: what each pixel adds to a score on the way from a baseline to the picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..core.network.network import Network
from ..core.network.target import Target
from ..core.params import choice, number
from ..core.picture.fills import fill_picture
from ..core.report import Report
from ..core.results import HeatMap
from .backward import SCORE_HELP, SCORES, SOFTMAX, describe
from .base import Method, silent
from .perturbation.score import Score, batches, per_pass, precision

Nodes = tuple[np.ndarray, np.ndarray]  # where on the way (0 the baseline, 1 the picture), and with what weight


def _gauss_legendre(steps: int) -> Nodes:
    at, weights = np.polynomial.legendre.leggauss(steps)
    return (1 + at) / 2, weights / 2


def _even(first: float) -> Callable[[int], Nodes]:
    return lambda steps: ((np.arange(steps) + first) / steps, np.full(steps, 1 / steps))


def _trapezoid(steps: int) -> Nodes:
    weights = np.full(steps, 1 / (steps - 1))
    weights[[0, -1]] /= 2
    return np.linspace(0, 1, steps), weights


INTEGRATION: dict[str, Callable[[int], Nodes]] = {
    "gauss-legendre": _gauss_legendre,
    "middle": _even(0.5),
    "left": _even(0),
    "right": _even(1),
    "trapezoid": _trapezoid,
}
BASELINES = ("black", "mean", "grey", "blur")


@dataclass(frozen=True)
class IntegratedGradientsParams:
    steps: int = number(50, "Steps", 2, 500, 1, "pictures on the way from the baseline")
    baseline: str = choice("black", "Baseline", BASELINES, "where the way begins; mean: the picture's own mean colour")
    integration: str = choice("gauss-legendre", "Integration", tuple(INTEGRATION))
    score: str = choice("logit", "Score", SCORES, SCORE_HELP, also=SOFTMAX)


@dataclass(eq=False, repr=False)
class PathHeatMap(HeatMap):
    """A heat map that should add up to `difference` = S(picture) − S(baseline).

    `completeness_error` is its sum minus that difference: what too few steps cost. A partial one is extrapolated from
    the steps so far.
    """

    difference: float = 0.0

    @property
    def completeness_error(self) -> float:
        return float(self.heatmap.double().sum()) - self.difference


class IntegratedGradients(Method):
    """(x − x') ⊙ ∫₀¹ dS_c/dx at x' + α(x − x') dα (Sundararajan, Taly & Yan 2017, eq. 1), x' the baseline; the heat map
    is its sum over the colour channels, signed, and adds up to S_c(x) − S_c(x') (proposition 1).

    A hidden unit keeps the position where it is strongest in the picture. Streams an estimate from the steps so far.

    >>> import deepvis_widgets as dv
    >>> net, scene = dv.load("husky-wolf"), dv.scene("wolf", "snow", seed=3)
    >>> found = dv.explain(net, scene, "integrated_gradients", target="wolf", steps=8)
    >>> abs(found.completeness_error) < 0.2 * abs(found.difference)
    True
    """

    name = "integrated_gradients"
    title = "Integrated gradients"
    Params = IntegratedGradientsParams
    long = True

    def run(
        self, network: Network, image: Tensor | None, target: Target | None, params: Any, report: Report = silent
    ) -> PathHeatMap:
        assert image is not None
        score = Score.of(network, image, target, params.score)
        ends = torch.stack([fill_picture(image, params.baseline), image])
        low, high = score.value(score.forward(ends)).cpu().double().tolist()  # MPS has no float64
        start, end = network.feed(ends)
        at, weights = nodes(params, precision(network))
        total, way = torch.zeros(end.shape, dtype=precision(network)), (end - start).to("cpu", precision(network))
        for batch in batches(params.steps, per_pass(network, grad=True)):
            share = at[batch].to(end)[:, None, None, None]
            points = network.laid(start + share * (end - start))
            total += torch.einsum("b,bchw->chw", weights[batch], score.gradient(points))
            mean = total / weights[: batch.stop].sum() if batch.stop < params.steps else total
            signal, words = way * mean, describe(network, score.target)
            result = PathHeatMap(
                self.name, words, signal.sum(0), image, True, signal, params=params, difference=high - low
            )
            report(batch.stop / params.steps, result)
        return result


def nodes(params: IntegratedGradientsParams, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    """Returns nodes and weights in the order they are visited: every fourth one first, so that any beginning spans the
    way.
    """
    at, weights = INTEGRATION[params.integration](params.steps)
    order = [index for first in (0, 2, 1, 3) for index in range(first, params.steps, 4)]
    return torch.from_numpy(at[order]).to(dtype), torch.from_numpy(weights[order]).to(dtype)
