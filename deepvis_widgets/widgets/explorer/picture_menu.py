"""Where pictures come from: ready ones, previous and next, a file from the browser, a path, a folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ...core.errors import DeepvisError
from ..kit.picture_bar import folder_pictures
from ..kit.picture_name import picture_name, same_picture
from ..link.port import Port
from ..link.protocol import Frame
from .state import ExplorerState


class PictureMenu:
    """The list of named pictures, and which of them is shown; `show(picture)` is asked to open one.

    A picture that is none of the list, but was opened from elsewhere, is named beside it.
    """

    def __init__(
        self, state: ExplorerState, port: Port, pictures: Sequence[tuple[str, Any]], show: Callable[[Any], object]
    ) -> None:
        self.port, self._pictures, self._show, self._state = port, list(pictures), show, state
        state.observe(lambda _: self.point(), names="image")
        self.point()
        port.on_frame("step", lambda frame: self.step(int(frame.meta["by"])))
        port.on_frame("choose", lambda frame: self._choose(int(frame.meta["index"])))
        port.on_frame("path", lambda frame: self._open_path(str(frame.meta["path"])))

    @property
    def choices(self) -> list[tuple[str, Any]]:
        """The named pictures to choose from."""
        return list(self._pictures)

    @property
    def index(self) -> int | None:
        """Which picture of the list is shown; None: another one."""
        return next(
            (n for n, (_, picture) in enumerate(self._pictures) if same_picture(picture, self._state.image)), None
        )

    def point(self, name: str = "") -> None:
        """Shows which picture it is; one that is not in the list has the name given, or that of its file."""
        index = self.index
        other = "" if index is not None else name or picture_name(self._state.image)
        self.port.put(names=[name for name, _ in self._pictures], chosen=-1 if index is None else index, other=other)

    def step(self, by: int) -> None:
        """Opens the picture `by` places further, round and round."""
        if self._pictures:
            here = self.index
            start = (-1 if by > 0 else 0) if here is None else here
            self._choose((start + by) % len(self._pictures))

    def upload(self, frame: Frame) -> None:
        """Opens the file that a frame brings."""
        self._show(frame.arrays["bytes"].tobytes())
        self.point(str(frame.meta.get("name", "")))

    def _choose(self, index: int) -> None:
        self._show(self._pictures[index][1])

    def _open_path(self, text: str) -> None:
        path = Path(text.strip()).expanduser()
        if not text.strip():
            return
        if not path.is_dir():
            self._show(path)
            return
        try:
            self._pictures = folder_pictures(path)
        except DeepvisError:
            self._show(path)  # reads as a picture's error, in the usual place
        else:
            self._choose(0)
