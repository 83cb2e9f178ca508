"""The controls of the relevance board: the rule with its numbers, and the network's numbers one by one."""

from __future__ import annotations

import random
from typing import Any

import ipywidgets
import traitlets

from ..board.binding import Binding
from ..kit.layout import button, classed, display, dropdown
from ..kit.notice import Say
from .board_state import RelevanceState
from .toy_network import INPUTS, RULES, START_BIASES, START_INPUTS, START_WEIGHTS, Edge
from .words import ELEMENTS, element_named, title_of

RULE_NAMES = {
    "epsilon": "ε: in proportion",
    "gamma": "γ: more for what agrees",
    "alpha-beta": "αβ: for and against apart",
    "z+": "z⁺: only what speaks for",
    "w²": "w²: by weight alone",
    "flat": "flat: all alike",
}
NUMBER_OF = {"epsilon": "epsilon", "gamma": "gamma", "alpha-beta": "alpha"}  # the number that a rule has
WHAT = "which number to change; a click on the drawing chooses too"
WIDE = {"description_width": "initial"}
EPSILON = {"tooltip": "ε: added to every denominator", "readout_format": ".1e"}
GAMMA, ALPHA = {"tooltip": "γ: the bonus of what agrees"}, {"tooltip": "α: what counts for; β against"}
SLIDERS: dict[str, tuple[Any, dict[str, Any]]] = {
    "epsilon": (ipywidgets.FloatLogSlider, {"description": "ε", "min": -6, "max": 1, "step": 0.1, **EPSILON}),
    "gamma": (ipywidgets.FloatSlider, {"description": "γ", "min": 0, "max": 10, "step": 0.05, **GAMMA}),
    "alpha": (ipywidgets.FloatSlider, {"description": "α = 1 + β", "min": 1, "max": 5, "step": 0.1, **ALPHA}),
}


class RuleControls(ipywidgets.Box):
    """Shows a menu of rules, and the number of the one that is chosen."""

    def __init__(self, state: RelevanceState) -> None:
        self._state = state
        rules = [(RULE_NAMES[name], name) for name in RULES]
        self.rule = dropdown("Rule", rules, "how each neuron divides its relevance among those before it", style=WIDE)
        self.numbers = {name: kind(style=WIDE, **limits) for name, (kind, limits) in SLIDERS.items()}
        super().__init__([self.rule, *self.numbers.values()])
        classed(self, "dv-board-row")
        for name, control in {"rule": self.rule, **self.numbers}.items():
            traitlets.link((state, name), (control, "value"))
        state.observe(lambda _: self._show_number(), names="rule")
        self._show_number()

    def _show_number(self) -> None:
        for name, control in self.numbers.items():
            display(control, name == NUMBER_OF.get(self._state.rule))


class NumberControls(ipywidgets.Box):
    """Shows a menu of the network's numbers, a field for the chosen one, and buttons for all of them at once.

    `say` gets the sentence of a refusal.
    """

    def __init__(self, state: RelevanceState, say: Say) -> None:
        self._state = state
        titles = [(title_of(name), name) for name in ELEMENTS]
        self.what = dropdown("Change", titles, WHAT, style=WIDE, layout={"width": "224px"})
        self.number = ipywidgets.FloatText(
            description="to", step=0.1, tooltip="the new number; Enter takes it", style=WIDE, layout={"width": "110px"}
        )
        self.connected = ipywidgets.Checkbox(
            True, description="connected", tooltip="whether this edge exists", indent=False, layout={"width": "110px"}
        )
        start = (START_INPUTS, START_WEIGHTS, START_BIASES)
        again = button("Start values", "back to the numbers it began with", on_click=lambda: state.replace(*start))
        chance = button("Random", "other numbers, drawn at random", on_click=lambda: state.replace(*random_numbers()))
        super().__init__([self.what, self.number, self.connected, again, chance])
        classed(self, "dv-board-row")
        binding = Binding(self._show, say)
        traitlets.link((state, "chosen"), (self.what, "value"))
        binding.show()
        binding.follow(self.number, lambda value: state.set(state.chosen, value))
        binding.follow(self.connected, lambda on: state.set(state.chosen, self.number.value if on else None))
        state.observe(lambda _: binding.show(), names=["inputs", "weights", "biases", "chosen"])

    def _show(self) -> None:
        element = element_named(self._state.chosen)
        display(self.connected, isinstance(element, tuple))
        if isinstance(element, tuple):
            self.connected.value = element in self._state.weights
        self.number.value = self._state.value_of(self._state.chosen)


def random_numbers() -> tuple[tuple[float, ...], dict[Edge, float], dict[int, float]]:
    """Returns random inputs, weights of all edges there are at the start, and biases, with one digit each."""
    pick = random.Random().uniform
    inputs = tuple(round(pick(0, 1.5), 1) for _ in INPUTS)
    weights = {edge: round(pick(-1, 1.4), 1) for edge in START_WEIGHTS}
    return inputs, weights, {k: round(pick(-0.3, 0.3), 1) for k in START_BIASES}
