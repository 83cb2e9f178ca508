"""Guided backprop: deconvnet's rectified signal and the gradient's forward mask, both."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from ..core.network.backward_rules import GUIDED
from ..core.network.network import Network
from ..core.network.target import Target
from ..core.report import Report
from ..core.results import HeatMap
from .backward import attribution, heatmap
from .base import Method, silent
from .deconvnet import Projection, ProjectionParams


class GuidedBackprop(Method):
    """Guided backpropagation (Springenberg, Dosovitskiy, Brox & Riedmiller 2015, sec. 3.4); the heat map is the channel
    mean, signed.

    >>> import deepvis_widgets as dv
    >>> net, scene = dv.load("husky-wolf"), dv.scene("wolf", "snow", seed=3)
    >>> dv.explain(net, scene, "guided_backprop", layer="features.relu5", unit=12).attribution.shape
    torch.Size([3, 128, 128])
    """

    name = "guided_backprop"
    title = "Guided backprop"
    Params = ProjectionParams

    def refuses(self, network: Network) -> str | None:
        return self.refuses_script(network)

    def run(
        self, network: Network, image: Tensor | None, target: Target | None, params: Any, report: Report = silent
    ) -> HeatMap:
        assert image is not None
        signal, resolved = attribution(network, image, target, GUIDED, seed=params.seed)
        found = heatmap(network, image, self.name, resolved, signal, signal.mean(0), True, params)
        return Projection(**vars(found), rectified=network.rectifies)
