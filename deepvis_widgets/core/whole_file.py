"""Files that are whole or not there."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from .errors import DeepvisError


def write_whole(path: Path, content: bytes | str) -> None:
    """Writes a file beside its place, and puts it there when all of it is on the disk; text is UTF-8. A file that was
    there stays until then. Raises DeepvisError where it cannot be written.

    >>> write_whole(Path("no such folder/a.txt"), "a")
    Traceback (most recent call last):
    deepvis_widgets.core.errors.DeepvisError: "no such folder/a.txt" cannot be written (No such file or directory).
    """
    beside = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        with beside.open("wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
        os.replace(beside, path)
    except OSError as error:
        raise DeepvisError(f'"{path}" cannot be written ({error.strerror}).') from None
    finally:
        with suppress(OSError):
            beside.unlink()  # what a stop in the middle left
