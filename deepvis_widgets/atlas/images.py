"""The pictures of a build, numbered: a folder, or a list of anything that is a picture."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..core.content_key import content_key
from ..core.errors import DeepvisError
from ..core.picture.endings import ENDINGS


@dataclass(frozen=True)
class Images:
    """`names` in order; of pictures in files these are paths, below `folder` if there is one. `pictures` holds the ones
    that are in memory, None where all are files.
    """

    names: tuple[str, ...]
    folder: Path | None = None
    pictures: tuple[Any, ...] | None = None

    def __len__(self) -> int:
        return len(self.names)

    def source(self, number: int) -> Any:
        """Returns the picture of that number, or the path of its file."""
        if self.pictures is not None:
            return self.pictures[number]
        return str(Path(self.names[number]) if self.folder is None else self.folder / self.names[number])

    def sources(self, first: int, last: int) -> list[Any]:
        """Returns the sources of the pictures first to last - 1."""
        return [self.source(number) for number in range(first, last)]

    def key(self) -> str:
        """Returns a key that changes when a picture is added, taken away, renamed or written again."""
        return content_key(*(_stamp(name, self.source(number)) for number, name in enumerate(self.names)))


def find_images(images: Any) -> Images:
    """Returns the Images meant by a folder (searched with all its folders, in the order of names) or a list of
    pictures: paths, PIL images, arrays, tensors, scenes. Raises DeepvisError where there is none.

    >>> find_images(["one.png", "two.png"]).names
    ('one.png', 'two.png')
    """
    if isinstance(images, Images):
        return images
    if isinstance(images, str | os.PathLike):
        return _folder(Path(images).expanduser())
    if not isinstance(images, Sequence) or not len(images):
        raise DeepvisError(
            f"images is {'empty' if isinstance(images, Sequence) else f'a {type(images).__name__}'}; "
            "accepted is a folder of pictures or a list of pictures."
        )
    if all(isinstance(image, str | os.PathLike) for image in images):
        return Images(tuple(str(image) for image in images))
    names = (str(p) if isinstance(p, str | os.PathLike) else f"picture {i}" for i, p in enumerate(images))
    return Images(tuple(names), None, tuple(images))


def _folder(folder: Path) -> Images:
    if not folder.is_dir():
        raise DeepvisError(f'There is no folder "{folder}"; give a folder of pictures, or a list of them.')
    found = (path for path in folder.rglob("*") if path.suffix.lower() in ENDINGS and path.is_file())
    names = sorted(path.relative_to(folder).as_posix() for path in found)
    if not names:
        raise DeepvisError(f'The folder "{folder}" holds no picture (PNG, JPEG, WebP, GIF, BMP or TIFF).')
    return Images(tuple(names), folder.absolute())


def _stamp(name: str, source: Any) -> object:
    if not isinstance(source, str | os.PathLike):
        return name, content_key(getattr(source, "image", source))
    try:
        status = os.stat(source)
    except OSError:
        return name, None
    return name, status.st_size, status.st_mtime_ns
