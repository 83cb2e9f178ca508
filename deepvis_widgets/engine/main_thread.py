"""From the engine's thread back to the one that made the widgets."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from threading import get_ident


class MainThread:
    """The thread that made this object, for what only that thread may change: state, menus, what observers follow.

    In a notebook the kernel's event loop runs on it, and `run` waits until that loop is free. In a script there is no
    loop: `run` then calls at once, on the caller's thread. What is called sees the caller's context variables.

    >>> MainThread().run(print, "at once")
    at once
    """

    def __init__(self) -> None:
        self._thread = get_ident()
        try:
            self._loop: asyncio.AbstractEventLoop | None = asyncio.get_running_loop()
        except RuntimeError:
            self._loop = None

    def run(self, act: Callable[..., object], *arguments: object) -> None:
        """Calls `act(*arguments)` there: at once where this is that thread, else when its loop comes to it."""
        loop = self._loop
        if loop is None or loop.is_closed() or get_ident() == self._thread:
            act(*arguments)
        else:
            loop.call_soon_threadsafe(act, *arguments)
