"""The end of the process: no thread of ours may still compute when Python takes itself apart.

A daemon thread that comes back from a pass of PyTorch at that moment is ended inside C++ code, and the process aborts.
"""

from __future__ import annotations

import concurrent.futures.process  # noqa: F401  registers its own end, which waits for its tasks: ours must come before
import ctypes
import threading
import time
from collections.abc import Callable
from typing import Protocol
from weakref import WeakSet

PATIENCE = 10.0  # s; one operation of PyTorch cannot be interrupted, and the longest take about a second
AGAIN = 0.05  # s between two interruptions


class Interrupted(BaseException):
    """Ends a thread that is computing; no Exception, so that a network's own `except` lets it through."""


class Ending(Protocol):
    """What has to end before the process does."""

    def end(self) -> threading.Thread | None:
        """Asks it to end, without waiting; returns its thread."""


_running: WeakSet[Ending] = WeakSet()
_lock = threading.Lock()
_registered = False


def end_with_process(what: Ending) -> None:
    """Ends `what` before Python does, however the process ends: a script's last line, or a kernel's shutdown.

    >>> from deepvis_widgets.engine import Worker
    >>> worker = Worker()  # asks for this itself
    >>> worker.close()
    True
    """
    global _registered
    with _lock:
        if not _registered:
            _register(end_all)
            _registered = True
        _running.add(what)


def end_all() -> None:
    """Ends everything that was registered, and waits until it has."""
    threads = [thread for each in list(_running) if (thread := each.end()) is not None]
    deadline = time.monotonic() + PATIENCE
    while (alive := [thread for thread in threads if thread.is_alive()]) and time.monotonic() < deadline:
        alive[0].join(AGAIN)
        for thread in alive:
            interrupt(thread)


def interrupt(thread: threading.Thread) -> None:
    """Raises Interrupted in a thread as soon as it is back from the operation it is in."""
    if thread.ident is not None and thread.is_alive():
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(Interrupted))


def _register(act: Callable[[], None]) -> None:
    # atexit's own functions come after the interpreter has waited for process pools, which is too late
    threading._register_atexit(act)  # type: ignore[attr-defined]
