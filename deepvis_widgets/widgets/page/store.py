"""Named bytes inside a page: each once, packed, as text that any editor and mail program leaves alone."""

from __future__ import annotations

import base64
import gzip
import hashlib
from collections.abc import Iterator


class Store:
    """Keeps bytes under names; the same bytes have the same name.

    >>> store = Store()
    >>> store.add(b"one") == store.add(b"one") != store.add(b"two")
    True
    >>> unpacked(dict(store.packed())[store.add(b"two")])
    b'two'
    """

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}
        self._names: dict[bytes, str] = {}

    def add(self, data: bytes) -> str:
        """Keeps bytes; returns their name."""
        name = self._names.setdefault(hashlib.sha256(data).digest(), f"b{len(self._names)}")
        self._kept[name] = data
        return name

    def packed(self) -> Iterator[tuple[str, str]]:
        """Gives the names and the packed bytes; js/src/handout/store.ts unpacks them when they are needed."""
        for name, data in self._kept.items():
            yield name, base64.b64encode(gzip.compress(data, 6, mtime=0)).decode("ascii")


def unpacked(text: str) -> bytes:
    """Returns the bytes that `Store.packed` gives as a text."""
    return gzip.decompress(base64.b64decode(text))
