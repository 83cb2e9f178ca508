"""The controls of the relevance board: the rule with its numbers, and the network's numbers one by one."""

from __future__ import annotations

import random
from typing import Any

import ipywidgets
import traitlets

from ..board.binding import Binding, Say
from ..kit.layout import button, classed, display, dropdown
from .board_state import RelevanceState
from .names import ELEMENTS, element_named, title_of
from .toy_network import INPUTS, RULES, START_BIASES, START_INPUTS, START_WEIGHTS, Edge

RULE_NAMES = {
    "epsilon": "ε: in proportion",
    "gamma": "γ: more for what agrees",
    "alpha-beta": "αβ: for and against apart",
    "z+": "z⁺: only what speaks for",
    "w²": "w²: by weight alone",
    "flat": "flat: all alike",
}
NUMBER_OF = {"epsilon": "epsilon", "gamma": "gamma", "alpha-beta": "alpha"}  # the number that a rule has
WIDE = {"description_width": "initial"}


class RuleControls(ipywidgets.Box):
    """A menu of rules, and the number of the one that is chosen."""

    def __init__(self, state: RelevanceState) -> None:
        self._state = state
        rules = [(RULE_NAMES[name], name) for name in RULES]
        self.rule = dropdown("Rule", rules, "how each neuron divides its relevance among those before it", style=WIDE)
        self.numbers = {"epsilon": _epsilon_slider(), "gamma": _gamma_slider(), "alpha": _alpha_slider()}
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
    """A menu of the network's numbers, a field for the one that is chosen, and buttons for all of them at once.

    `say` gets the sentence of a refusal.
    """

    def __init__(self, state: RelevanceState, say: Say) -> None:
        self._state = state
        self.what = dropdown(
            "Change",
            [(title_of(name), name) for name in ELEMENTS],
            "which number to change; a click on the drawing chooses too",
            style=WIDE,
            layout={"width": "224px"},
        )
        self.number = ipywidgets.FloatText(
            description="to", step=0.1, tooltip="the new number; Enter takes it", style=WIDE, layout={"width": "110px"}
        )
        self.connected = ipywidgets.Checkbox(
            value=True,
            description="connected",
            tooltip="whether this edge exists",
            indent=False,
            layout={"width": "110px"},
        )
        start = (START_INPUTS, START_WEIGHTS, START_BIASES)
        self.again = button("Start values", "back to the numbers it began with", on_click=lambda: state.replace(*start))
        self.chance = button(
            "Random", "other numbers, drawn at random", on_click=lambda: state.replace(*random_numbers())
        )
        super().__init__([self.what, self.number, self.connected, self.again, self.chance])
        classed(self, "dv-board-row")
        self._bind(Binding(self._show, say))

    def _bind(self, binding: Binding) -> None:
        state = self._state
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
    """Random inputs, weights of all edges there are at the start, and biases, with one digit each."""
    pick = random.Random().uniform
    inputs = tuple(round(pick(0, 1.5), 1) for _ in INPUTS)
    weights = {edge: round(pick(-1, 1.4), 1) for edge in START_WEIGHTS}
    return inputs, weights, {k: round(pick(-0.3, 0.3), 1) for k in START_BIASES}


def _epsilon_slider() -> Any:
    return ipywidgets.FloatLogSlider(
        value=1e-6,
        min=-6,
        max=1,
        step=0.1,
        description="ε",
        readout_format=".1e",
        tooltip="ε: added to every denominator",
        style=WIDE,
    )


def _gamma_slider() -> Any:
    return ipywidgets.FloatSlider(
        value=0.25, min=0, max=10, step=0.05, description="γ", tooltip="γ: the bonus of what agrees", style=WIDE
    )


def _alpha_slider() -> Any:
    return ipywidgets.FloatSlider(
        value=2, min=1, max=5, step=0.1, description="α = 1 + β", tooltip="α: what counts for; β against", style=WIDE
    )
