"""The webcam of the browser."""

from __future__ import annotations

from typing import Any

import traitlets

from ..link.live_widget import STYLE, LiveWidget, built
from ..link.traits import whole_numbers


class Camera(LiveWidget):
    """Takes pictures of the webcam, cut to `size` (height, width) in the browser.

    Frames out: frame (picture uint8 (H, W, 3)), at most two of them unanswered.

    >>> camera = Camera(size=[128, 128])
    >>> camera.on_frame("frame", lambda frame: camera.ack(frame.seq))
    >>> camera.running = True
    >>> camera.close()
    """

    _esm = built("camera.js")
    _css = STYLE

    running = traitlets.Bool(False).tag(sync=True)
    frozen = traitlets.Bool(False).tag(sync=True)
    size = traitlets.List(traitlets.Int(), default_value=[224, 224], help="(height, width) of the pictures").tag(
        sync=True
    )
    crop = traitlets.Bool(True, help="the centre, instead of everything stretched").tag(sync=True)

    @traitlets.validate("size")
    def _check_size(self, proposal: Any) -> list[int]:
        size = whole_numbers(proposal["value"], 2)
        if size is None or min(size) < 1:
            raise traitlets.TraitError(f"A camera's size is (height, width), not {proposal['value']}.")
        return size
