"""The unit grid: every unit of a layer as a tile."""

from __future__ import annotations

import traitlets

from ..link.live_widget import STYLE, LiveWidget, built
from ..link.traits import PositionTrait, TileTrait, colormap_trait
from ..page.frame_parts import tiles_part
from ..page.parts import Part

FRAMES = {"activation": "tiles"}  # kinds of frames that are not called as the mode that shows them


class UnitGrid(LiveWidget):
    """Shows the units of one layer as tiles that scroll; a click or the arrow keys set `unit`.

    Frames in: tiles, stats, pictures, gradient, card. Frames out: visible (unit numbers on screen), card (the unit
    under the pointer).

    >>> grid = UnitGrid(layer="conv1", count=16, sort="max")
    >>> grid.unit = 3
    >>> grid.unit
    3
    >>> grid.close()
    """

    _esm = built("unit_grid.js")
    _css = STYLE

    layer = traitlets.Unicode().tag(sync=True)
    unit = traitlets.Int(0).tag(sync=True)
    count = traitlets.Int(0, min=0, help="number of units").tag(sync=True)
    scale = traitlets.Enum(("layer", "unit"), "layer").tag(sync=True)
    gamma = traitlets.Float(1.0, min=0.05, max=5.0).tag(sync=True)
    boost = traitlets.Float(0.0, min=0.0, max=1.0).tag(sync=True)
    sort = traitlets.Enum(("index", "max", "mean"), "index").tag(sync=True)
    tile = TileTrait(56, help="css px; 0: as large as lets all fit").tag(sync=True)
    colormap = colormap_trait("gray")
    mode = traitlets.Enum(("activation", "gradient", "pictures", "patches"), "activation").tag(sync=True)
    position = PositionTrait(default_value=None, allow_none=True).tag(sync=True)
    lit = traitlets.Bool(False, help="whether pictures are as bright as their unit is active, and 0 is dark").tag(
        sync=True
    )
    names = traitlets.List(traitlets.Unicode(), help="what the units are called; none: by their numbers").tag(sync=True)
    cards = traitlets.Bool(False, help="whether a unit under the pointer shows its card").tag(sync=True)

    def page(self) -> Part | None:
        """What it shows: the strongest of the units that were sent last."""
        frame = self.last(FRAMES.get(self.mode, self.mode))
        signed = self.mode == "gradient"
        colormap = "blue-red" if signed and "red" not in self.colormap else self.colormap
        return tiles_part(frame, self.names, colormap=colormap, signed=signed)
