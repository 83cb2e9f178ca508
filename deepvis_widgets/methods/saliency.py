"""Saliency: how much each pixel matters to a score, whichever its sign."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from ..core.network.backward_rules import PLAIN
from ..core.network.network import Network
from ..core.network.target import Target
from ..core.report import Report
from ..core.results import HeatMap
from .backward import attribution, heatmap
from .base import Method, silent
from .gradient import GradientParams


class Saliency(Method):
    """M(i, j) = max over channels of |dS_c/dI(i, j, channel)| (Simonyan, Vedaldi & Zisserman 2013, sec. 3.1); never
    negative.

    >>> import deepvis_widgets as dv
    >>> net, scene = dv.load("husky-wolf"), dv.scene("wolf", "snow", seed=3)
    >>> dv.explain(net, scene, "saliency", target="wolf").heatmap.min() >= 0
    tensor(True)
    """

    name = "saliency"
    title = "Saliency"
    Params = GradientParams

    def run(
        self, network: Network, image: Tensor | None, target: Target | None, params: Any, report: Report = silent
    ) -> HeatMap:
        assert image is not None
        signal, resolved = attribution(network, image, target, PLAIN, score=params.score)
        return heatmap(network, image, self.name, resolved, signal, signal.abs().amax(0), False, params)
