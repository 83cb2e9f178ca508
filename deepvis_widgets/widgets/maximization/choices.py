"""The menus and numbers of the MaximizationLab: what is maximised, by which recipe, how it is shown."""

from __future__ import annotations

from typing import Any

import ipywidgets
import traitlets

from ...methods.synthesis import PRESETS
from ..kit.layout import box, display, dropdown
from .state import BOTH, LOGIT, PROBABILITY, VIEWS, MaximizationState

CLASSES = ""  # the menu's value for class scores
LABELS = {"description_width": "60px"}
SCORES = (("logit", LOGIT), ("probability", PROBABILITY), ("both, side by side", BOTH))
LINKED = ("score", "preset", "seeds", "seed", "steps", "view")


class AscentChoices:
    """Controls that follow the state, and set it; `rows` are laid out."""

    def __init__(self, state: MaximizationState) -> None:
        self._state = state
        layers = [("class scores", CLASSES), *((name, name) for name in state.network.layers.names)]
        classes = [(label, index) for index, label in enumerate(state.network.labels)]
        self.layer = _menu("Layer", "the layer of the unit, or the class scores", layers)
        self.unit = _count("Unit", "the unit's channel", 0, 0)
        self.target = _menu("Class", "the class whose score is maximised", classes)
        self.score = _menu("Climb", "the class's score before the softmax, its probability after it, or both", SCORES)
        self.preset = _menu("Recipe", "Fourier basis, or Yosinski's four", PRESETS)
        self.seeds = _count("Pictures", "how many, each from its own noise", 1, 16)
        self.seed = _count("Seed", "of the first picture", 0, 2**31 - 1)
        self.steps = _count("Steps", "0: the recipe's own number", 0, 10_000)
        self.view = _menu("Show", "enlarged, at its true size, or in the full frame", VIEWS)
        self.rows = [
            box("dv-max-choice", self.layer, self.unit, self.target, self.score, self.preset),
            box("dv-max-choice", self.seeds, self.seed, self.steps, self.view),
        ]
        display(self.score, False)
        self._follow()

    def _follow(self) -> None:
        state = self._state
        for name in LINKED:
            traitlets.link((state, name), (getattr(self, name), "value"))
        state.observe(lambda _: self._show_goal(), names=["layer", "unit", "target"])
        self.layer.observe(lambda change: self._pick_layer(change["new"]), names="value")
        self.unit.observe(lambda change: setattr(state, "unit", change["new"]), names="value")
        self.target.observe(lambda change: self._pick_class(change["new"]), names="value")

    def _show_goal(self) -> None:
        state, classes = self._state, self._state.target is not None
        self.unit.max = state.network.layers[state.layer].channels - 1
        self.unit.value = state.unit
        self.layer.value = CLASSES if classes else state.layer
        if classes:
            self.target.value = state.target
        display(self.unit, not classes)
        display(self.target, classes)
        display(self.score, classes and state.network.answers.probable)

    def _pick_layer(self, name: str) -> None:
        state = self._state
        if name == CLASSES:
            state.target = self.target.value if state.target is None else state.target
        elif name != state.layer:
            state.layer = name
        else:
            state.target = None

    def _pick_class(self, index: int) -> None:
        if self._state.target is not None:
            self._state.target = index


def _menu(description: str, tooltip: str, options: Any) -> ipywidgets.Dropdown:
    return dropdown(description, options, tooltip, style=LABELS)


def _count(description: str, tooltip: str, least: int, most: int) -> ipywidgets.BoundedIntText:
    return ipywidgets.BoundedIntText(min=least, max=most, description=description, tooltip=tooltip, style=LABELS)
