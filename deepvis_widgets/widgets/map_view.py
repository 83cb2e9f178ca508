"""One scalar or RGB plane, large, with the values under the pointer."""

from __future__ import annotations

import traitlets

from .base import STATIC, STYLE, LiveWidget, PositionTrait, colormap_trait


class MapView(LiveWidget):
    """Frames in: map (uint16 values between lo and hi), rgb. A click sets `position`."""

    _esm = STATIC / "map_view.js"
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
