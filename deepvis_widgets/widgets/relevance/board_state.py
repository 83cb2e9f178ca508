"""What the relevance board shows, without the board: the network's numbers, the rule, the step, what is pointed at."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import traitlets

from ...core.errors import DeepvisError
from ..link.traits import Checked
from . import toy_network as toy
from .toy_network import Division, Edge, Flow
from .words import ELEMENTS, element_named

LARGEST = 1e6  # of a number typed in: its square is still far from overflow
NUMBERS = {"epsilon": (1e-6, 10.0), "gamma": (0.0, 10.0), "alpha": (1.0, 5.0)}  # of the rules: least, most


class RelevanceState(traitlets.HasTraits):
    """Holds the numbers of the network and of the rule as traits; `flow` has every number that follows from them.

    >>> state = RelevanceState()
    >>> state.set("w14", 0.5)
    >>> round(state.flow.relevances[7], 2)
    0.58
    """

    inputs = Checked(toy.START_INPUTS, help="activations of neurons 1, 2 and 3")
    weights = Checked(help="{(from, to): weight}; an edge left out is absent")
    biases = Checked(help="{neuron: bias} of neurons 4 to 7")
    rule = traitlets.Unicode("epsilon", help="how a neuron divides its relevance")
    epsilon = Checked(1e-6, help="ε of the ε rule, 1e-6 to 10")
    gamma = Checked(0.25, help="γ of the γ rule, 0 to 10")
    alpha = Checked(2.0, help="α of the αβ rule, 1 to 5; β = α − 1")
    step = traitlets.Int(0, help="how far the relevance has flowed back, 0 to 7")
    pointed = traitlets.Any(None, help="the neuron or edge whose formula is shown, None: the step's")
    chosen = traitlets.Unicode("a1", help="the name of the number that is to be changed")

    @property
    def division(self) -> Division:
        """Returns the rule with its numbers."""
        return Division(self.rule, self.epsilon, self.gamma, self.alpha)

    @property
    def flow(self) -> Flow:
        """Returns activations, messages, relevances and what bias and ε took, as things stand."""
        return toy.flow(self.inputs, self.weights, self.biases, self.division)

    def set(self, name: str, value: float | None) -> None:
        """Sets one number by its name: "a1" to "a3", "w14" and so on, "b4" to "b7"; None takes an edge away."""
        element = element_named(name)
        if isinstance(element, tuple):
            rest = {edge: weight for edge, weight in self.weights.items() if edge != element}
            self.weights = rest if value is None else rest | {element: value}
        elif element in toy.INPUTS:
            self.inputs = tuple(value if i == element else old for i, old in zip(toy.INPUTS, self.inputs, strict=True))
        else:
            self.biases = self.biases | {element: value}

    def value_of(self, name: str) -> float:
        """Returns one number by its name; 0 for an edge that is absent."""
        element = element_named(name)
        if isinstance(element, tuple):
            return float(self.weights.get(element, 0.0))
        return float(self.inputs[element - 1] if element in toy.INPUTS else self.biases[element])

    def replace(self, inputs: Any, weights: Any, biases: Any) -> None:
        """Sets all numbers of the network at once, or none of them."""
        checked = as_inputs(inputs), as_weights(weights), as_biases(biases)
        with self.hold_trait_notifications():
            self.inputs, self.weights, self.biases = checked

    # --- what they must fulfil ---

    @traitlets.default("weights")
    def _first_weights(self) -> dict[Edge, float]:
        return dict(toy.START_WEIGHTS)

    @traitlets.default("biases")
    def _first_biases(self) -> dict[int, float]:
        return dict(toy.START_BIASES)

    @traitlets.validate("inputs")
    def _check_inputs(self, proposal: Any) -> tuple[float, ...]:
        return as_inputs(proposal["value"])

    @traitlets.validate("weights")
    def _check_weights(self, proposal: Any) -> dict[Edge, float]:
        return as_weights(proposal["value"])

    @traitlets.validate("biases")
    def _check_biases(self, proposal: Any) -> dict[int, float]:
        return as_biases(proposal["value"])

    @traitlets.validate("rule")
    def _check_rule(self, proposal: Any) -> str:
        if proposal["value"] not in toy.RULES:
            raise DeepvisError(f'There is no rule "{proposal["value"]}" here; accepted: {", ".join(toy.RULES)}.')
        return str(proposal["value"])

    @traitlets.validate(*NUMBERS)
    def _check_number(self, proposal: Any) -> float:
        name = proposal["trait"].name
        least, most = NUMBERS[name]
        number = finite(proposal["value"], name)
        if not least <= number <= most:
            raise DeepvisError(f"{name} = {number:g} does not fit; accepted is a number from {least:g} to {most:g}.")
        return number

    @traitlets.validate("step")
    def _check_step(self, proposal: Any) -> int:
        if not 0 <= proposal["value"] < toy.STEPS:
            raise DeepvisError(f"There is no step {proposal['value']}; accepted are 0 to {toy.STEPS - 1}.")
        return int(proposal["value"])

    @traitlets.validate("pointed")
    def _check_pointed(self, proposal: Any) -> int | Edge | None:
        element = proposal["value"]
        known = isinstance(element, int | tuple) and element in ELEMENTS.values()
        if element is not None and (not known or self._present(element) is None):
            raise DeepvisError(f"There is no {element!r} to point at; accepted is a neuron, 1 to 7, or an edge's pair.")
        return element

    @traitlets.validate("chosen")
    def _check_chosen(self, proposal: Any) -> str:
        element_named(proposal["value"])
        return str(proposal["value"])

    # --- what is pointed at ---

    @traitlets.observe("step")
    def _tell_the_step(self, _change: Any) -> None:
        self.pointed = None

    @traitlets.observe("chosen")
    def _point_at_chosen(self, _change: Any) -> None:
        """Points at the number that is to be changed, so that its formula is shown."""
        self.pointed = self._present(element_named(self.chosen))

    @traitlets.observe("weights")
    def _leave_absent_edges(self, _change: Any) -> None:
        self.pointed = self._present(self.pointed)

    def _present(self, element: int | Edge | None) -> int | Edge | None:
        """Returns a neuron, or an edge that exists; None for one that does not."""
        return None if isinstance(element, tuple) and element not in self.weights else element


def as_inputs(values: Any) -> tuple[float, ...]:
    """Returns the activations of the first neurons; DeepvisError where they are something else."""
    if isinstance(values, str | Mapping) or not hasattr(values, "__len__") or len(values) != len(toy.INPUTS):
        raise DeepvisError(
            f"inputs={values!r} does not fit; accepted are three numbers, for neurons 1, 2 and 3 "
            "(a real network is for dv.RelevanceLedger)."
        )
    return tuple(finite(value, f"a{i}") for i, value in zip(toy.INPUTS, values, strict=True))


def as_weights(weights: Any) -> dict[Edge, float]:
    """Returns the weights of the edges there are; DeepvisError where they are something else."""
    if not isinstance(weights, Mapping):
        raise DeepvisError("weights is no dictionary; accepted is {(from, to): number}, such as {(1, 4): 0.9}.")
    for edge in weights:
        if edge not in toy.EDGES:
            raise DeepvisError(
                f"There can be no edge {edge!r}; edges lead from 1, 2, 3 to 4, 5, 6 and from those to 7."
            )
    return {edge: finite(weights[edge], f"w{edge[0]}{edge[1]}") for edge in toy.EDGES if edge in weights}


def as_biases(biases: Any) -> dict[int, float]:
    """Returns the biases of all neurons that have one, zero where it is left out; DeepvisError for anything else."""
    if not isinstance(biases, Mapping) or any(k not in toy.START_BIASES for k in biases):
        raise DeepvisError(f"biases={biases!r} does not fit; accepted is {{neuron: number}} for neurons 4 to 7.")
    return {k: finite(biases.get(k, 0.0), f"b{k}") for k in toy.START_BIASES}


def finite(value: Any, name: str) -> float:
    """Returns a number that can be shown; DeepvisError for anything else.

    >>> finite("0.5", "a1")
    0.5
    """
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if isinstance(value, bool) or not abs(number) <= LARGEST:
        raise DeepvisError(f"{name} = {value!r} does not fit; accepted is a number from {-LARGEST:g} to {LARGEST:g}.")
    return number
