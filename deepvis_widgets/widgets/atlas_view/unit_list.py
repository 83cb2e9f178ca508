"""Units as small pictures one can click."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from torch import Tensor

from ..views.gallery import Gallery
from .frames import stack

Found = list[tuple[str, int, float]]


class UnitList(Gallery):
    """Units (layer, channel, value) with a picture each; a click calls `on_pick(layer, channel)`."""

    def __init__(self, group: str, on_pick: Callable[[str, int], None]) -> None:
        super().__init__(group=group, size=64, startable=False, placeholder="No units yet.")
        self.add_class("dv-atlas-units")
        self.units: Found = []
        self._on_pick = on_pick
        self.observe(self._picked, names="chosen")

    def expect(self, title: str, units: Found) -> None:
        """Name the units whose pictures come next."""
        self.units, self.title, self.notice = units, title, ""
        self.captions = [f"{layer}:{channel}\n{value:+.2f}" for layer, channel, value in units]

    def show(self, pictures: Sequence[Tensor]) -> None:
        """Show the pictures of the first units."""
        self.push("pictures", arrays={"pictures": stack(pictures) if pictures else np.zeros((0, 1, 1, 3), np.uint8)})

    def _picked(self, change: dict[str, int]) -> None:
        chosen = change["new"]
        if chosen >= 0:
            self.chosen = -1
            if chosen < len(self.units):
                layer, channel, _ = self.units[chosen]
                self._on_pick(layer, channel)
