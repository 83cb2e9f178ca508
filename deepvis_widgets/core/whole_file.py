"""Files that are whole or not there."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from .errors import DeepvisError


def write_whole(path: Path, content: bytes | str) -> None:
    """Writes a file beside its place, and puts it there when all of it is written; text is UTF-8. A file that was
    there stays until then. Raises DeepvisError where it cannot be written.

    >>> write_whole(Path("no such folder/a.txt"), "a")
    Traceback (most recent call last):
    deepvis_widgets.core.errors.DeepvisError: "no such folder/a.txt" cannot be written (No such file or directory).
    """
    try:
        put_whole(path, content.encode() if isinstance(content, str) else content)
    except OSError as error:
        raise DeepvisError(f'"{path}" cannot be written ({error.strerror}).') from None


def put_whole(path: Path, *contents: bytes, lasting: bool = False) -> None:
    """Does so with contents end to end, `lasting` through a power cut, and raises OSError where it cannot be
    written.
    """
    beside = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        with beside.open("wb") as file:
            file.writelines(contents)
            if lasting:
                file.flush()
                os.fsync(file.fileno())
        os.replace(beside, path)
    finally:
        with suppress(OSError):
            beside.unlink()  # what a stop in the middle left
    if lasting:
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Makes a rename in the folder last through a power cut, where the system can."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
