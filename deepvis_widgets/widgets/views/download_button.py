"""A button that gives the reader's browser a file to save."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import traitlets

from ...core.errors import DeepvisError
from ..link.live_widget import STYLE, LiveWidget, built

Made = tuple[str, bytes]  # a file's name and what is in it


class DownloadButton(LiveWidget):
    """Has the browser save what `make()` returns whenever it is pressed: on a hub the kernel's folder is not the
    reader's. What cannot be made is said in a sentence beside the button.

    Frames out: ask; in: file (name, bytes), to the view that asked.

    >>> button = DownloadButton(lambda: ("all.csv", b"layer,adds"), text="Table", label="Save all terms")
    >>> button.text
    'Table'
    >>> button.close()
    """

    _esm = built("download_button.js")
    _css = STYLE

    text = traitlets.Unicode("Save", help="what the button says").tag(sync=True)

    def __init__(self, make: Callable[[], Made], **traits: Any) -> None:
        super().__init__(**traits)
        self._make = make
        self.on_frame("ask", lambda _: self.give())

    def give(self) -> None:
        """Sends the file as it is now."""
        try:
            name, content = self._make()
        except DeepvisError as error:
            self.notice = str(error)
            return
        self.notice = ""
        self.tell("file", {"name": name}, {"bytes": np.frombuffer(content, np.uint8)})
