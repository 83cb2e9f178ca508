"""Layer-wise relevance propagation: the answer handed back, layer by layer, to the pixels that made it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

import torch
from torch import Tensor

from ..core.errors import DeepvisError
from ..core.network.network import Network
from ..core.network.target import Target
from ..core.params import choice, number
from ..core.report import Report
from ..core.results import HeatMap
from .backward import describe
from .base import Method, silent
from .relevance.biases import BIASES, KEPT
from .relevance.composites import COMPOSITES, composite
from .relevance.ledger import Ledger
from .relevance.propagate import Relevances, propagate, rules


@dataclass(frozen=True)
class LRPParams:
    composite: str = choice("epsilon_plus", "Rules", COMPOSITES, "which rule each kind of layer gets")
    epsilon: float = number(1e-6, "ε", 0, 10, 1e-6, "what keeps the denominators of the ε rule from zero")
    gamma: float = number(0.25, "γ", 0, 10, 0.05, "how much more what speaks for an output counts (epsilon_gamma_box)")
    biases: str = choice(KEPT, "Biases", BIASES, "what becomes of the relevance that they contributed to")


@dataclass(eq=False, repr=False)
class RelevanceMap(HeatMap):
    """Relevance of the picture as the network is fed it: `attribution` (C, H, W), and `heatmap`, its sum over channels.

    `value` is the logit or activation that was handed back. `ledger` says where it is at every layer, what biases and ε
    took, and what biases shared; `relevances[layer]` is the relevance of a layer's output, computed when it is asked
    for.
    """

    value: float = 0.0
    ledger: Ledger = field(default_factory=lambda: Ledger(0.0, ()))
    relevances: Mapping[str, Tensor] = field(default_factory=dict)


class LRP(Method):
    """Layer-wise relevance propagation (Bach et al. 2015) with the composites of Montavon et al. 2019.

    Σ relevance = the logit, up to what biases and ε take, which the ledger says. In deep networks, whose norms leave
    large biases, that is nearly all: `biases` are "kept" with their share, "left out" of every division (zennit's
    zero_params="bias"), or their share is "shared" among their inputs alike (Arras et al. 2017).

    Batch-norm is merged into the convolution before it, and is an affine layer under the ε rule where there is none.
    Sums, concatenations and average pooling share in proportion; activations pass relevance on.

    >>> import deepvis_widgets as dv
    >>> net, scene = dv.load("husky-wolf"), dv.scene("wolf", "snow", seed=3)
    >>> found = dv.explain(net, scene, "lrp", target="wolf", composite="epsilon_plus")
    >>> max(found.ledger.missing()) < 1e-3  # the logit = relevance + what biases and ε took
    True
    >>> found.relevances["features.relu5"].shape
    torch.Size([96, 16, 16])
    """

    name = "lrp"
    title = "LRP"
    Params = LRPParams
    surveys = True

    def __init__(self) -> None:
        self._refusals: WeakKeyDictionary[Network, str | None] = WeakKeyDictionary()

    def refuses(self, network: Network) -> str | None:
        """Returns one sentence that names the operation there is no rule for; found by one pass, once for each
        network.
        """
        if network not in self._refusals:
            self._refusals[network] = self.refuses_script(network) or _survey(network)
        return self._refusals[network]

    def run(
        self, network: Network, image: Tensor | None, target: Target | None, params: Any, report: Report = silent
    ) -> RelevanceMap:
        assert image is not None
        chosen = composite(params.composite, params.epsilon, params.gamma, params.biases)
        way = propagate(network, image, target, chosen)
        return RelevanceMap(
            self.name,
            describe(network, way.target),
            way.picture.sum(0),
            image,
            True,
            attribution=way.picture,
            params=params,
            value=way.value,
            ledger=way.ledger,
            relevances=Relevances(network, image, way.target, chosen, way.ledger),
        )


def _survey(network: Network) -> str | None:
    grey = torch.full((1, network.bands, *network.size), 0.5)
    try:
        with torch.inference_mode(False):
            network.run(network.feed(grey), grad=True, rules=rules(network, composite("epsilon", 1e-6, 0.0)))
    except DeepvisError as refusal:
        return str(refusal)
    return None
