"""Memory that is free again goes back to the machine, where the C library would keep it.

glibc keeps what each thread has freed for that thread: after a large network that is 100 to 200 MB that nobody uses.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from functools import lru_cache


def give_back() -> None:
    """Gives freed memory back to the machine; elsewhere than on Linux with glibc this does nothing.

    It takes some milliseconds, so it is for the end of a piece of work, not for its steps.

    >>> give_back()
    """
    trim = _trim()
    if trim is not None:
        trim(0)


@lru_cache(maxsize=1)
def _trim() -> Callable[[int], int] | None:
    """malloc_trim; other C libraries have none."""
    if not sys.platform.startswith("linux"):
        return None
    return getattr(ctypes.CDLL(None), "malloc_trim", None)
