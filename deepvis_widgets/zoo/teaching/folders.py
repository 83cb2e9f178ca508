"""The pictures of a class that lie in a folder."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor

from ...core.errors import DeepvisError
from ...core.picture.folder import pictures_in, readable, unread


@dataclass(frozen=True, eq=False)
class FolderExamples:
    """The pictures of a folder that can be read, as paths and as views, and a sentence about the others, if any."""

    pictures: list[Path]
    views: list[Tensor]
    said: str


def folder_examples(
    label: str, folder: str | os.PathLike[str], view: Callable[[Any], Tensor], most: int | None = None
) -> FolderExamples:
    """Returns the examples of a class that lie in a folder, the first `most` by their names, None: all.

    Raises DeepvisError where there is no such folder, or none of its pictures can be read.
    """
    found = pictures_in(folder)
    taken = found[:most]
    good, bad = readable([(path.name, path) for path in taken], view)
    if not good:
        raise DeepvisError(f'None of the {len(taken)} pictures of the folder "{folder}" can be read.')
    many = f'Of {len(found)} pictures for "{label}" the first {len(taken)} are taken.'
    said = " ".join(filter(None, (many if len(taken) < len(found) else "", unread(bad, len(taken), label))))
    return FolderExamples([picture for picture, _ in good], [seen for _, seen in good], said)
