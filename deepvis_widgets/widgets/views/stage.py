"""The picture stage: the picture as the network sees it, an occluder, an overlay and marked boxes."""

from __future__ import annotations

from typing import Any

import traitlets

from ..link.live_widget import STYLE, LiveWidget, built
from ..link.traits import BoxTrait, colormap_trait, whole_numbers
from ..page.frame_parts import stage_part
from ..page.parts import Part

MARKS = ("field", "localization", "selected")


class Stage(LiveWidget):
    """Shows a picture with an occluder that is dragged, a heat map on it, and marked boxes (top, left, height, width).

    Frames in: picture, overlay. Frames out: occluder (box in picture pixels, final), file (bytes).

    >>> import numpy as np
    >>> picture = np.full((64, 64, 3), 128, np.uint8)
    >>> stage = Stage(zoom=256, occluder=(8, 8, 16, 16), boxes=[{"box": (0, 0, 32, 32), "kind": "field"}])
    >>> stage.push("picture", arrays={"picture": picture, "fill": picture})
    >>> stage.occluder
    [8, 8, 16, 16]
    >>> stage.close()
    """

    _esm = built("stage.js")
    _css = STYLE

    occluder = BoxTrait(default_value=None, allow_none=True).tag(sync=True)
    fill = traitlets.Enum(("grey", "mean", "black", "noise", "blur"), "grey").tag(sync=True)
    overlay = traitlets.Bool(True).tag(sync=True)
    opacity = traitlets.Float(0.6, min=0.0, max=1.0).tag(sync=True)
    colormap = colormap_trait("inferno")
    boxes = traitlets.List(traitlets.Dict(), help="each {box: [t, l, h, w], kind, label}").tag(sync=True)
    zoom = traitlets.Int(384, min=16, help="css px of the longest side").tag(sync=True)
    draw_occluder = traitlets.Bool(True, help="a drag on an empty place draws a new rectangle").tag(sync=True)
    box_says = traitlets.Unicode("covered", help="what the rectangle means, before its size and place").tag(sync=True)
    fields = traitlets.Bool(True, help="whether boxes of the kind field are drawn").tag(sync=True)

    @traitlets.validate("boxes")
    def _check_boxes(self, proposal: Any) -> list[dict[str, Any]]:
        return [_mark(mark) for mark in proposal["value"]]

    def page(self) -> Part | None:
        """What it shows."""
        overlay = self.last("overlay") if self.overlay else None
        marked = [tuple(mark["box"]) for mark in self.boxes if self.fields or mark["kind"] != "field"]
        look = {"colormap": self.colormap, "opacity": self.opacity, "size": self.zoom}
        return stage_part(self.last("picture"), overlay, self.occluder, marked, **look)


def _mark(mark: dict[str, Any]) -> dict[str, Any]:
    box = whole_numbers(mark.get("box"), 4)
    kind = mark.get("kind", "selected")
    if box is None or kind not in MARKS:
        raise traitlets.TraitError(
            f"A marked box needs box (top, left, height, width) and a kind among {', '.join(MARKS)}, not {mark}."
        )
    return {"box": box, "kind": kind, "label": str(mark.get("label", ""))}
