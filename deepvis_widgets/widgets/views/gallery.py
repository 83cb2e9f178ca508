"""Pictures of a unit, appearing as they improve."""

from __future__ import annotations

import traitlets

from ..link.live_widget import STYLE, LiveWidget, built
from ..page.frame_parts import pictures_part
from ..page.parts import Part


class Gallery(LiveWidget):
    """Shows pictures side by side, with captions; a click sets `chosen`.

    Frames in: pictures (n, h, w, 3). Frames out: shown (it is on a page), start, stop.

    >>> import numpy as np
    >>> gallery = Gallery(captions=["grey"], startable=False)
    >>> gallery.push("pictures", {"caption": "one unit"}, {"pictures": np.full((1, 8, 8, 3), 128, np.uint8)})
    >>> gallery.close()
    """

    _esm = built("gallery.js")
    _css = STYLE

    title = traitlets.Unicode().tag(sync=True)
    running = traitlets.Bool(False).tag(sync=True)
    progress = traitlets.Float(0.0, min=0.0, max=1.0).tag(sync=True)
    captions = traitlets.List(traitlets.Unicode()).tag(sync=True)
    marked = traitlets.List(traitlets.Int(), help="numbers of the pictures that stand out, such as wrong ones").tag(
        sync=True
    )
    size = traitlets.Int(110, min=16, help="css px per picture").tag(sync=True)
    fluid = traitlets.Bool(False, help="pictures share the width, `size` is the least of each").tag(sync=True)
    actual_size = traitlets.Bool(False, help="pictures at their own size times meta.scale").tag(sync=True)
    chosen = traitlets.Int(-1, help="number of the chosen picture, -1 for none").tag(sync=True)
    placeholder = traitlets.Unicode("No pictures yet.").tag(sync=True)
    startable = traitlets.Bool(True, help="whether there is a button to start and stop").tag(sync=True)

    def page(self) -> Part | None:
        """What it shows."""
        frame, size = self.last("pictures"), self.size
        if frame is not None and self.actual_size and frame.arrays["pictures"].size:
            size = round(max(frame.arrays["pictures"].shape[1:3]) * float(frame.meta.get("scale", 1.0)))
        return pictures_part(frame, self.captions, self.title, size, self.marked)
