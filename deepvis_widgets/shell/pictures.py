"""The pictures that a command is given, one after the other: folders, with the folders in them, and files."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..core.errors import DeepvisError
from ..core.picture.endings import ENDINGS


@dataclass(frozen=True)
class Found:
    """A picture's path, and what it is called in what is written: its path in the folder that was given."""

    path: Path
    name: str


def found_pictures(given: Sequence[str]) -> Iterator[Found]:
    """Yields pictures in the order of their names; no list of all is made. Raises DeepvisError where there is no such
    file or folder.
    """
    roots = [Path(each).expanduser() for each in given]
    for root in roots:
        if not root.exists():
            raise DeepvisError(f'There is no file or folder "{root}"; give pictures, or a folder of them.')
    for root in roots:
        before = f"{root.name}/" if len(roots) > 1 and root.is_dir() else ""
        for path in _below(root):
            yield Found(path, before + (path.relative_to(root).as_posix() if root.is_dir() else path.name))


def _below(root: Path) -> Iterator[Path]:
    """A file itself, whatever it is called; of a folder the pictures, folder by folder."""
    if not root.is_dir():
        yield root
        return
    for entry in sorted(os.scandir(root), key=lambda entry: entry.name):
        if entry.is_dir():
            yield from _below(Path(entry.path))
        elif entry.name.lower().endswith(ENDINGS):
            yield Path(entry.path)
