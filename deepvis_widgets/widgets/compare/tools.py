"""The menus and switches of a comparison: class, scale, colours, opacity, further methods, curves, scores, outline."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from typing import Any

import ipywidgets
import traitlets
from torch import Tensor

from ...engine.main_thread import MainThread
from ...methods.base import Method
from ..kit.layout import box, display, dropdown
from ..kit.param_controls import entry, refill
from .checks import COLORMAPS
from .state import CompareState

FIRST = 10  # classes with their probabilities at the head of the menu
TOP, NO_CLASS = "top class", -1  # a menu shows nothing at all for None
CHOOSE, NO_METHOD = "a method ...", ""
SCALE = (
    "Shared: a colour means the same value in all networks, for one method at a time, because values of different "
    "methods have different units. Own: each map has a scale of its own. Half a percent of the pixels may lie beyond "
    "the ends."
)
OPACITY = "opacity of the maps over the picture"
COLOURS = {
    "signed": "colours of maps with a sign: in blue-red, red speaks for the class; in green-red, green does",
    "unsigned": "colours of maps without a sign, which only say how much",
}
Attempt = Callable[[Callable[[], object]], object]


class Tools(ipywidgets.Box):
    """Controls that show the state and set it; `attempt` sets it where that may be refused."""

    def __init__(self, state: CompareState, attempt: Attempt) -> None:
        self._state, self._attempt = state, attempt
        self._main = MainThread()
        self._shares: Tensor | None = None
        self._make_choices()
        self._make_toggles()
        super().__init__([self.target, self.scale, *self.colours.values(), self.opacity, self.add, self.toggles])
        self.add_class("dv-compare-tools")
        self._bind()
        self._fill_classes()

    def _make_choices(self) -> None:
        self.target = dropdown("Class", [(TOP, NO_CLASS)], "what is explained; top class: that of each network")
        self.scale = dropdown("Scale", [("shared", "shared"), ("own", "own")], SCALE)
        self.scale.disabled = len(self._state.networks) == 1
        self.colours = {
            kind: dropdown(kind.capitalize(), [(name, name) for name in names], COLOURS[kind])
            for kind, names in COLORMAPS.items()
        }
        self.opacity = ipywidgets.FloatSlider(
            min=0, max=1, step=0.05, description="Opacity", readout=False, tooltip=OPACITY
        )
        self.add = dropdown("Add", [(CHOOSE, NO_METHOD)], "another method to compare")

    def _make_toggles(self) -> None:
        self.curves = _toggle("Curves", "line-chart", "Insertion and deletion curves of every map")
        self.scores = _toggle("Scores", "table", "How well each map does, as numbers")
        self.outline = _toggle("Object", "pencil", "Outline the object, where the picture comes with its mask")
        self.toggles = box("dv-compare-toggles", self.curves, self.scores, self.outline)

    def _bind(self) -> None:
        """Ties every control to the state it shows and sets."""
        state = self._state
        for name in ("scale", "opacity", "curves", "scores", "outline"):
            traitlets.link((state, name), (getattr(self, name), "value"))
        for kind, menu in self.colours.items():
            menu.observe(partial(self._choose_colours, kind), names="value")
        self.target.observe(self._choose_target, names="value")
        self.add.observe(self._add_method, names="value")
        state.observe(lambda _: self._fill_colours(), names="colormaps")
        state.observe(lambda _: self._fill_classes(), names="target")
        state.observe(lambda _: self._fill_methods(), names="methods")
        state.observe(self._see, names="seen")
        self.show_colours(())

    def _choose_colours(self, kind: str, change: Any) -> None:
        self._state.colormaps = {**self._state.colormaps, kind: change["new"]}

    def _choose_target(self, change: Any) -> None:
        target = None if change["new"] == NO_CLASS else change["new"]
        self._attempt(lambda: setattr(self._state, "target", target))

    def _add_method(self, change: Any) -> None:
        if change["new"] != NO_METHOD:
            self._attempt(lambda: self._state.add(change["new"]))
            self.add.value = NO_METHOD

    # --- what is shown ---

    def show_classes(self, shares: Tensor) -> None:
        """Shows what the bars show (classes,) by the first network in the menu of classes; on any thread."""
        self._main.run(self._fill_classes, shares)

    def show_colours(self, signed: Collection[bool]) -> None:
        """Offers colours for the kinds of maps there are, each either signed or not; on any thread."""
        for kind, menu in self.colours.items():
            display(menu, (kind == "signed") in signed)

    def _see(self, change: Any) -> None:
        """Without a mask there is nothing to outline; the probabilities of another picture are not known yet."""
        old, new = change["old"], change["new"]
        self.outline.disabled = new.masks[0] is None
        if old is None or old.views is not new.views:
            self._shares = None

    def _fill_colours(self) -> None:
        for kind, name in self._state.colormaps.items():
            self.colours[kind].value = name

    def _fill_classes(self, shares: Tensor | None = None) -> None:
        """The strongest classes of the first network with their values, then all others."""
        self._shares = shares = self._shares if shares is None else shares
        answers = self._state.networks[0].answers
        labels, values = answers.labels, [] if shares is None else shares.tolist()
        strongest = sorted(range(len(values)), key=lambda index: -values[index])[:FIRST]
        first = [(f"{labels[index]} · {answers.words(index, values[index], 0)}", index) for index in strongest]
        others = [(label, index) for index, label in enumerate(labels) if index not in strongest]
        chosen = NO_CLASS if self._state.target is None else self._state.target
        refill(self.target, [(TOP, NO_CLASS), *first, *others], chosen)

    def _fill_methods(self) -> None:
        """The methods that are not compared yet; those that no network here can serve say so."""
        absent = [found for name, found in sorted(Method.registry.items()) if name not in self._state.methods]
        refill(self.add, [(CHOOSE, NO_METHOD), *map(self._offer, absent)], NO_METHOD)

    def _offer(self, found: Method) -> tuple[str, str]:
        refused = not found.picture or all(found.refuses(network) for network in self._state.networks)
        return entry(found, not refused)


def _toggle(description: str, icon: str, tooltip: str) -> ipywidgets.ToggleButton:
    return ipywidgets.ToggleButton(description=description, icon=icon, tooltip=tooltip, layout={"width": "auto"})
