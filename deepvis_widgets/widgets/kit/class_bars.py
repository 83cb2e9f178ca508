"""The answers of a network as bars, class probabilities for one; a click picks the one to explain."""

from __future__ import annotations

import html
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import ipywidgets
import numpy as np
from torch import Tensor

from ...core.answers.base import Answers
from ..link.push import push
from .figure import named_bars
from .layout import classed, close_all, title

if TYPE_CHECKING:
    import bqplot

MOST = 8  # bars; more cannot be read from the back of a room
NAMES = 148  # css px left of the bars, for the labels and their ticks
LONGEST = NAMES - 12  # css px of a label
NARROW, BROAD = "fijlrt.,:;'|()[]- ", "mwMW@…"
HEIGHT = "212px"
INVISIBLE = "\u200b"
PLAIN, CHOSEN = "#7a93b4", "#e07b28"


class Probabilities(ipywidgets.VBox):
    """Bars of the strongest of `answers`; a click on one calls `on_pick` with its index.

    The chart is made when there is something to show: bqplot brings pandas with it, for which no picture should wait.

    >>> import torch
    >>> from ...core.answers.classes import Classes
    >>> bars = Probabilities(Classes(["wolf", "husky"]), print)
    >>> bars.show(torch.tensor([0.2, 0.8]), chosen=1, rank=True)
    """

    def __init__(self, answers: Answers, on_pick: Callable[[int], None]) -> None:
        self._answers, self._labels, self._on_pick = answers, answers.labels, on_pick
        self._classes: list[int] = []
        self._lock = threading.Lock()
        self._bars: bqplot.Bars | None = None
        self._text = classed(ipywidgets.HTML(), "dv-offscreen")
        self._chart = ipywidgets.VBox(layout={"min_height": HEIGHT})
        super().__init__([title(answers.title), self._chart, self._text])
        self.add_class("dv-probabilities")

    def show(self, values: Tensor, chosen: int, rank: bool) -> None:
        """Shows the values (n,) of all answers; with `rank` the strongest are chosen anew, without it the bars stay in
        place. It may be called on any thread.

        The class `chosen` always has a bar, and so has the strongest one: it takes the place of the last.
        """
        with self._lock:
            if self.comm is None:
                return  # closed: nobody would close a chart that is made now
            if rank or not self._classes:
                self._classes = values.argsort(descending=True)[:MOST].tolist()
            for needed in (chosen, int(values.argmax())):
                if needed not in self._classes:
                    self._classes[-1 if self._classes[-1] != chosen else -2] = needed
            self._draw(values[self._classes].numpy().astype(float), chosen)

    def _draw(self, values: np.ndarray[Any, Any], chosen: int) -> None:
        names = distinct([short(self._labels[index], place) for place, index in enumerate(self._classes)])
        colours = [CHOSEN if index == chosen else PLAIN for index in self._classes]
        # from the bottom up: the strongest class goes last
        push(self._bars or self._make_chart(), x=names[::-1], y=values[::-1], colors=colours[::-1])
        pairs = zip(self._classes, values, strict=True)
        said = [(self._labels[index], self._answers.words(index, float(value))) for index, value in pairs]
        push(self._text, value=whole(said))

    def _make_chart(self) -> bqplot.Bars:
        percent = self._answers.percent
        scale = {"min": 0, "max": 1} if percent else {}
        ticks = {"tick_format": ".0%" if percent else "~g", "num_ticks": 3}
        self._bars, _, chart = named_bars(HEIGHT, (4, 24, NAMES, 24), scale, ticks, interactions={"click": "select"})
        self._bars.on_element_click(self._clicked)
        push(self._chart, children=[chart])
        return self._bars

    def close(self) -> None:
        """Takes the bars off the page, with a chart that was made only just now."""
        with self._lock:
            close_all(self._chart.children)
            super().close()

    def _clicked(self, _bars: object, event: dict[str, dict[str, int]]) -> None:
        self._on_pick(self._classes[len(self._classes) - 1 - event["data"]["index"]])


def short(label: str, place: int) -> str:
    """A label that fits beside its bar, cut on the right where it is too long; bars with equal names would fall into
    one, so cut ones carry their place, by which the page finds the whole label in `whole`.

    >>> short("Eskimo dog, husky, wolf", 0)
    'Eskimo dog, husk…'
    """
    if width(label) <= LONGEST:
        return label
    kept = label
    while width(f"{kept}…") > LONGEST:
        kept = kept[:-1]
    return f"{kept.rstrip(' ,')}…" + INVISIBLE * place


def distinct(names: Sequence[str]) -> list[str]:
    """The names, where two are the same with signs that nobody sees, or they would share a bar.

    >>> [len(name) for name in distinct(["crane", "crane", "heron"])]
    [5, 6, 5]
    """
    return [name + INVISIBLE * names[:place].count(name) for place, name in enumerate(names)]


def width(text: str) -> int:
    """How many css px a text takes at most, in the broad fonts of the page at 12 px.

    >>> width("mill")
    27
    """
    return sum(5 if sign in NARROW else 12 if sign in BROAD or ord(sign) > 0x2E7F else 8 for sign in text)


def whole(told: Sequence[tuple[str, str]]) -> str:
    """HTML for screen readers, and for the tooltips of labels that are cut: each label with what is said of it."""
    return "; ".join(f"<span>{html.escape(label)}</span> {html.escape(words)}" for label, words in told)
