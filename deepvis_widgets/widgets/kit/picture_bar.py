"""Where pictures come from: ready ones, previous and next, an upload, a path."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import ipywidgets

from ...core.errors import DeepvisError
from ...core.picture.folder import pictures_in
from ..link.protocol import Frame
from ..views.file_button import FileButton
from .layout import button, dropdown
from .picture_name import picture_name, same_picture

ANOTHER = -1  # stands in the menu for a picture that is none of the list


class PictureBar(ipywidgets.HBox):
    """Chooses among named pictures, or opens another one; `on_open(picture, name)` is called with every choice, and
    `point` tells the bar which picture is shown.

    `pictures` are (name, picture) pairs in any form the network's `view` reads.

    >>> bar = PictureBar([("a", "a.png"), ("b", "b.png")], lambda picture, name: print(name))
    >>> bar.step(1)
    a
    >>> bar.step(-1)
    b
    """

    def __init__(self, pictures: Sequence[tuple[str, Any]], on_open: Callable[[Any, str], object]) -> None:
        self._pictures, self._on_open = list(pictures), on_open
        self._here: int | None = None  # the place of the list from which it steps
        self._another: tuple[Any, str] = (None, "")  # the picture that was pointed at last, and its name
        self._previous = _icon("Previous picture", "chevron-left", lambda: self.step(-1))
        self._next = _icon("Next picture", "chevron-right", lambda: self.step(1))
        self._choice = dropdown("", self._options(), "Pictures", value=None, layout={"width": "170px"})
        self._upload = FileButton(label="Open a picture of yours")
        self._path = ipywidgets.Text(
            placeholder="path of a picture or folder",
            continuous_update=False,
            tooltip="Path of a picture or folder; Enter opens it",
        )
        super().__init__([self._previous, self._choice, self._next, self._upload, self._path])
        self.add_class("dv-picture-bar")
        self._choice.observe(self._chosen, names="value")
        self._upload.on_frame("file", self._uploaded)
        self._path.observe(self._typed, names="value")

    @property
    def choices(self) -> list[tuple[str, Any]]:
        """The named pictures to choose from."""
        return list(self._pictures)

    @property
    def shown(self) -> str:
        """What the menu says."""
        return str(self._choice.label or "")

    def step(self, by: int) -> None:
        """Opens the picture `by` places further, round and round."""
        if self._pictures:
            start = (-1 if by > 0 else 0) if self._here is None else self._here
            self._open((start + by) % len(self._pictures))

    def point(self, picture: Any, name: str = "") -> None:
        """Shows which picture is shown; one that is not in the list is named beside it, by this name, the name that it
        was given before, or its own.
        """
        if name or not same_picture(picture, self._another[0]):
            self._another = picture, name or picture_name(picture)
        places = (place for place, (_, other) in enumerate(self._pictures) if same_picture(picture, other))
        self._here = next(places, None)
        options = self._options()
        if self._here is None:
            options = [(self._another[1], ANOTHER), *options]
        self._choice.unobserve(self._chosen, names="value")
        if self._choice.options != tuple(options):
            self._choice.options = options
        self._choice.value = ANOTHER if self._here is None else self._here
        self._choice.observe(self._chosen, names="value")

    def _options(self) -> list[tuple[str, int]]:
        return [(name, place) for place, (name, _) in enumerate(self._pictures)]

    def _open(self, place: int) -> None:
        name, picture = self._pictures[place]
        self._on_open(picture, name)
        self._here = place  # where it could not be opened, too: the next step goes on from there

    def _chosen(self, change: Any) -> None:
        if change["new"] not in (None, ANOTHER):
            self._open(change["new"])

    def _uploaded(self, frame: Frame) -> None:
        self._on_open(frame.arrays["bytes"].tobytes(), str(frame.meta.get("name", "")))

    def _typed(self, change: Any) -> None:
        path = Path(change["new"].strip()).expanduser()
        if not change["new"].strip():
            return
        if path.is_dir():
            self._open_folder(path)
        else:
            self._on_open(path, path.name)

    def _open_folder(self, folder: Path) -> None:
        try:
            self._pictures = folder_pictures(folder)
        except DeepvisError:
            self._on_open(folder, folder.name)  # reads as a picture's error, in the usual place
        else:
            self._open(0)


def folder_pictures(folder: Path) -> list[tuple[str, Path]]:
    """Returns the pictures of a folder, by name; DeepvisError when there are none."""
    return [(path.name, path) for path in pictures_in(folder)]


def _icon(tooltip: str, icon: str, on_click: Callable[[], object]) -> ipywidgets.Button:
    return button("", tooltip, icon, on_click, width="36px")
