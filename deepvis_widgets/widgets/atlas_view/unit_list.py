"""Units as small pictures one can click."""

from __future__ import annotations

from collections.abc import Callable

from ..link.frames import no_pictures
from ..link.push import push
from ..views.gallery import Gallery
from .answers import Found, UnitsAnswer
from .frames import stack


class UnitList(Gallery):
    """Units (layer, channel, value) with a picture each; a click calls `on_pick(layer, channel)`."""

    def __init__(self, group: str, on_pick: Callable[[str, int], None]) -> None:
        super().__init__(group=group, size=64, startable=False, placeholder="No units yet.")
        self.add_class("dv-atlas-units")
        self.units: Found = []
        self._on_pick = on_pick
        self.observe(self._picked, names="chosen")

    def show(self, answer: UnitsAnswer) -> None:
        """Names the units, and shows the pictures of the first; on any thread."""
        if answer.pictures is None:
            self.units = answer.units
            captions = [f"{layer}:{channel}\n{value:+.2f}" for layer, channel, value in answer.units]
            push(self, title=answer.title, notice="", captions=captions)
        else:
            self.push("pictures", arrays={"pictures": stack(answer.pictures) if answer.pictures else no_pictures()})

    def _picked(self, change: dict[str, int]) -> None:
        chosen = change["new"]
        if chosen >= 0:
            self.chosen = -1
            if chosen < len(self.units):
                layer, channel, _ = self.units[chosen]
                self._on_pick(layer, channel)
