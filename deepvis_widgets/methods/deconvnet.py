"""Deconvnet: what in the picture a unit responds to, projected down through transposed filters, switches and rectified
signals.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from torch import Tensor

from ..core.network.backward_rules import DECONVNET
from ..core.network.network import Network
from ..core.network.target import Target
from ..core.params import choice
from ..core.report import Report
from ..core.results import HeatMap
from .backward import SEEDS, attribution, heatmap
from .base import Method, silent


@dataclass(frozen=True)
class ProjectionParams:
    seed: str = choice(
        "one", "Seed", SEEDS, "what starts the way down: 1 or the activation at one position, or the whole map"
    )


class Deconvnet(Method):
    """The projection of one unit, or class score, to the input (Zeiler & Fergus 2014, sec. 2.1).

    Max pooling is undone with the switches of this picture, rectifiers keep the positive part of the signal and ignore
    the forward mask, biases play no part; smooth activations (GELU, SiLU) have no such rule and keep their gradient.
    The heat map is the mean over the colour channels, signed.

    >>> import deepvis_widgets as dv
    >>> net, scene = dv.load("husky-wolf"), dv.scene("wolf", "snow", seed=3)
    >>> dv.explain(net, scene, "deconvnet", layer="features.relu5", unit=(12, (8, 8)), seed="activation").target
    'features.relu5:12 at (8, 8)'
    """

    name = "deconvnet"
    title = "Deconvnet"
    Params = ProjectionParams

    def run(
        self, network: Network, image: Tensor | None, target: Target | None, params: Any, report: Report = silent
    ) -> HeatMap:
        assert image is not None
        signal, resolved = attribution(network, image, target, DECONVNET, seed=params.seed)
        return heatmap(network, image, self.name, resolved, signal, signal.mean(0), True, params)
