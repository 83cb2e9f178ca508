"""Named bytes inside a page: each once, packed, as text that any editor and mail program leaves alone."""

from __future__ import annotations

import base64
import gzip
import hashlib
from collections.abc import Iterator

# Weights: the first bytes of all numbers, then the second ones, are packed better than number after number.
PLANES, LARGE = 4, 2**20  # bytes that are more than this lie in so many planes
# base85 takes a sixteenth less room than base64; what HTML reads as its own is written otherwise
SAFE, MEANT = bytes.maketrans(b"&<>", b",./"), bytes.maketrans(b",./", b"&<>")


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
            yield name, packed(data)


def packed(data: bytes) -> str:
    """Returns bytes as a text: a digit, how many planes they lie in, and the planes by gzip and base85.

    >>> unpacked(packed(b"0123456789"))
    b'0123456789'
    """
    planes = PLANES if len(data) > LARGE else 1
    lying = b"".join(data[plane::planes] for plane in range(planes))
    written = base64.b85encode(gzip.compress(lying, 6, mtime=0)).translate(SAFE)
    return f"{planes}{written.decode('ascii')}"


def unpacked(text: str) -> bytes:
    """Returns the bytes that `packed` gives as a text."""
    planes = int(text[0])
    lying = gzip.decompress(base64.b85decode(text[1:].encode("ascii").translate(MEANT)))
    data, begin = bytearray(len(lying)), 0
    for plane in range(planes):
        count = len(range(plane, len(data), planes))
        data[plane::planes] = lying[begin : begin + count]
        begin += count
    return bytes(data)
