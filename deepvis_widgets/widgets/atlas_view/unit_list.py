"""Units as small pictures one can click."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..link.frames import no_pictures
from ..link.push import push
from ..views.gallery import Gallery
from .answers import Found, UnitsAnswer
from .frames import stack


class PickGallery(Gallery):
    """A gallery that calls `pick(index)` of a subclass at every click, also at one on the same picture again."""

    def __init__(self, **traits: Any) -> None:
        super().__init__(startable=False, **traits)
        self.observe(self._picked, names="chosen")

    def pick(self, index: int) -> None:
        """Does what a click on a picture is for."""
        raise NotImplementedError

    def _picked(self, change: dict[str, int]) -> None:
        if change["new"] >= 0:
            self.chosen = -1
            self.pick(change["new"])


class UnitList(PickGallery):
    """Units (layer, channel, value) with a picture each; a click calls `on_pick(layer, channel)`."""

    def __init__(self, group: str, on_pick: Callable[[str, int], None]) -> None:
        super().__init__(group=group, size=64, placeholder="No units yet.")
        self.add_class("dv-atlas-units")
        self.units: Found = []
        self._on_pick = on_pick

    def show(self, answer: UnitsAnswer) -> None:
        """Names the units, and shows the pictures of the first; on any thread."""
        if answer.pictures is None:
            self.units = answer.units
            captions = [f"{layer}:{channel}\n{value:+.2f}" for layer, channel, value in answer.units]
            push(self, title=answer.title, notice="", captions=captions)
        else:
            self.push("pictures", arrays={"pictures": stack(answer.pictures) if answer.pictures else no_pictures()})

    def pick(self, index: int) -> None:
        """Tells which of the units was clicked."""
        if index < len(self.units):
            self._on_pick(*self.units[index][:2])
