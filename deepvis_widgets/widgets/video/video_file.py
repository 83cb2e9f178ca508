"""The pictures of a video file, by number."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from ...core.errors import DeepvisError


class Video:
    """A video file, whose pictures are decoded when they are asked for, by PyAV, the extra `video`.

    `len` is how many pictures there are, `rate` how many are shown in a second; `video[n]` is one of them, uint8 (H, W,
    3). Any thread may ask. The next picture is decoded alone, others from the one before them that stands by itself.
    Raises DeepvisError for a file that cannot be read, and where PyAV is not installed.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path).expanduser()
        self._lock = threading.Lock()
        self._container: Any = _opened(self.path)
        self._stream = self._container.streams.video[0]
        self._stream.thread_type = "AUTO"
        self._rate = Fraction(self._stream.average_rate or 25)
        self._count = self._stream.frames or self._counted()
        self._decoded: Iterator[Any] = iter(())
        self._next = -1  # number of the picture that it yields next
        if not self._count:
            raise DeepvisError(f'There is no picture in the video "{self.path.name}".')

    @property
    def rate(self) -> float:
        """Pictures in a second."""
        return float(self._rate)

    def __len__(self) -> int:
        return int(self._count)

    def __getitem__(self, number: int) -> np.ndarray:
        if not 0 <= number < len(self):
            raise IndexError(number)
        with self._lock:
            if self._container is None:
                raise DeepvisError(f'The video "{self.path.name}" is closed.')
            if number != self._next:
                self._seek(number)
            picture = self._decode()
            self._next = -1 if picture is None else number + 1
            if picture is None:
                raise DeepvisError(f'Picture {number} of the video "{self.path.name}" cannot be decoded.')
            found: np.ndarray = picture.to_ndarray(format="rgb24")
            return found

    def close(self) -> None:
        """Closes the file."""
        with self._lock:
            if self._container is not None:
                self._container.close()
            self._container = None

    def _seek(self, number: int) -> None:
        """The decoder yields this picture next."""
        base, start = self._stream.time_base, self._stream.start_time or 0
        wanted = start + int(number / self._rate / base)
        self._container.seek(wanted, stream=self._stream, backward=True)
        self._decoded = self._from(start + (number - Fraction(1, 2)) / self._rate / base)

    def _decode(self) -> Any:
        """The next picture, None where there is none, or it is damaged."""
        from av.error import FFmpegError

        try:
            return next(self._decoded, None)
        except FFmpegError:
            return None

    def _from(self, earliest: Fraction) -> Iterator[Any]:
        """Pictures shown at this time of the stream or later."""
        for picture in self._container.decode(self._stream):
            if picture.pts is None or picture.pts >= earliest:
                yield picture

    def _counted(self) -> int:
        """How many there are in a file that does not say so."""
        length = self._stream.duration
        if length is not None:
            return int(round(length * self._stream.time_base * self._rate))
        count = sum(1 for _ in self._container.decode(self._stream))
        self._container.seek(0)
        return count


def _opened(path: Path) -> Any:
    try:
        import av
        from av.error import FFmpegError
    except ImportError:
        raise DeepvisError(
            'Videos are decoded by PyAV, which is not installed: pip install "deepvis_widgets[video]"'
        ) from None
    if not path.is_file():
        raise DeepvisError(f'There is no video "{path}".')
    try:
        container = av.open(str(path))
    except FFmpegError:
        raise DeepvisError(f'"{path.name}" is no video that can be read.') from None
    if not container.streams.video:
        container.close()
        raise DeepvisError(f'There is no picture in the video "{path.name}".')
    return container
