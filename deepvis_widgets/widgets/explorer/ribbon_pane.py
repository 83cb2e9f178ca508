"""The ribbon: every block of the network with its strongest units, and what they give to the selected one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from ...core.network.network import Network
from ..link.frames import quantise
from ..link.port import Port
from .answers import RIBBON, SIDE, Inputs, Strongest, Subscribe
from .blocks import Block


class RibbonPane:
    """Shows the blocks of a network; `names` gives layers prettier titles."""

    def __init__(self, network: Network, blocks: Sequence[Block], names: dict[str, str], port: Port) -> None:
        self.port = port
        port.put(
            blocks=[_column(block, names) for block in blocks],
            layers=[_row(layer, names) for layer in network.layers],
        )

    @property
    def titles(self) -> dict[str, str]:
        """What layers are called here, by their names."""
        return {row["name"]: row["title"] for row in self.port.values["layers"]}

    def follow(self, subscribe: Subscribe) -> None:
        """Shows answers from now on."""
        subscribe(Strongest, self._show)
        subscribe(Inputs, lambda found: self.port.put(inputs={"layer": found.layer, "shares": list(found.shares)}))

    def _show(self, found: Strongest) -> None:
        """Sends RIBBON tiles for each block, each block between 0 and its maximum; those that lack are unit -1."""
        units = np.full((len(found.units), RIBBON), -1, np.int32)
        values = np.zeros((len(found.units), RIBBON, SIDE, SIDE), np.uint8)
        for place, (numbers, maps) in enumerate(zip(found.units, found.maps, strict=True)):
            units[place, : len(numbers)] = numbers.numpy()
            values[place, : len(maps)] = quantise(maps, torch.zeros(()), maps.max(), 255)
        self.port.push("tiles", {}, {"units": units, "values": values}, found.seq)


def _column(block: Block, names: dict[str, str]) -> dict[str, Any]:
    title = names.get(block.shown, block.title)
    return {"title": title, "layers": list(block.layers), "shown": block.shown, "of": block.of}


def _row(layer: Any, names: dict[str, str]) -> dict[str, Any]:
    return {
        "name": layer.name,
        "kind": layer.kind,
        "shape": list(layer.shape),
        "field": str(layer.field),
        "title": names.get(layer.name, layer.name),
        "units": list(layer.names),
    }
