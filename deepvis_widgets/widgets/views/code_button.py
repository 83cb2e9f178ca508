"""A button that shows the lines of code that make what is on screen, and saves it."""

from __future__ import annotations

from collections.abc import Callable

from ..link.live_widget import STYLE, LiveWidget, built


class CodeButton(LiveWidget):
    """Shows what `code()` says, and what `save()` says when it was saved, whenever the reader asks for it.

    Frames out: code, save; in: code (code, saved).

    >>> button = CodeButton(lambda: "import deepvis_widgets as dv", lambda: "Saved.")
    >>> button.answer()
    >>> button.last("code").meta["code"]
    'import deepvis_widgets as dv'
    >>> button.close()
    """

    _esm = built("code_button.js")
    _css = STYLE

    def __init__(self, code: Callable[[], str], save: Callable[[], str]) -> None:
        super().__init__(label="Code that makes what is on screen")
        self._code, self._save = code, save
        self.on_frame("code", lambda _: self.answer())
        self.on_frame("save", lambda _: self.answer(self._save()))

    def answer(self, saved: str = "") -> None:
        """Shows the lines as they are now."""
        self.push("code", {"code": self._code(), "saved": saved})
