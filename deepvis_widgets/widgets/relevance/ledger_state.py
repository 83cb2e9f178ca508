"""What the relevance ledger shows, without the widget: the rules by layer, their numbers, and the layer shown."""

from __future__ import annotations

from typing import Any

import traitlets

from ...core.network.network import Network
from ...core.params import make
from ...methods.lrp import LRPParams
from ...methods.relevance.propagate import PICTURE
from ..link.traits import Number

PARAMS = ("composite", "epsilon", "gamma", "biases")


class LedgerState(traitlets.HasTraits):
    """Holds the parameters of LRP and the layer shown; `network` is the one whose layers there are."""

    network: Network

    composite = traitlets.Unicode(LRPParams.composite, help="which rule each kind of layer gets")
    epsilon = Number(LRPParams.epsilon, help="ε of the ε rule")
    gamma = Number(LRPParams.gamma, help="γ of the γ rule")
    biases = traitlets.Unicode(LRPParams.biases, help="what becomes of the relevance that biases contributed to")
    layer = traitlets.Unicode(PICTURE, help="the layer whose relevance is shown")

    @property
    def params(self) -> dict[str, Any]:
        """Returns the parameters, as keyword arguments of dv.explain(..., "lrp")."""
        return {name: getattr(self, name) for name in PARAMS}

    @traitlets.validate(*PARAMS)
    def _check_param(self, proposal: Any) -> Any:
        make(LRPParams, {proposal["trait"].name: proposal["value"]}, "lrp")
        return proposal["value"]

    @traitlets.validate("layer")
    def _check_layer(self, proposal: Any) -> str:
        name = proposal["value"]
        return PICTURE if name == PICTURE else str(self.network.layers[name].name)
