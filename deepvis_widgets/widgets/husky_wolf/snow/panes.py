"""The panes of the page on networks of one's own making."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ipywidgets
import numpy as np
import traitlets

from ....core.masks import mask_view
from ....core.picture.picture import to_bytes
from ....methods import method
from ....zoo.snow_net import mass_on
from ...kit.layout import close_all
from ...views.gallery import Gallery
from ..questions import blended
from . import words as words
from .chart import SnowChart
from .session import Made
from .state import METHODS

if TYPE_CHECKING:
    from .snow_lab import SnowLab

OPACITY = 0.6


class SnowPanes:
    """The widgets of one page; `rows` are what it lays out."""

    def __init__(self, lab: SnowLab) -> None:
        self._lab, self._showing = lab, False
        self.share = ipywidgets.IntSlider(min=0, max=100, step=10, description="Snow behind wolves, in %")
        self.share.tooltip = "Snow behind wolves in the pictures a network learns from"
        self.train = ipywidgets.Button(description="Train", button_style="primary", tooltip="Train a fresh network")
        self.seen = ipywidgets.HTML()
        self.progress = ipywidgets.FloatProgress(min=0, max=1, layout={"flex": "1 1 120px", "width": "auto"})
        self.doing = ipywidgets.HTML().add_class("dv-doing")
        self.stop = ipywidgets.Button(description="Stop", tooltip="Stop training; what was drawn for it is kept")
        self.busy = _box("dv-busy", self.doing, self.progress, self.stop)
        self.said = ipywidgets.HTML(f"<p>{words.NOTHING_YET}</p>")
        self.notice = ipywidgets.HTML().add_class("dv-complaint")
        self.chart = SnowChart(self._pick)
        self.network = ipywidgets.Dropdown(description="Network", tooltip="The network shown below")
        self.method = ipywidgets.Dropdown(
            options=[(method(name).title, name) for name in METHODS],
            description="Method",
            tooltip="The method that explains its answers",
        )
        self.table = ipywidgets.HTML().add_class("dv-answers")
        self.gallery = Gallery(label="What the network says to the ten pictures, and why", size=112, placeholder="")
        self.picture = ipywidgets.HTML().add_class("dv-words")
        self.found = _box("dv-snow-found", self.chart, self.table)
        self.pictures = _box("dv-snow-pictures", _box("dv-row", self.network, self.method), self.gallery, self.picture)
        self.rows = [
            ipywidgets.HTML(words.WHAT).add_class("dv-step"),
            _box("dv-row", self.share, self.train, self.seen),
            self.busy,
            self.notice,
            self.said,
            self.found,
            self.pictures,
        ]

    def bind(self) -> None:
        """Tie every control to the state it shows and sets."""
        lab = self._lab
        self.share.value = percent(lab.share)
        traitlets.link((lab, "share"), (self.share, "value"), transform=(percent, lambda value: value / 100))
        traitlets.link((lab, "method"), (self.method, "value"))
        self.train.on_click(lambda _: lab.train())
        self.stop.on_click(lambda _: lab.stop())
        self.network.observe(lambda change: self._pick(change["new"]), names="value")
        self.gallery.observe(lambda _: self._show_chosen(), names="chosen")

    def _pick(self, index: int | None) -> None:
        if not self._showing and index is not None:
            self._lab.shown = index

    # --- what is shown ---

    def show(self) -> None:
        """Everything as the traits have it."""
        lab, made = self._lab, self._lab.made
        self.show_seen()
        self.chart.show(lab.points, lab.shown)
        self._show_networks()
        _display(self.table, made is not None)
        _display(self.pictures, made is not None)
        if made is None:
            self.said.value, self.table.value = f"<p>{words.NOTHING_YET}</p>", ""
            return
        self.said.value = words.summary(lab.points[lab.shown], made.examination)
        self.table.value = words.table(made.examination)
        self.show_pictures()

    def show_seen(self) -> None:
        """What the share means."""
        self.seen.value = words.seen(self._lab.share)

    def _show_networks(self) -> None:
        """The menu; what it says of itself meanwhile is not listened to."""
        lab, self._showing = self._lab, True
        try:
            named = [(words.name(point, lab.points), index) for index, point in enumerate(lab.points)]
            if self.network.options != tuple(named):
                self.network.options = named
            self.network.value = lab.shown if lab.points else None
        finally:
            self._showing = False

    def show_pictures(self) -> None:
        """The pictures with the maps there are, and the answers."""
        lab, made = self._lab, self._lab.made
        if made is None:
            return
        before = lab.networks[lab.shown - 1].answers if lab.shown > 0 else [None] * len(made.answers)
        maps = made.maps.get(lab.method, {})
        views = [made.network.view(scene) for scene in lab.work.scenes]
        shown = [blended(view, maps[i], OPACITY) if i in maps else view for i, view in enumerate(views)]
        told = zip(lab.work.scenes, made.answers, before, strict=True)
        self.gallery.captions = [words.caption_of(*found) for found in told]
        self.gallery.push("pictures", {"caption": ""}, {"pictures": np.stack([to_bytes(view) for view in shown])})
        self._show_chosen()

    def _show_chosen(self) -> None:
        lab, made, index = self._lab, self._lab.made, self.gallery.chosen
        if made is None or not 0 <= index < len(made.answers):
            self.picture.value = ""
            return
        mass = self._mass(made, index)
        self.picture.value = words.in_words(lab.work.scenes[index], made.answers[index], method(lab.method).title, mass)

    def _mass(self, made: Made, index: int) -> float | None:
        found = made.maps.get(self._lab.method, {}).get(index)
        if found is None:
            return None
        mask = mask_view(made.network, self._lab.work.scenes[index])
        return None if mask is None else mass_on(found.heatmap, mask)

    def show_progress(self, fraction: float | None, doing: str | None = None) -> None:
        """How far the training is; None when it has ended."""
        _display(self.busy, fraction is not None)
        self.train.disabled = fraction is not None
        self.doing.value, self.progress.value = doing or "", fraction or 0.0
        self.progress.tooltip = doing or "Training"

    def complain(self, sentence: str) -> None:
        """One sentence about what does not go; an empty one takes it away."""
        self.notice.value = f'<div role="alert">{sentence}</div>' if sentence else ""

    def close(self) -> None:
        """Take every widget off the page and free its model."""
        close_all(self.rows)


def percent(share: float) -> int:
    """A share on the slider."""
    return round(100 * share)


def _display(widget: ipywidgets.DOMWidget, shown: bool) -> None:
    widget.layout.display = None if shown else "none"


def _box(classes: str, *children: ipywidgets.Widget) -> ipywidgets.Box:
    box = ipywidgets.Box(list(children))
    for name in classes.split():
        box.add_class(name)
    return box
