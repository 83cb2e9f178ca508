"""The gradient of a class score or a hidden unit at the input, signed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from torch import Tensor

from ..core.network.backward_rules import PLAIN
from ..core.network.network import Network
from ..core.network.target import Target
from ..core.params import choice
from ..core.report import Report
from ..core.results import HeatMap
from .backward import SCORE_HELP, SCORES, SOFTMAX, attribution, heatmap
from .base import Method, silent


@dataclass(frozen=True)
class GradientParams:
    score: str = choice("logit", "Score", SCORES, SCORE_HELP, also=SOFTMAX)


class Gradient(Method):
    """w = dS_c/dI (Simonyan, Vedaldi & Zisserman 2013, eq. 3); the heat map is its mean over the colour channels,
    signed.

    >>> import deepvis_widgets as dv
    >>> net, scene = dv.load("husky-wolf"), dv.scene("wolf", "snow", seed=3)
    >>> found = dv.explain(net, scene, "gradient", target="wolf")
    >>> found.heatmap.shape, found.signed
    (torch.Size([128, 128]), True)
    """

    name = "gradient"
    title = "Gradient"
    Params = GradientParams

    def run(
        self, network: Network, image: Tensor | None, target: Target | None, params: Any, report: Report = silent
    ) -> HeatMap:
        assert image is not None
        signal, resolved = attribution(network, image, target, PLAIN, score=params.score)
        return heatmap(network, image, self.name, resolved, signal, signal.mean(0), True, params)
