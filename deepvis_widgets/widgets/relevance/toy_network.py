"""A network of seven neurons, small enough to follow every number, and how its answer goes back from one to another.

Neurons 1, 2, 3 are the inputs, 4, 5, 6 are hidden and rectified, 7 is the answer.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F

from ...core.errors import DeepvisError
from ...methods.relevance.ledger import Entry, Ledger
from ...methods.relevance.linear_call import LinearCall, linear_call
from ...methods.relevance.redistribute import redistribute
from ...methods.relevance.rules import (
    Group,
    Rule,
    alpha_beta_rule,
    epsilon_rule,
    flat_rule,
    gamma_rule,
    w_square_rule,
    z_plus_rule,
)
from ...methods.relevance.stabilise import STABILISER, stabilise

INPUTS, HIDDEN, OUTPUT = (1, 2, 3), (4, 5, 6), 7
LAYERS = (INPUTS, HIDDEN, (OUTPUT,))
Edge = tuple[int, int]
EDGES: tuple[Edge, ...] = tuple((i, k) for i in INPUTS for k in HIDDEN) + tuple((i, OUTPUT) for i in HIDDEN)
RULES = ("epsilon", "gamma", "alpha-beta", "z+", "w²", "flat")
LARGEST = 1e6  # of a number typed in: its square is still far from overflow

START_INPUTS = (1.0, 0.5, 0.8)
START_WEIGHTS: dict[Edge, float] = {
    (1, 4): 0.9,
    (2, 4): -0.6,
    (2, 5): 0.7,
    (3, 5): 0.5,
    (3, 6): 0.8,
    (4, 7): 1.0,
    (5, 7): 0.6,
    (6, 7): -0.5,
}
START_BIASES = {4: 0.1, 5: 0.0, 6: -0.1, 7: 0.1}


@dataclass(frozen=True)
class Division:
    """One rule with its numbers: `epsilon` for the ε rule, `gamma` for γ, `alpha` for αβ, where β = α − 1."""

    name: str = "epsilon"
    epsilon: float = 1e-6
    gamma: float = 0.25
    alpha: float = 2.0

    @property
    def rule(self) -> Rule:
        """The rule as dv.explain's LRP uses it."""
        made: dict[str, Rule] = {
            "epsilon": epsilon_rule,
            "gamma": gamma_rule(self.gamma),
            "alpha-beta": alpha_beta_rule(self.alpha, self.alpha - 1),
            "z+": z_plus_rule,
            "w²": w_square_rule,
            "flat": flat_rule,
        }
        return made[self.name]

    @property
    def stabiliser(self) -> float:
        """What keeps the denominators from zero."""
        return self.epsilon if self.name == "epsilon" else STABILISER


@dataclass(frozen=True)
class Part:
    """One fraction of a rule at a neuron k: what each neuron before it puts in, over one denominator, times a share of
    R_k.
    """

    numerators: dict[int, float]
    denominator: float
    share: float


@dataclass(frozen=True)
class Handed:
    """What a neuron did with its relevance: the messages R_{i←k} to the neurons i before it, what bias and ε took."""

    relevance: float
    messages: dict[int, float]
    bias: float
    epsilon: float
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Flow:
    """Everything there is to know: `sums` are what a neuron gets before its rectifier (an input: its value)."""

    sums: dict[int, float]
    activations: dict[int, float]
    relevances: dict[int, float]
    handed: dict[int, Handed]

    def message(self, edge: Edge) -> float:
        """R_{i←k}."""
        return self.handed[edge[1]].messages[edge[0]]

    @property
    def ledger(self) -> Ledger:
        """ΣR of inputs, hidden neurons and output, and what bias and ε took between them."""
        totals = [sum(self.relevances[k] for k in layer) for layer in LAYERS]
        taken = [[self.handed[k] for k in layer if k in self.handed] for layer in LAYERS]
        return Ledger(
            self.relevances[OUTPUT],
            tuple(
                Entry(name, total, 0.0, sum(h.bias for h in handed), sum(h.epsilon for h in handed))
                for name, total, handed in zip(("inputs", "hidden", "output"), totals, taken, strict=True)
            ),
        )


def flow(
    inputs: tuple[float, ...], weights: Mapping[Edge, float], biases: Mapping[int, float], division: Division
) -> Flow:
    """Forward, and the answer of neuron 7 back by the rule, in double precision."""
    sums = dict(zip(INPUTS, inputs, strict=True))
    activations = dict(sums)
    for k in (*HIDDEN, OUTPUT):
        sums[k] = sum(activations[i] * weights[i, k] for i in before(k, weights)) + biases[k]
        activations[k] = sums[k] if k == OUTPUT else max(0.0, sums[k])
    relevances = dict.fromkeys((*INPUTS, *HIDDEN), 0.0) | {OUTPUT: activations[OUTPUT]}
    handed: dict[int, Handed] = {}
    for k in (OUTPUT, *HIDDEN):
        sources = before(k, weights)
        values = [activations[i] for i in sources]
        handed[k] = hand_back(sources, values, [weights[i, k] for i in sources], biases[k], relevances[k], division)
        for i, message in handed[k].messages.items():
            relevances[i] += message
    return Flow(sums, activations, relevances, handed)


def before(k: int, weights: Mapping[Edge, float]) -> list[int]:
    """The neurons with an edge to neuron k."""
    return [i for i, other in EDGES if other == k and (i, other) in weights]


def hand_back(
    sources: list[int], values: list[float], weights: list[float], bias: float, relevance: float, division: Division
) -> Handed:
    """One neuron as a dense layer with one output, by the package's own rule."""
    row = [torch.tensor([numbers], dtype=torch.float64) for numbers in (values, weights)]
    call = linear_call("linear", F.linear, (row[0], row[1], torch.tensor([bias], dtype=torch.float64)), {})
    found = redistribute(call, division.rule, division.stabiliser, torch.tensor([[relevance]], dtype=torch.float64))
    messages = dict(zip(sources, found.relevance[0].tolist(), strict=True))
    parts = tuple(_part(group, call, sources, division.stabiliser) for group in division.rule(call))
    return Handed(relevance, messages, float(found.bias), float(found.epsilon), parts)


def _part(group: Group, call: LinearCall, sources: list[int], stabiliser: float) -> Part:
    zero, one = torch.zeros_like(call.x), call.x.new_ones(1, 1)
    numerators = sum((term.sign * term.x * term.made.back(one) for term in group.terms), zero)
    constant = sum(
        (term.sign * term.bias for term in group.terms if term.bias is not None), torch.zeros_like(zero[0, :0].sum())
    )
    denominator = stabilise(numerators.sum() + constant, stabiliser)
    share = group.share if group.where is None else group.share * float(group.where)
    return Part(dict(zip(sources, numerators[0].tolist(), strict=True)), float(denominator), share)


# --- what may be typed ---


def finite(value: Any, name: str) -> float:
    """A number that can be shown; DeepvisError otherwise."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if isinstance(value, bool) or not abs(number) <= LARGEST:
        raise DeepvisError(f"{name} = {value!r} does not fit; accepted is a number from {-LARGEST:g} to {LARGEST:g}.")
    return number


def checked_inputs(values: Any) -> tuple[float, ...]:
    """Three numbers; DeepvisError otherwise."""
    if isinstance(values, str | Mapping) or not hasattr(values, "__len__") or len(values) != len(INPUTS):
        raise DeepvisError(
            f"inputs={values!r} does not fit; accepted are three numbers, for neurons 1, 2 and 3 "
            "(a real network is for dv.RelevanceLedger)."
        )
    return tuple(finite(value, f"a{i}") for i, value in zip(INPUTS, values, strict=True))


def checked_weights(weights: Any) -> dict[Edge, float]:
    """A dictionary (from, to) → number over edges that can be; DeepvisError otherwise."""
    if not isinstance(weights, Mapping):
        raise DeepvisError("weights is no dictionary; accepted is {(from, to): number}, such as {(1, 4): 0.9}.")
    for edge in weights:
        if edge not in EDGES:
            raise DeepvisError(
                f"There can be no edge {edge!r}; edges lead from 1, 2, 3 to 4, 5, 6 and from those to 7."
            )
    return {edge: finite(weights[edge], f"w{edge[0]}{edge[1]}") for edge in EDGES if edge in weights}


def checked_biases(biases: Any) -> dict[int, float]:
    """A dictionary neuron → number; those left out are zero. DeepvisError for a neuron that has none."""
    if not isinstance(biases, Mapping) or any(k not in START_BIASES for k in biases):
        raise DeepvisError(f"biases={biases!r} does not fit; accepted is {{neuron: number}} for neurons 4 to 7.")
    return {k: finite(biases.get(k, 0.0), f"b{k}") for k in START_BIASES}
