"""A tray of small pictures that takes more."""

from __future__ import annotations

import traitlets

from ..link.live_widget import STYLE, LiveWidget, built
from ..page.frame_parts import pictures_part
from ..page.parts import Part

SIZE = 72  # css px of a picture


class Tray(LiveWidget):
    """Shows small pictures side by side; files are dropped on it, pasted or chosen.

    Frames in: pictures (n, h, w, 3). Frames out: file (name, bytes), show and remove (index of a picture).

    >>> import numpy as np
    >>> tray = Tray(captions=["grey"], marked=[0])
    >>> tray.push("pictures", {}, {"pictures": np.full((1, 8, 8, 3), 128, np.uint8)})
    >>> tray.close()
    """

    _esm = built("tray.js")
    _css = STYLE

    captions = traitlets.List(traitlets.Unicode()).tag(sync=True)
    marked = traitlets.List(traitlets.Int(), help="numbers of the pictures that stand out, such as wrong ones").tag(
        sync=True
    )

    def page(self) -> Part | None:
        """What it shows."""
        return pictures_part(self.last("pictures"), self.captions, "", SIZE, self.marked)
