"""Deconvnet: what in the picture a unit responds to, projected down through transposed filters, switches and rectified
signals.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn

from ..core.network.backward_rules import DECONVNET
from ..core.network.network import Network
from ..core.network.target import Target
from ..core.params import choice
from ..core.report import Report
from ..core.results import HeatMap
from .backward import SEEDS, attribution, heatmap
from .base import Method, silent

PLAIN = "the plain gradient: no max(x, 0) was seen in this network"
CHECKERS = "the checkerboard comes from strided depthwise layers, whose kernels overlap unevenly on the way down"


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

    A strided convolution sends its signal down with gaps: its kernel covers some pixels more often than others, a
    checkerboard (Odena et al. 2016). A convolution over all channels mixes it away in part; a depthwise one, as in
    EfficientNet, has one kernel per channel and leaves it in. The result's note says so.

    >>> import deepvis_widgets as dv
    >>> net, scene = dv.load("husky-wolf"), dv.scene("wolf", "snow", seed=3)
    >>> dv.explain(net, scene, "deconvnet", layer="features.relu5", unit=(12, (8, 8)), seed="activation").target
    'features.relu5:12 at (8, 8)'
    """

    name = "deconvnet"
    title = "Deconvnet"
    Params = ProjectionParams

    def refuses(self, network: Network) -> str | None:
        return self.refuses_script(network)

    def run(
        self, network: Network, image: Tensor | None, target: Target | None, params: Any, report: Report = silent
    ) -> HeatMap:
        assert image is not None
        signal, resolved = attribution(network, image, target, DECONVNET, seed=params.seed)
        found = heatmap(network, image, self.name, resolved, signal, signal.mean(0), True, params)
        return Projection(**vars(found), checkered=checkers(network, resolved.layer), rectified=network.rectifies)


@dataclass(eq=False, repr=False)
class Projection(HeatMap):
    """A deconvnet projection; `checkered` says whether strided depthwise layers on the way down lay a checkerboard on
    it, `rectified` whether the network has rectifiers, which alone make it another map than the gradient.
    """

    checkered: bool = False
    rectified: bool = True

    @property
    def note(self) -> str:
        return CHECKERS if self.checkered else super().note if self.rectified else PLAIN


def checkers(network: Network, layer: str | None) -> bool:
    """Returns whether a strided depthwise convolution lies on the way from a layer (None: the scores) to the picture
    whose stride does not divide its kernel: it covers some pixels more often than others.
    """
    names = network.layers.names
    below = names if layer is None else names[: names.index(layer) + 1]
    modules = dict(network.module.named_modules())
    return any(_uneven(modules[name]) for name in below if name in modules)


def _uneven(module: nn.Module) -> bool:
    if not isinstance(module, nn.Conv2d) or module.groups == 1 or module.groups != module.in_channels:
        return False
    return any(side % step for side, step in zip(module.kernel_size, module.stride, strict=True))
