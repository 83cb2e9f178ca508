"""Where one is in an atlas."""

from __future__ import annotations

from typing import Any

import traitlets

from ...atlas import Atlas
from .address import parse


class AtlasState(traitlets.HasTraits):
    """The address in `atlas`, checked before it is taken: DeepvisError where there is no such place, and the old one
    stays.
    """

    address = traitlets.Unicode(help='a layer, or a unit as in "features.relu5:12"')

    def __init__(self, atlas: Atlas, address: str | None = None) -> None:
        self.atlas = atlas
        self.address = address or atlas.layers[0]
        super().__init__()

    @traitlets.validate("address")
    def _check_address(self, proposal: Any) -> str:
        layer, channel = parse(proposal["value"], self.atlas)
        return layer if channel is None else f"{layer}:{channel}"

    @property
    def place(self) -> tuple[str, int | None]:
        """(layer, channel or None) of the address."""
        return parse(self.address, self.atlas)

    def go(self, layer: str, channel: int) -> None:
        """Opens the page of a unit."""
        self.address = f"{layer}:{channel}"

    def go_to_layer(self) -> None:
        """Opens the sheet that the unit is on."""
        layer, channel = self.place
        found = self.atlas.stand_in(layer, channel or 0)
        self.address = layer if found is None else found[0]

    def step(self, by: int) -> None:
        """Opens the page of the unit `by` numbers further in its layer, round and round."""
        layer, channel = self.place
        self.go(layer, ((channel or 0) + by) % self.atlas.network.layers[layer].channels)
