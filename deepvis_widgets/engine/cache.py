"""What was computed before, under a byte limit."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, TypeVar

from .sizes import size_of

T = TypeVar("T")


@dataclass(frozen=True)
class _Entry:
    value: Any
    bytes: int


class Cache:
    """Values by key; when the limit is reached, those used longest ago go first. Thread-safe.

    A value is handed out as it is, not copied: nobody may change it. A value larger than the limit is not kept.
    """

    def __init__(self, limit_bytes: int) -> None:
        if limit_bytes < 0:
            raise ValueError(f"a byte limit is 0 or more, this one is {limit_bytes}")
        self.limit_bytes = limit_bytes
        self._entries: OrderedDict[Hashable, _Entry] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    @property
    def bytes(self) -> int:
        """Bytes of everything kept, keys included; never above limit_bytes."""
        return self._bytes

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, key: Hashable) -> bool:
        return key in self._entries

    def get(self, key: Hashable, default: Any = None) -> Any:
        """Returns the value of a key, which now counts as just used; `default` if it is not there."""
        with self._lock:
            if key not in self._entries:
                return default
            self._entries.move_to_end(key)
            return self._entries[key].value

    def put(self, key: Hashable, value: object) -> None:
        """Keeps a value, in place of an older one of the same key."""
        entry = _Entry(value, size_of((key, value)))
        with self._lock:
            freed = [self._remove(key)] if key in self._entries else []
            if entry.bytes <= self.limit_bytes:
                freed += self._make_room(entry.bytes)
                self._entries[key] = entry
                self._bytes += entry.bytes
        del freed  # values are destroyed here, with the lock open again

    def get_or_make(self, key: Hashable, make: Callable[[], T]) -> T:
        """Returns the value of a key, made and kept if it is not there.

        The lock is open while it is made: two threads that ask at once may both make it. What `make` raises passes.
        """
        found = self.get(key, _MISSING)
        if found is not _MISSING:
            return found  # type: ignore[no-any-return]
        value = make()
        self.put(key, value)
        return value

    def clear(self) -> None:
        """Forgets everything."""
        with self._lock:
            freed, self._entries = self._entries, OrderedDict()
            self._bytes = 0
        del freed

    def _make_room(self, size: int) -> list[_Entry]:
        freed = []
        while self._bytes + size > self.limit_bytes:
            freed.append(self._remove(next(iter(self._entries))))
        return freed

    def _remove(self, key: Hashable) -> _Entry:
        entry = self._entries.pop(key)
        self._bytes -= entry.bytes
        return entry


_MISSING = object()
