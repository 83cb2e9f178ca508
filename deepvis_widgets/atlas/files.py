"""Files that are whole or not there: written beside their place, checked by a digest when read. And a lock."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import blake2b
from pathlib import Path

from ..core.errors import DeepvisError
from ..core.whole_file import put_whole

FORMAT = 1
INDEX, TILES = "atlas.sqlite", "tiles.bin"
DIGEST = 32


def write_checked(path: Path, content: bytes) -> None:
    """Writes a file so that its name appears only when all of it is on the disk."""
    put_whole(path, blake2b(content, digest_size=DIGEST).digest(), content, lasting=True)


def read_checked(path: Path) -> bytes | None:
    """Returns what `write_checked` wrote; None where there is no such file, or any byte of it is not as it was
    written.
    """
    try:
        packed = path.read_bytes()
    except FileNotFoundError:
        return None
    content = packed[DIGEST:]
    return content if packed[:DIGEST] == blake2b(content, digest_size=DIGEST).digest() else None


@contextmanager
def locked(path: Path, busy: str) -> Iterator[None]:
    """Holds the lock in a file, which exists as long; DeepvisError(busy) where another holds it. The system takes a
    lock from a process that dies, however it dies: what it left behind keeps nobody out.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT)
    try:
        if not _lock(handle):
            raise DeepvisError(busy)
        if not path.exists() or not os.path.samestat(os.fstat(handle), os.stat(path)):  # another ended just now
            raise DeepvisError(busy)
        try:
            yield
        finally:
            with suppress(OSError):  # Windows deletes no open file: it stays, and locks nothing
                path.unlink()
    finally:
        os.close(handle)


def _lock(handle: int) -> bool:
    try:
        if os.name == "posix":
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        else:
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
    except OSError:
        return False
    return True
