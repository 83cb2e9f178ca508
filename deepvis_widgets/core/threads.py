"""How many threads torch uses."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import torch

_lock = threading.Lock()
_inside: list[int] = []  # for everyone who uses one thread now, how many there were before the first of them


@contextmanager
def one_thread() -> Iterator[None]:
    """Lets torch use one thread: sums are then taken in one order on every machine of a kind, and threads of a busy
    machine do not wait for each other.

    The number is one for the process: whoever comes while another is inside goes back to what the first one found.

    >>> with one_thread():
    ...     torch.get_num_threads()
    1
    """
    with _lock:
        before = _inside[0] if _inside else torch.get_num_threads()
        _inside.append(before)
    torch.set_num_threads(1)
    try:
        yield
    finally:
        with _lock:
            _inside.remove(before)
        torch.set_num_threads(before)
