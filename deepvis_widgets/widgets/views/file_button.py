"""A button that brings a picture from the reader's computer."""

from __future__ import annotations

from ..link.live_widget import STYLE, LiveWidget, built


class FileButton(LiveWidget):
    """Opens the browser's choice of files. Frames out: file (name, bytes).

    >>> button = FileButton(label="Open a picture of yours")
    >>> button.on_frame("file", lambda frame: print(frame.meta["name"]))
    >>> button.close()
    """

    _esm = built("file_button.js")
    _css = STYLE
