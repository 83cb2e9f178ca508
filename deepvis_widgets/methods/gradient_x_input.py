"""Gradient × input: what each pixel adds to a score, were the network linear."""

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


class GradientXInput(Method):
    """R = x ⊙ dS_c/dx, x the normalised input (Shrikumar et al. 2016, sec. 3; Ancona et al. 2018, eq. 2); the heat map
    is its sum over the colour channels, signed. For a piecewise linear network without biases ΣR = S_c.

    >>> import deepvis_widgets as dv
    >>> net, scene = dv.load("husky-wolf"), dv.scene("wolf", "snow", seed=3)
    >>> found = dv.explain(net, scene, "gradient_x_input", target="wolf")
    >>> found.attribution.sum(0).equal(found.heatmap)
    True
    """

    name = "gradient_x_input"
    title = "Gradient × input"
    Params = GradientParams

    def run(
        self, network: Network, image: Tensor | None, target: Target | None, params: Any, report: Report = silent
    ) -> HeatMap:
        assert image is not None
        gradient, resolved = attribution(network, image, target, PLAIN, score=params.score)
        signal = gradient * network.feed(image[None])[0].cpu()
        return heatmap(network, image, self.name, resolved, signal, signal.sum(0), True, params)
