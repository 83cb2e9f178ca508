"""Where pictures come from: ready ones, previous and next, an upload, a path, the camera."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import ipywidgets

from ...core.errors import DeepvisError
from .layout import button, dropdown

ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff")


class PictureBar(ipywidgets.HBox):
    """Chooses among named pictures, or opens another one; `on_open(picture, name)` is called with every choice.

    `pictures` are (name, picture) pairs in any form the network's `view` reads. `live` says whether it has `camera`,
    a button, and the Explorer's keys.

    >>> bar = PictureBar([("a", "a.png"), ("b", "b.png")], lambda picture, name: print(name), live=False)
    >>> bar.step(1)
    a
    >>> bar.step(-1)
    b
    """

    def __init__(
        self, pictures: Sequence[tuple[str, Any]], on_open: Callable[[Any, str], None], live: bool = True
    ) -> None:
        self._pictures, self._on_open = list(pictures), on_open
        keys = (" (e)", " (w)") if live else ("", "")
        self._previous = _icon(f"Previous picture{keys[0]}", "chevron-left", lambda: self.step(-1))
        self._next = _icon(f"Next picture{keys[1]}", "chevron-right", lambda: self.step(1))
        options = [(name, index) for index, (name, _) in enumerate(self._pictures)]
        self._choice = dropdown("", options, "Pictures", value=None, layout={"width": "170px"})
        self._upload = ipywidgets.FileUpload(
            accept="image/*", description="Upload", tooltip="Open a picture of yours", layout={"width": "120px"}
        )
        self._path = ipywidgets.Text(
            placeholder="path of a picture or folder",
            continuous_update=False,
            tooltip="Path of a picture or folder; Enter opens it",
        )
        parts = [self._previous, self._choice, self._next, self._upload, self._path]
        if live:
            self.camera = ipywidgets.ToggleButton(
                icon="camera", tooltip="Camera on or off (c)", layout={"width": "36px"}
            )
            parts.append(self.camera)
        super().__init__(parts)
        self.add_class("dv-picture-bar")
        self._choice.observe(self._chosen, names="value")
        self._upload.observe(self._uploaded, names="value")
        self._path.observe(self._typed, names="value")

    def step(self, by: int) -> None:
        """Opens the picture `by` places further, round and round."""
        if self._pictures:
            here = self._choice.value
            start = (-1 if by > 0 else 0) if here is None else here
            self._choice.value = (start + by) % len(self._pictures)

    def leave(self) -> None:
        """Shows that the picture on the stage is none of the list."""
        self.point(None)

    def point(self, index: int | None) -> None:
        """Shows that the picture on the stage is this one of the list, without opening it."""
        self._choice.unobserve(self._chosen, names="value")
        self._choice.value = index
        self._choice.observe(self._chosen, names="value")

    def _chosen(self, change: Any) -> None:
        if change["new"] is not None:
            name, picture = self._pictures[change["new"]]
            self._on_open(picture, name)

    def _uploaded(self, change: Any) -> None:
        for file in change["new"]:
            self.leave()
            self._on_open(bytes(file["content"]), file["name"])
        if change["new"]:
            self._upload.value = ()

    def _typed(self, change: Any) -> None:
        path = Path(change["new"].strip()).expanduser()
        if not change["new"].strip():
            return
        if path.is_dir():
            self._open_folder(path)
        else:
            self.leave()
            self._on_open(path, path.name)

    def _open_folder(self, folder: Path) -> None:
        try:
            found = folder_pictures(folder)
        except DeepvisError:
            self._on_open(folder, folder.name)  # reads as a picture's error, in the usual place
            return
        self._pictures = found
        self._choice.options = [(name, index) for index, (name, _) in enumerate(found)]
        self._choice.value = 0


def folder_pictures(folder: Path) -> list[tuple[str, Path]]:
    """Returns the pictures of a folder, by name; DeepvisError when there are none."""
    found = sorted(path for path in folder.iterdir() if path.suffix.lower() in ENDINGS)
    if not found:
        raise DeepvisError(f'There is no picture in the folder "{folder}"; accepted are {", ".join(ENDINGS)}.')
    return [(path.name, path) for path in found]


def _icon(tooltip: str, icon: str, on_click: Callable[[], object]) -> ipywidgets.Button:
    return button("", tooltip, icon, on_click, width="36px")
