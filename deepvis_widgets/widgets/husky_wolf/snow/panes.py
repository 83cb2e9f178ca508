"""The panes of the page on networks of one's own making."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import ipywidgets
import numpy as np
import traitlets

from ....methods import method
from ....zoo.scenes import Scene
from ....zoo.snow_net import mass_on
from ...kit.layout import box, button, classed, close_all, display, dropdown, html
from ...kit.notice import Notice
from ...kit.param_controls import refill
from ...kit.progress import Progress
from ...link.push import push
from ...views.gallery import Gallery
from ..map_overlay import gallery_pictures
from ..words import wrong_ones
from . import words
from .answers import NetworkAnswer
from .chart import SnowChart
from .state import METHODS, SnowState

OPACITY = 0.6
ASKED = "What the network says to the ten pictures, and why"


class SnowPanes:
    """The widgets of one page; `rows` are what it lays out, `train` and `stop` what its buttons do.

    What the state says is shown by itself; `show_samples`, `show_network`, `show_progress` and `complain` may be called
    on any thread.
    """

    def __init__(self, state: SnowState, train: Callable[[], object], stop: Callable[[], object]) -> None:
        self._state, self._lock = state, threading.RLock()
        self._answer: NetworkAnswer | None = None
        self.share = ipywidgets.IntSlider(
            value=percent(state.share), min=0, max=100, step=10, description="Snow behind wolves, in %"
        )
        self.share.tooltip = "Snow behind wolves in the pictures a network learns from"
        self.train = button("Train", "Train a fresh network", on_click=train, button_style="primary")
        self.seen = html()
        self.busy = Progress(
            "dv-busy", "Stop training; what was drawn for it is kept", stop, flex="1 1 120px", worded=True
        )
        self.said = html("", f"<p>{words.NOTHING_YET}</p>")
        self.notice: Notice = classed(Notice(classes=""), "dv-complaint")
        self._make_found()
        self.complain = self.notice.say
        self.rows = [
            html("dv-step", words.WHAT),
            box("dv-row", self.share, self.train, self.seen),
            self.busy,
            self.notice,
            self.said,
            self.found,
            self.pictures,
        ]
        self._bind()
        display(self.pictures, False)
        self.show_progress(None)
        self.show_network(None)
        self._show_shown()
        self._show_share()

    def _make_found(self) -> None:
        self.chart = SnowChart(self._pick)
        self.network = dropdown("Network", (), "The network shown below")
        titles = [(method(name).title, name) for name in METHODS]
        self.method = dropdown("Method", titles, "The method that explains its answers")
        self.table = html("dv-answers")
        self.asked, self.learned = box("dv-row", self.network, self.method), html("", words.SAMPLES)
        self.gallery: Gallery = classed(Gallery(size=112, fluid=True, placeholder=""), "dv-scenes")
        self.picture = html("dv-words")
        self.found = box("dv-snow-found")
        self.pictures = box("dv-snow-pictures", self.asked, self.learned, self.gallery, self.picture)

    def _bind(self) -> None:
        state = self._state
        traitlets.link((state, "share"), (self.share, "value"), transform=(percent, lambda value: value / 100))
        traitlets.link((state, "method"), (self.method, "value"))
        self.network.observe(lambda change: self._pick(change["new"]), names="value")
        self.gallery.observe(lambda _: self._show_chosen(), names="chosen")
        state.observe(lambda _: self._show_shown(), names="shown")
        state.observe(lambda _: self._show_share(), names="share")
        traitlets.dlink((state, "training"), (self.train, "disabled"))

    def _pick(self, index: int | None) -> None:
        if index is not None:
            self._state.shown = index

    # --- what the state says ---

    def _show_share(self) -> None:
        self.seen.value = words.seen(self._state.share)

    def _show_shown(self) -> None:
        points = self._state.points
        self.chart.show(points, self._state.shown)
        self.found.children = (self.chart, self.table) if points else ()  # an empty chart would fill the screen
        named = [(words.name(point, points), index) for index, point in enumerate(points)]
        if named:
            refill(self.network, named, self._state.shown)

    # --- what came out ---

    def show_samples(self, scenes: Sequence[Scene]) -> None:
        """Shows pictures such as the first network will learn from."""
        with self._lock:
            captions = [words.sample_caption(scene) for scene in scenes]
            push(self.gallery, label="Pictures such as the network will learn from", captions=captions, marked=[])
            images = np.stack([np.asarray(scene.image) for scene in scenes])
            self.gallery.push("pictures", {"caption": ""}, {"pictures": images})
            display(self.pictures, True)

    def show_network(self, found: NetworkAnswer | None) -> None:
        """Shows what a network has learned, its answers and the maps there are; None where there is no network."""
        with self._lock:
            self._answer = found
            display(self.table, found is not None)
            display(self.asked, found is not None)
            display(self.learned, found is None)
            if found is None:
                push(self.said, value=f"<p>{words.NOTHING_YET}</p>")
                push(self.table, value="")
                return
            push(self.said, value=words.summary(found.made.point, found.made.examination))
            push(self.table, value=words.table(found.made.examination))
            display(self.pictures, True)
            self._show_pictures(found)
            self._show_chosen()

    def _show_pictures(self, found: NetworkAnswer) -> None:
        before = (None,) * len(found.made.answers) if found.before is None else found.before.answers
        told = zip(found.made.scenes, found.made.answers, before, strict=True)
        marked = wrong_ones(zip(found.made.scenes, found.made.answers, strict=True))
        captions = [words.caption_of(*of_one) for of_one in told]
        push(self.gallery, label=ASKED, captions=captions, marked=marked)
        pictures = gallery_pictures(found.made.views, found.maps, OPACITY)
        self.gallery.push("pictures", {"caption": ""}, {"pictures": pictures})

    def _show_chosen(self) -> None:
        with self._lock:
            push(self.picture, value=self._in_words(self._answer, self.gallery.chosen))

    def _in_words(self, found: NetworkAnswer | None, index: int) -> str:
        if found is None or not 0 <= index < len(found.made.answers):
            return ""
        made, title = found.made, method(found.method).title
        return words.in_words(made.scenes[index], made.answers[index], title, _mass(found, index))

    def show_progress(self, fraction: float | None, doing: str | None = None) -> None:
        """Shows how far the training is; None when it has ended."""
        self.busy.say(doing or "", doing or "Training")
        self.busy.show(fraction)

    def close(self) -> None:
        """Takes every widget off the page and frees its model."""
        close_all([*self.rows, self.chart, self.table])


def percent(share: float) -> int:
    """Returns a share as on the slider."""
    return round(100 * share)


def _mass(found: NetworkAnswer, index: int) -> float | None:
    """The share of a map's positive part on the animal; None where there is no map, or no mask."""
    explained, mask = found.maps.get(index), found.made.masks[index]
    return None if explained is None or mask is None else mass_on(explained.heatmap, mask)
