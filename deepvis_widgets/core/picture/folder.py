"""The pictures of a folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from torch import Tensor

from ..errors import DeepvisError
from .endings import ENDINGS

NAMED = 5  # pictures that a sentence names
View = Callable[[Any], Tensor]


def pictures_in(folder: str | os.PathLike[str]) -> list[Path]:
    """Returns the pictures of a folder, by name, without those of the folders in it; DeepvisError when there are
    none.
    """
    path = Path(folder).expanduser()
    if not path.is_dir():
        raise DeepvisError(f'There is no folder "{folder}"; give a folder of pictures, or a list of them.')
    found = sorted(file for file in path.iterdir() if file.suffix.lower() in ENDINGS)
    if not found:
        raise DeepvisError(f'There is no picture in the folder "{folder}"; accepted are {", ".join(ENDINGS)}.')
    return found


def folder_of(pictures: Sequence[Any]) -> str | None:
    """Returns the folder that holds exactly these pictures, given by their paths; None where there is none."""
    folders = {picture.parent if isinstance(picture, Path) else None for picture in pictures}
    folder = folders.pop() if len(folders) == 1 else None
    if folder is None or not folder.is_dir() or pictures_in(folder) != list(pictures):
        return None
    return str(folder)


def readable(pictures: Iterable[tuple[str, Any]], view: View) -> tuple[list[tuple[Any, Tensor]], list[str]]:
    """Returns those of named pictures that can be read, each with its view, and the names of the others.

    >>> from torch import ones
    >>> from .preprocess import Preprocess
    >>> good, bad = readable([("grey", ones(3, 8, 8)), ("none.png", "none.png")], Preprocess((8, 8), None).view)
    >>> len(good), bad
    (1, ['none.png'])
    """
    good, bad = [], []
    for name, picture in pictures:
        try:
            good.append((picture, view(picture)))
        except DeepvisError:
            bad.append(name)
    return good, bad


def unread(names: Sequence[str], count: int, of: str) -> str:
    """Returns a sentence about the pictures that could not be read, of `count` in all; "" for none.

    >>> unread(["a.png"], 3, "stripes")
    'Of 3 pictures for "stripes" 1 cannot be read and is left out: a.png.'
    """
    if not names:
        return ""
    listed = ", ".join(names[:NAMED]) + (f" and {len(names) - NAMED} more" if len(names) > NAMED else "")
    are = "is" if len(names) == 1 else "are"
    return f'Of {count} pictures for "{of}" {len(names)} cannot be read and {are} left out: {listed}.'
