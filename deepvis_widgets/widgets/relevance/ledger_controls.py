"""The controls of the relevance ledger: the class explained, the layer shown, the rules."""

from __future__ import annotations

import ipywidgets
import traitlets

from ...core.params import specs
from ...methods.lrp import LRPParams
from ...methods.relevance.propagate import PICTURE
from ..kit.layout import classed, dropdown
from ..kit.param_controls import Controls
from .ledger_state import LedgerState

TOP = "top class"
NARROW = {"description_width": "60px"}


class LedgerControls(ipywidgets.Box):
    """Shows menus of classes (-1: the top one) and layers, and the parameters of LRP, which follow the state."""

    def __init__(self, state: LedgerState) -> None:
        network = state.network
        labels = [(TOP, -1), *((label, index) for index, label in enumerate(network.labels))]
        self.classes = dropdown("Class", labels, "the class whose score is handed back", value=-1, style=NARROW)
        layers = [(PICTURE, PICTURE), *((layer.name, layer.name) for layer in network.layers.own)]
        self.layers = dropdown("Layer", layers, "the layer shown; a click on a bar chooses it", style=NARROW)
        self.params = Controls(specs(LRPParams), lambda: None)
        super().__init__([self.classes, self.layers, self.params])
        classed(self, "dv-relevance-tools")
        for name, control in self.params.by_name.items():
            control.style.description_width = NARROW["description_width"]
            traitlets.link((state, name), (control, "value"))
        traitlets.link((state, "layer"), (self.layers, "value"))
