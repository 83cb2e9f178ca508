"""The panes of the teaching board: the picture under its map, the trays, the units that count most."""

from __future__ import annotations

import html
import threading
from collections.abc import Callable
from typing import Any

import ipywidgets
import numpy as np

from ...core.picture.picture import to_bytes
from ..kit import layout
from ..kit.layout import classed, display
from ..kit.notice import status
from ..kit.unit_pictures import UnitPicture, UnitPictures
from ..link.frames import signed_overlay_frame, symmetric_range
from ..link.push import push
from ..views.camera import Camera
from ..views.gallery import Gallery
from ..views.stage import Stage
from .answers import Explained, Lesson, Seen
from .state import TeachState
from .trays import TraysPane
from .words import numbers, trust


class TeachPanes:
    """Everything under the bar, in `rows`. Draws the answers of a session; see TeachAnswers."""

    def __init__(self, state: TeachState, stage: Stage, show: Callable[[Any], object]) -> None:
        self.picture = PicturePane(state, stage)
        self.trays = TraysPane(state, show)
        self.trust = layout.html("dv-lab-words")
        self.units = UnitsPane()
        beside = classed(ipywidgets.VBox([self.trays, self.trust]), "dv-teach-side")
        self.rows = [layout.box("dv-lab-panes", self.picture, beside), self.units]
        self.seen = self.picture.show

    def lesson(self, answer: Lesson) -> None:
        """The trays teach something else."""
        push(self.trust, value=status(trust(answer)))
        self.trays.learned(answer)

    def explained(self, answer: Explained | None) -> None:
        """Another picture, lesson or class."""
        self.picture.explain(answer)
        self.trays.explained(answer)
        self.units.explain(answer)


class PicturePane(ipywidgets.VBox):
    """The picture under the map of the class explained, the camera, and how the map makes the logit."""

    def __init__(self, state: TeachState, stage: Stage) -> None:
        self.stage = stage
        stage.draw_occluder, stage.colormap, stage.opacity = False, "blue-red", 0.55
        self.camera = Camera(size=list(state.network.size))
        display(self.camera, state.network.bands == 3)
        self.words = layout.html("dv-lab-words")
        super().__init__([stage, layout.box("dv-teach-picture-foot", self.camera), self.words])
        self.add_class("dv-lab-picture")

    def show(self, answer: Seen) -> None:
        """Shows another picture."""
        self.stage.push("picture", arrays={"picture": to_bytes(answer.view)})

    def explain(self, answer: Explained | None) -> None:
        """Lays the map of the class over it."""
        if answer is None:
            self.stage.push("overlay", {"title": ""}, {"values": np.zeros((0, 0), np.uint8)})
            push(self.words, value="")
            return
        title = f"CAM of {answer.lesson.labels[answer.channel]}"
        self.stage.push("overlay", *signed_overlay_frame(answer.map, symmetric_range(answer.map), title))
        push(self.words, value=status(numbers(answer)))


class UnitsPane(ipywidgets.VBox):
    """The units of the largest weights of the class explained, each with what it wants to see and where it is
    strongest. Where they come from, `pictures`, is set when there is an engine to ask.
    """

    def __init__(self) -> None:
        self.pictures: UnitPictures | None = None
        self.title = layout.title("", "dv-lab-title")
        self.gallery = Gallery(size=148, startable=False, placeholder="")
        self._shown: tuple[Lesson, int] | None = None
        self._pairs: dict[int, Any] = {}
        self._named: dict[int, str] = {}  # unit → its caption
        self._lock = threading.RLock()
        super().__init__([self.title, self.gallery])
        display(self, False)

    def explain(self, answer: Explained | None) -> None:
        """Asks for the units of another lesson or class."""
        display(self, answer is not None)
        if answer is None or (answer.lesson, answer.channel) == self._shown:
            return
        with self._lock:
            self._shown = answer.lesson, answer.channel
            found = answer.lesson.heaviest(answer.channel)
            self._pairs = {}
            self._named = {unit: f"unit {unit} · {weight:+.2f}".replace("-", "−") for unit, weight in found}
        label = answer.lesson.labels[answer.channel]
        push(
            self.title,
            value=f"Units that speak most for {html.escape(label)}, with their weights: what each wants to see, where "
            "it is strongest",
        )
        push(self.gallery, captions=list(self._named.values()))
        if self.pictures is not None:
            looked = [(seen.view, seen.maps) for tray in answer.lesson.examples for seen in tray]
            self.pictures.show([*self._named], looked)

    @property
    def known(self) -> list[tuple[str, Any]]:
        """The units that are shown, each with its caption, as far as their pictures are known."""
        with self._lock:
            return [(said, self._pairs[unit]) for unit, said in self._named.items() if unit in self._pairs]

    def put(self, found: UnitPicture) -> None:
        """Shows one unit's pictures; on any thread."""
        with self._lock:
            if found.unit not in self._named:
                return  # of another class
            self._pairs[found.unit] = to_bytes(found.pair)
            if len(self._pairs) == len(self._named):
                pictures = np.stack([self._pairs[unit] for unit in self._named])
                self.gallery.push("pictures", {"caption": ""}, {"pictures": pictures})
