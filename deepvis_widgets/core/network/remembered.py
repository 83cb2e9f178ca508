"""The last recorded passes of a network."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Any

from torch import Tensor

from .recording import Recording


class Recordings:
    """The last few recordings of one network; `limit` 0 (the default) keeps none. Any thread may use it. What methods
    keep `beside` them of the network, by names of their own, goes when they are cleared.

    >>> import torch
    >>> kept = Recordings(limit=1)
    >>> for key in ("first", "second"):
    ...     kept.put(key, Recording(torch.zeros(1, 3, 8, 8), {}))
    >>> kept.get("first") is None, len(kept)
    (True, 1)
    """

    def __init__(self, limit: int = 0) -> None:
        self.limit = limit
        self._kept: OrderedDict[Any, Recording] = OrderedDict()
        self._lock = threading.Lock()
        self.beside: dict[str, object] = {}

    def get(self, key: Any) -> Recording | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def like(self, key: tuple[Any, ...]) -> Recording | None:
        """Returns the newest recording whose key ends as this one does, whatever it begins with."""
        with self._lock:
            return next((self._kept[kept] for kept in reversed(self._kept) if kept[1:] == key[1:]), None)

    def put(self, key: Any, recording: Recording) -> None:
        with self._lock:
            self._kept[key] = recording
            while len(self._kept) > self.limit:
                self._kept.popitem(last=False)

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()
            self.beside.clear()

    def __len__(self) -> int:
        return len(self._kept)


def view_key(view: Tensor) -> tuple[Any, ...]:
    """A key of what a view shows: its bytes, so that an equal picture finds its recording.

    >>> import torch
    >>> view_key(torch.zeros(3, 8, 8)) == view_key(torch.zeros(3, 8, 8))
    True
    """
    return tuple(view.shape), hash(view.detach().cpu().contiguous().numpy().tobytes())
