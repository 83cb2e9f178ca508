"""What a unit of an atlas wants to see."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from ...atlas import Atlas
from ...core.results import Pictures
from ..link import frames
from ..link.push import push
from ..views.gallery import Gallery
from .frames import stack
from .pattern_session import PatternSession

NONE = "This atlas has no synthesized pictures of this unit. Start draws some, which takes seconds to a minute."


class AtlasWanted(Gallery):
    """The synthesized pictures of a unit that the atlas has; where it has none, a button that draws some."""

    def __init__(self, atlas: Atlas, session: PatternSession, group: str) -> None:
        super().__init__(group=group, title="What it wants to see", size=104, placeholder=NONE)
        self._atlas, self._session = atlas, session
        self._unit = ("", 0)
        self._made: Sequence[Tensor] = ()  # of that unit
        self.on_frame("start", lambda _: self.draw())
        self.on_frame("stop", lambda _: session.stop())

    def expect(self, layer: str, channel: int) -> None:
        """Shows what is stored of a unit, or that nothing is."""
        self._session.stop()
        self._unit, self._made = (layer, channel), ()
        stored = self._atlas.patterns(layer, channel)
        push(self, notice="", startable=not stored)
        pictures = stack(stored) if stored else frames.no_pictures()
        self.push("pictures", {"caption": f"{layer}:{channel}" if stored else ""}, {"pictures": pictures})

    def known(self, layer: str, channel: int) -> Sequence[Tensor]:
        """The pictures (3, h, w) of any unit that the atlas has, or else of this one those that were drawn."""
        drawn = self._made if (layer, channel) == self._unit else ()
        return self._atlas.patterns(layer, channel) or drawn

    def draw(self) -> None:
        """Draws the unit now; pictures appear as they improve."""
        push(self, running=True, progress=0.0, notice="")
        self._session.draw(self._unit, self.improve, self.end)

    def improve(self, unit: tuple[str, int], fraction: float, made: Pictures | None) -> None:
        """Shows pictures of a unit as they are, unless it is another one's turn; on any thread."""
        if unit == self._unit:
            push(self, progress=fraction)
            if made is not None:
                self._made = list(made.crops)
                self.push("pictures", *frames.pictures_frame(made))
            if fraction == 1.0:
                push(self, running=False)

    def end(self, sentence: str = "") -> None:
        """Shows that nothing is drawn any more, and why; on any thread."""
        push(self, running=False, notice=sentence)
