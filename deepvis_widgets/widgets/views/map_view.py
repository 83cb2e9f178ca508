"""One scalar or RGB plane, large, with the values under the pointer."""

from __future__ import annotations

import traitlets

from ..link.live_widget import STYLE, LiveWidget, built
from ..link.traits import LimitsTrait, PositionTrait, colormap_trait
from ..page.frame_parts import plane_part
from ..page.parts import Part


class MapView(LiveWidget):
    """Shows one map, or one picture, over the picture it belongs to.

    Frames in: map (uint16 values between lo and hi), rgb, below (the picture under the map, and a mask).

    A click sets `position`. Where `linked`, all maps of the group point at the same place of the picture: the one under
    the pointer, or the position chosen on any of them; that is drawn by the browser alone.

    >>> import torch
    >>> from deepvis_widgets.widgets.link.frames import rgb_frame
    >>> view = MapView(title="a grey picture", interactive=False)
    >>> view.push("rgb", *rgb_frame(torch.full((3, 8, 8), 0.5), ["8×8"]))
    >>> view.close()
    """

    _esm = built("map_view.js")
    _css = STYLE

    title = traitlets.Unicode().tag(sync=True)
    colormap = colormap_trait("gray")
    gamma = traitlets.Float(1.0, min=0.05, max=5.0).tag(sync=True)
    boost = traitlets.Float(0.0, min=0.0, max=1.0).tag(sync=True)
    signed = traitlets.Bool(False).tag(sync=True)
    position = PositionTrait(default_value=None, allow_none=True).tag(sync=True)
    size = traitlets.Int(240, min=16, help="css px of the longest side").tag(sync=True)
    interactive = traitlets.Bool(True).tag(sync=True)
    smooth = traitlets.Bool(False).tag(sync=True)
    linked = traitlets.Bool(False, help="whether it shares its cursor with its group").tag(sync=True)
    opacity = traitlets.Float(1.0, min=0.0, max=1.0, help="of the map over the picture below").tag(sync=True)
    limits = LimitsTrait(default_value=None, allow_none=True).tag(sync=True)
    outline = traitlets.Bool(False, help="whether the mask is outlined").tag(sync=True)

    def page(self) -> Part | None:
        """What it shows."""
        return plane_part(
            self.newest("map", "rgb"),
            self.last("below"),
            title=self.title,
            colormap=self.colormap,
            signed=self.signed,
            smooth=self.smooth,
            ends=None if self.limits is None else (self.limits[0], self.limits[1]),
            opacity=self.opacity,
            group=self.group if self.linked else "",
            size=self.size,
        )
