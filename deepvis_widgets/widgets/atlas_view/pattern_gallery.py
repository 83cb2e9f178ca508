"""What a unit of an atlas wants to see."""

from __future__ import annotations

from functools import partial
from typing import Any

from ...atlas import Atlas
from ...core.results import Pictures
from ...engine.engine import Engine
from ...methods import explain
from ..link import frames
from ..views.gallery import Gallery
from .frames import stack

SLOT = "atlas-wanted"
PICTURES, STEPS = 4, 128
NONE = "This atlas has no synthesized pictures of this unit. Start draws some, which takes seconds to a minute."


class AtlasWanted(Gallery):
    """The synthesized pictures of a unit that the atlas has; where it has none, a button that draws some."""

    def __init__(self, atlas: Atlas, engine: Engine, group: str) -> None:
        super().__init__(group=group, title="What it wants to see", size=104, placeholder=NONE)
        self._atlas, self._engine = atlas, engine
        self._unit = ("", 0)
        self.on_frame("start", lambda _: self.draw())
        self.on_frame("stop", lambda _: self.stop())

    def expect(self, layer: str, channel: int) -> None:
        """Show what is stored of a unit, or that nothing is."""
        self.stop()
        self._unit, self.notice = (layer, channel), ""
        stored = self._atlas.patterns(layer, channel)
        self.startable = not stored
        pictures = stack(stored) if stored else frames.no_pictures()
        self.push("pictures", {"caption": f"{layer}:{channel}" if stored else ""}, {"pictures": pictures})

    def draw(self) -> None:
        """Draw the unit now; pictures appear as they improve."""
        layer, channel = self._unit
        self.running, self.progress, self.notice = True, 0.0, ""
        chosen: dict[str, Any] = {"layer": layer, "unit": channel, "pictures": PICTURES, "steps": STEPS}
        self._engine.submit(
            SLOT,
            lambda report: explain(self._atlas.network, None, "activation_maximization", report=report, **chosen),
            long=True,
            on_partial=partial(self._improve, self._unit),
            on_result=lambda made: self._improve((layer, channel), 1.0, made),
            on_error=lambda sentence, _: self._end(sentence),
            on_cancelled=self._end,
            doing="drawing this unit",
        )

    def stop(self) -> None:
        """Stop drawing; the pictures as they are stay."""
        self._engine.cancel(SLOT)

    def _improve(self, unit: tuple[str, int], fraction: float, made: Any) -> None:
        if unit != self._unit:
            return
        self.progress = fraction
        if isinstance(made, Pictures):
            self.push("pictures", *frames.pictures_frame(made))
        if fraction == 1.0:
            self.running = False

    def _end(self, sentence: str = "") -> None:
        self.running, self.notice = False, sentence
