"""Pictures in a row: those of a video file, or of a list."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, Protocol

from ...core.errors import DeepvisError
from ...core.network.network import Network
from .video_file import Video

RATE = 8.0  # pictures in a second, of a list


class Film(Protocol):
    """Pictures in a row, `rate` of them in a second."""

    @property
    def rate(self) -> float: ...

    def __len__(self) -> int: ...

    def __getitem__(self, number: int) -> Any: ...

    def close(self) -> None: ...


class Listed:
    """The pictures of a list."""

    rate = RATE

    def __init__(self, pictures: Sequence[Any]) -> None:
        self._pictures = tuple(pictures)

    def __len__(self) -> int:
        return len(self._pictures)

    def __getitem__(self, number: int) -> Any:
        return self._pictures[number]

    def close(self) -> None:
        """Nothing is open."""


def as_film(video: Any, network: Network) -> Film:
    """Returns the film of a video file's path, of a list of pictures that the network sees, or an empty one of None;
    DeepvisError otherwise, also where one of the list cannot be read.

    >>> import deepvis_widgets as dv
    >>> len(as_film([dv.scene("wolf", seed=3)] * 2, dv.load("husky-wolf")))
    2
    """
    if video is None:
        return Listed(())
    if isinstance(video, str | os.PathLike):
        return Video(video)
    if isinstance(video, list | tuple) and video:
        return Listed([network.view(picture) for picture in video])
    raise DeepvisError(f"A {type(video).__name__} is no video; accepted is the path of a file, or a list of pictures.")
