"""The trays: each a class with its pictures, what share of the picture shown it gets, and what it was told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import ipywidgets
import numpy as np
import torch.nn.functional as F
from torch import Tensor

from ...core.errors import DeepvisError
from ...core.picture.picture import opened, to_bytes
from ..kit import layout
from ..kit.layout import button, close_all, display
from ..kit.notice import Notice, attempt
from ..kit.picture_name import picture_name
from ..kit.progress import bar
from ..link.frames import no_pictures
from ..link.protocol import Array, Frame
from ..link.push import push
from ..views.tray import Tray
from .answers import Explained, Lesson
from .state import FEWEST, MOST, TeachState
from .words import caption

SIDE = 72  # pixels of a small picture


class TraysPane(ipywidgets.VBox):
    """All trays, and a button for one more; what does not fit is said in a sentence."""

    def __init__(self, state: TeachState, show: Callable[[Any], object]) -> None:
        self._state, self._show = state, show
        self.trays: list[TrayPane] = []
        self._grid = layout.box("dv-teach-trays")
        self.more = button("Add a class", "Add an empty tray", "plus", on_click=lambda: self.act(state.add_tray))
        self.notice = Notice()
        super().__init__([self._grid, self.more, self.notice])
        state.observe(lambda _: self._follow(), names="examples")
        self._follow()

    def act(self, change: Callable[..., object], *arguments: Any) -> bool:
        """Does what the reader asked for, or says why not."""
        done = attempt(self.notice.say, change, *arguments)
        if done and self._state.unread:
            self.notice.say(self._state.unread)
        return done

    def learned(self, lesson: Lesson) -> None:
        """Marks the pictures that were told something else when they were left out."""
        for place, tray in enumerate(self.trays[: len(lesson.labels)]):
            tray.mark(lesson.labels[place], lesson.told(place))

    def explained(self, answer: Explained | None) -> None:
        """Shows what share of the picture each class gets, and which one is explained."""
        for place, tray in enumerate(self.trays):
            known = answer is not None and place < len(answer.shares)
            tray.answer(float(answer.shares[place]) if answer is not None and known else None)
            tray.choose(answer is not None and place == answer.channel)

    def _follow(self) -> None:
        state = self._state
        if len(self.trays) != len(state.labels):
            kept = self.trays[: len(state.labels)]
            close_all(self.trays[len(kept) :])
            new = range(len(kept), len(state.labels))
            self.trays = [*kept, *(TrayPane(state, place, self.act, self._show) for place in new)]
            self._grid.children = tuple(self.trays)
        for tray in self.trays:
            tray.follow()
        display(self.more, len(self.trays) < MOST)
        self.notice.say(state.unread)


class TrayPane(ipywidgets.VBox):
    """One tray: its name, its pictures, and buttons. `act(change, ...)` does what the reader asked for."""

    def __init__(self, state: TeachState, place: int, act: Callable[..., bool], show: Callable[[Any], object]) -> None:
        self._state, self._place, self._act, self._show = state, place, act, show
        self._views: tuple[Tensor, ...] | None = None
        self._names: list[str] = []
        self._files: list[tuple[str, bytes]] = []  # of several that come together, those that are here
        self.name = ipywidgets.Text(continuous_update=False, tooltip="Name of the class; Enter takes it")
        self.away = button("", "Take this class away", "trash", on_click=lambda: act(state.remove_tray, self.label))
        self.add = button("Add picture shown", "Put the picture shown into this tray", "plus", on_click=self._add_shown)
        self.share = bar("1 1 60px")
        self.explain = button("explain", "Show where the picture looks like this class", on_click=self._choose)
        self.tray = Tray()
        head = layout.box("dv-teach-head", self.name, self.add, self.away)
        super().__init__([head, layout.box("dv-teach-answer", self.share, self.explain), self.tray])
        self.add_class("dv-teach-tray")
        self.name.observe(self._renamed, names="value")
        self.tray.on_frame("file", self._brought)
        self.tray.on_frame("show", self._show_one)
        self.tray.on_frame("remove", self._remove)

    @property
    def label(self) -> str:
        """The name of the class."""
        return self._state.labels[self._place]

    def follow(self) -> None:
        """Shows the name and the pictures that the state has."""
        pictures, views = self._state.examples[self.label], self._state.views[self.label]
        self.name.value = self.label
        self.tray.label = f"Pictures of {self.label}"
        display(self.away, len(self._state.labels) > FEWEST)
        if self._views is None or list(map(id, views)) != list(map(id, self._views)):
            self._views = views
            self._names = names_of(pictures)
            self.tray.marked, self.tray.captions = [], self._names
            self.tray.push("pictures", {}, {"pictures": thumbnails(views)})

    def mark(self, label: str, told: Sequence[str | None]) -> None:
        """Marks the pictures that were told something else; on any thread."""
        names = self._names
        if len(told) != len(names):
            return  # another picture has come or gone since
        pairs = zip(names, told, strict=True)
        push(self.tray, captions=[caption(name, label, said) for name, said in pairs])
        push(self.tray, marked=[place for place, said in enumerate(told) if said != label])

    def answer(self, share: float | None) -> None:
        """Shows the share of the picture shown, None: unknown; on any thread."""
        push(self.share, value=share or 0.0)
        push(self.explain, description="–" if share is None else f"{share:.1%}", disabled=share is None)

    def choose(self, chosen: bool) -> None:
        """Marks the class that is explained; on any thread."""
        others = tuple(name for name in self._dom_classes if name != "dv-chosen")
        push(self, _dom_classes=(*others, "dv-chosen") if chosen else others)

    def _show_one(self, frame: Frame) -> None:
        self._show(self._state.examples[self.label][int(frame.meta["index"])])

    def _remove(self, frame: Frame) -> None:
        self._act(self._state.take_out, self.label, int(frame.meta["index"]))

    def _renamed(self, change: Any) -> None:
        if change["new"] != self.label and not self._act(self._state.rename, self.label, change["new"]):
            self.name.value = self.label

    def _add_shown(self) -> None:
        self._act(self._state.add, self.label, self._state.image)

    def _choose(self) -> None:
        self._state.target = None if self._state.target == self._place else self._place

    def _brought(self, frame: Frame) -> None:
        """One file; of a folder's each says its place among them, and all are taken at once with the last."""
        place, count = int(frame.meta.get("place", 0)), int(frame.meta.get("of", 1))
        before = self._files if place else []
        self._files = [*before, (str(frame.meta.get("name", "")), frame.arrays["bytes"].tobytes())]
        if place + 1 == count:
            files, self._files = self._files, []
            self._act(self._take, files)

    def _take(self, files: Sequence[tuple[str, bytes]]) -> None:
        self._state.add_all(self.label, [(name, named_picture(content, name)) for name, content in files])


def named_picture(content: bytes, name: str) -> Any:
    """Returns the picture in a file's bytes under its name; the bytes where they hold none."""
    try:
        image = opened(content)
    except DeepvisError:
        return content
    image.info["title"] = name
    return image


def names_of(pictures: Sequence[Any]) -> list[str]:
    """Returns what the pictures of a tray are called."""
    return [picture_name(picture, f"picture {place}") for place, picture in enumerate(pictures, 1)]


def thumbnails(views: Sequence[Tensor]) -> Array:
    """Returns the middle of each picture (3, H, W), small: uint8 (n, SIDE, SIDE, 3)."""
    if not views:
        return no_pictures()
    return np.stack([to_bytes(_small(view)) for view in views])


def _small(view: Tensor) -> Tensor:
    side = min(view.shape[1:])
    top, left = ((length - side) // 2 for length in view.shape[1:])
    middle = view[None, :3, top : top + side, left : left + side].detach().float().cpu()
    return F.interpolate(middle, (SIDE, SIDE), mode="bilinear", align_corners=False, antialias=True)[0].clamp(0, 1)
