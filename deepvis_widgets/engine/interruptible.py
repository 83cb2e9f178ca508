"""Work that another thread may interrupt between two steps of Python, so that the process can end."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Interrupted(BaseException):
    """Ends a thread that is computing; no Exception, so that a network's own `except` lets it through."""


class Interruptible:
    """One piece of work. Interrupted is raised inside `run`, outside `paused`, and at most once.

    At most once, because a second one could come where the first is being handled, and would leave the thread there.

    >>> Interruptible().run(max, 1, 2)
    2
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._thread: int | None = None  # the thread that works, while it may be interrupted
        self._interrupted = False

    def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Returns what `work` returns; raises Interrupted where `interrupt` was called meanwhile.

        Once this has returned or raised, nothing is raised any more.
        """
        try:
            self._open()
            return work(*args, **kwargs)
        finally:
            self._close()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Nothing is raised in here, so that a lock is given back and a message is sent whole; on the working thread
        only."""
        pausing = self._thread == threading.get_ident()
        if pausing:
            self._close()
        try:
            yield
        finally:
            if pausing:
                self._open()

    def interrupt(self) -> None:
        """Raises Interrupted in the working thread as soon as it is back from the operation it is in.

        For one thread only: the one that ends the process.
        """
        if self._interrupted:  # without the lock, which may be lost where Interrupted was raised
            return
        with self._lock:
            if self._thread is not None:
                self._interrupted = True
                _raise_in(self._thread, Interrupted)

    def _open(self) -> None:
        with self._lock:
            self._thread = threading.get_ident()

    def _close(self) -> None:
        with self._lock:  # an Interrupted that is on its way comes, at the latest, when this is given back
            self._thread = None


def _raise_in(thread: int, error: type[BaseException]) -> None:
    """Makes a thread raise an exception at its next step of Python."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(error))
