"""The webcam of the computer that shows the page."""

from __future__ import annotations

import traitlets

from ..link.live_widget import STYLE, LiveWidget, built


class Camera(LiveWidget):
    """A button that starts the camera and one that holds its last picture. Frames out: frame (picture (h, w, 3)), the
    next of which comes when one before it was acknowledged.

    >>> camera = Camera(size=[128, 128])
    >>> camera.on_frame("frame", lambda frame: camera.ack(frame.seq))
    >>> camera.running
    False
    >>> camera.close()
    """

    _esm = built("camera.js")
    _css = STYLE

    running = traitlets.Bool(False).tag(sync=True)
    frozen = traitlets.Bool(False, help="whether the last picture is held").tag(sync=True)
    size = traitlets.List(traitlets.Int(), [224, 224], help="(height, width) of the pictures sent").tag(sync=True)
    crop = traitlets.Bool(True, help="whether they are cut to their shape; else all is seen, distorted").tag(sync=True)
