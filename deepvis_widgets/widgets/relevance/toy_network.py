"""A network of seven neurons, small enough to follow every number, and how its answer goes back from one to another.

Neurons 1, 2, 3 are the inputs, 4, 5, 6 are hidden and rectified, 7 is the answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
import torch.nn.functional as F

from ...methods.relevance import rules
from ...methods.relevance.ledger import Entry, Ledger
from ...methods.relevance.linear_call import LinearCall, linear_call
from ...methods.relevance.redistribute import redistribute
from ...methods.relevance.rules import Group, Rule
from ...methods.relevance.stabilise import STABILISER, stabilise

INPUTS, HIDDEN, OUTPUT = (1, 2, 3), (4, 5, 6), 7
LAYERS = (INPUTS, HIDDEN, (OUTPUT,))
Edge = tuple[int, int]
EDGES: tuple[Edge, ...] = tuple((i, k) for i in INPUTS for k in HIDDEN) + tuple((i, OUTPUT) for i in HIDDEN)
STEPS = 8  # forward; the answer; neuron 7 hands back; sums; neurons 4, 5 and 6 hand back; sums
RULES = ("epsilon", "gamma", "alpha-beta", "z+", "w²", "flat")

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
    """Holds one rule with its numbers: `epsilon` for the ε rule, `gamma` for γ, `alpha` for αβ, where β = α − 1."""

    name: str = "epsilon"
    epsilon: float = 1e-6
    gamma: float = 0.25
    alpha: float = 2.0

    @property
    def rule(self) -> Rule:
        """Returns the rule as dv.explain's LRP uses it."""
        made: dict[str, Rule] = {
            "epsilon": rules.epsilon_rule,
            "gamma": rules.gamma_rule(self.gamma),
            "alpha-beta": rules.alpha_beta_rule(self.alpha, self.alpha - 1),
            "z+": rules.z_plus_rule,
            "w²": rules.w_square_rule,
            "flat": rules.flat_rule,
        }
        return made[self.name]

    @property
    def stabiliser(self) -> float:
        """Returns what keeps the denominators from zero."""
        return self.epsilon if self.name == "epsilon" else STABILISER


@dataclass(frozen=True)
class Part:
    """Holds one fraction of a rule at a neuron k: what each neuron before it puts in, over one denominator, times a
    share of R_k.
    """

    numerators: dict[int, float]
    denominator: float
    share: float


@dataclass(frozen=True)
class Redistribution:
    """Holds what a neuron did with its relevance: the messages R_{i←k} to neurons i before it, what bias and ε took."""

    relevance: float
    messages: dict[int, float]
    bias: float
    epsilon: float
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Flow:
    """Holds everything there is to know: `sums` are what a neuron gets before its rectifier (an input: its value)."""

    sums: dict[int, float]
    activations: dict[int, float]
    relevances: dict[int, float]
    redistributed: dict[int, Redistribution]

    def message(self, edge: Edge) -> float:
        """Returns R_{i←k}."""
        return self.redistributed[edge[1]].messages[edge[0]]

    @property
    def ledger(self) -> Ledger:
        """Returns ΣR of inputs, hidden neurons and output, and what bias and ε took between them."""
        totals = [sum(self.relevances[k] for k in layer) for layer in LAYERS]
        taken = [[self.redistributed[k] for k in layer if k in self.redistributed] for layer in LAYERS]
        return Ledger(
            self.relevances[OUTPUT],
            tuple(
                Entry(name, total, 0.0, sum(r.bias for r in done), sum(r.epsilon for r in done))
                for name, total, done in zip(("inputs", "hidden", "output"), totals, taken, strict=True)
            ),
        )


def flow(
    inputs: tuple[float, ...], weights: Mapping[Edge, float], biases: Mapping[int, float], division: Division
) -> Flow:
    """Goes forward, and brings the answer of neuron 7 back by the rule, in double precision.

    >>> found = flow(START_INPUTS, START_WEIGHTS, START_BIASES, Division("epsilon"))
    >>> round(found.relevances[OUTPUT], 2), round(found.message((4, 7)), 2)
    (0.98, 0.7)
    """
    sums = dict(zip(INPUTS, inputs, strict=True))
    activations = dict(sums)
    for k in (*HIDDEN, OUTPUT):
        sums[k] = sum(activations[i] * weights[i, k] for i in before(k, weights)) + biases[k]
        activations[k] = sums[k] if k == OUTPUT else max(0.0, sums[k])
    relevances = dict.fromkeys((*INPUTS, *HIDDEN), 0.0) | {OUTPUT: activations[OUTPUT]}
    redistributed: dict[int, Redistribution] = {}
    for k in (OUTPUT, *HIDDEN):
        sources = before(k, weights)
        values, incoming = [activations[i] for i in sources], [weights[i, k] for i in sources]
        redistributed[k] = redistribution(sources, values, incoming, biases[k], relevances[k], division)
        for i, message in redistributed[k].messages.items():
            relevances[i] += message
    return Flow(sums, activations, relevances, redistributed)


def before(k: int, weights: Mapping[Edge, float]) -> list[int]:
    """Returns the neurons with an edge to neuron k."""
    return [i for i, other in EDGES if other == k and (i, other) in weights]


def redistribution(
    sources: list[int], values: list[float], weights: list[float], bias: float, relevance: float, division: Division
) -> Redistribution:
    """Divides the relevance of one neuron, as a dense layer with one output, by the package's own rule."""
    row = [torch.tensor([numbers], dtype=torch.float64) for numbers in (values, weights)]
    call = linear_call("linear", F.linear, (row[0], row[1], torch.tensor([bias], dtype=torch.float64)), {})
    found = redistribute(call, division.rule, division.stabiliser, torch.tensor([[relevance]], dtype=torch.float64))
    messages = dict(zip(sources, found.relevance[0].tolist(), strict=True))
    parts = tuple(_part(group, call, sources, division.stabiliser) for group in division.rule(call))
    return Redistribution(relevance, messages, float(found.bias), float(found.epsilon), parts)


def _part(group: Group, call: LinearCall, sources: list[int], stabiliser: float) -> Part:
    zero, one = torch.zeros_like(call.x), call.x.new_ones(1, 1)
    numerators = sum((term.sign * term.x * term.made.back(one) for term in group.terms), zero)
    constant = sum(
        (term.sign * term.bias for term in group.terms if term.bias is not None), torch.zeros_like(zero[0, :0].sum())
    )
    denominator = stabilise(numerators.sum() + constant, stabiliser)
    share = group.share if group.where is None else group.share * float(group.where)
    return Part(dict(zip(sources, numerators[0].tolist(), strict=True)), float(denominator), share)
