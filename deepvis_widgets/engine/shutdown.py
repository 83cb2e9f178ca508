"""The end of the process: no thread of ours may still compute when Python takes itself apart.

A daemon thread that comes back from a pass of PyTorch at that moment is ended inside C++ code, and the process aborts.
"""

from __future__ import annotations

import concurrent.futures.process  # noqa: F401  registers its own end, which waits for its tasks: ours must come before
import os
import threading
import time
from collections.abc import Callable
from typing import Protocol
from weakref import WeakSet

PATIENCE = 10.0  # s; one operation of PyTorch cannot be interrupted, and the longest take about a second
AGAIN = 0.05  # s; then whatever has begun to compute since is interrupted, too


class Ending(Protocol):
    """A thread of ours that has to end before the process does."""

    def end(self) -> None:
        """Asks it to end, without waiting."""

    def interrupt(self) -> None:
        """Interrupts what it computes, if it computes something right now."""

    def wait(self, timeout: float | None) -> bool:
        """Waits at most `timeout` seconds; False if it still computes.

        Not by Thread.join: when Ctrl-C interrupts that, Python before 3.13 takes the thread for ended.
        """


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
    """Ends everything that was registered, and waits until it has; Ctrl-C does not end the waiting."""
    deadline = time.monotonic() + PATIENCE
    ended = False
    while not ended:
        try:
            _end(list(_running), deadline)
            ended = True
        except KeyboardInterrupt:
            pass


def _end(left: list[Ending], deadline: float) -> None:
    for each in left:
        each.end()
    while (left := [each for each in left if not each.wait(0)]) and time.monotonic() < deadline:
        for each in left:
            each.interrupt()
        left[0].wait(AGAIN)


def _register(act: Callable[[], None]) -> None:
    # atexit's own functions come after the interpreter has waited for process pools, which is too late
    threading._register_atexit(act)  # type: ignore[attr-defined]


def _forget_all() -> None:
    """In a forked process: the threads of its parent do not run here, and another may have held the lock."""
    global _running, _lock
    _running, _lock = WeakSet(), threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_all)
