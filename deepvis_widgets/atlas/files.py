"""Files that are whole or not there: written beside their place, checked by a digest when read."""

from __future__ import annotations

import os
from hashlib import blake2b
from pathlib import Path

DIGEST = 32


def write_checked(path: Path, content: bytes) -> None:
    """Write a file so that its name appears only when all of it is on the disk."""
    beside = path.with_name(f"{path.name}.{os.getpid()}.new")
    with beside.open("wb") as file:
        file.write(blake2b(content, digest_size=DIGEST).digest())
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)
    sync_folder(path.parent)


def read_checked(path: Path) -> bytes | None:
    """What `write_checked` wrote; None where there is no such file, or any byte of it is not as it was written."""
    try:
        packed = path.read_bytes()
    except FileNotFoundError:
        return None
    content = packed[DIGEST:]
    return content if packed[:DIGEST] == blake2b(content, digest_size=DIGEST).digest() else None


def sync_folder(folder: Path) -> None:
    """Make a rename in the folder last through a power cut, where the system can."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
