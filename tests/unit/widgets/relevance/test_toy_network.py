"""The small network: its numbers against the package's LRP on the same network, and against sums written out."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.methods import explain
from deepvis_widgets.methods.lrp import RelevanceMap
from deepvis_widgets.methods.relevance.composites import Composite
from deepvis_widgets.methods.relevance.propagate import propagate
from deepvis_widgets.widgets.relevance.toy_network import (
    HIDDEN,
    INPUTS,
    OUTPUT,
    RULES,
    START_BIASES,
    START_INPUTS,
    START_WEIGHTS,
    Division,
    Edge,
    before,
    flow,
)

FULL = START_WEIGHTS | {(1, 5): -0.4, (1, 6): 0.3, (2, 6): 0.2, (3, 4): -0.1}
PIXELS = (1.0, 0.5, 0.75)  # exact also in single precision, in which pictures come
PLAIN = Preprocess((1, 1), None, mean=(0.0, 0.0, 0.0), std=(1.0, 1.0, 1.0))
NEGATIVE = START_WEIGHTS | {(4, 7): -1.2, (5, 7): -0.3}


class Seven(nn.Module):
    """The same network in PyTorch, its three inputs the colours of a picture of one pixel; one small linear layer for
    each neuron, so that an absent edge is no edge.
    """

    def __init__(self, weights: dict[Edge, float], biases: dict[int, float]) -> None:
        super().__init__()
        self.sources = {k: before(k, weights) for k in (*HIDDEN, OUTPUT)}
        self.neurons = nn.ModuleDict({str(k): nn.Linear(len(self.sources[k]), 1) for k in self.sources})
        self.double()
        with torch.no_grad():
            for k, sources in self.sources.items():
                neuron = self.neurons[str(k)]
                assert isinstance(neuron, nn.Linear)
                neuron.weight.copy_(torch.tensor([[weights[i, k] for i in sources]], dtype=torch.float64))
                neuron.bias.fill_(biases[k])

    def forward(self, x: Tensor) -> Tensor:
        values = x.flatten(1)
        sums = [self.neurons[str(k)](values[:, [i - 1 for i in self.sources[k]]]) for k in HIDDEN]
        hidden = torch.cat(sums, 1).relu()
        scores: Tensor = self.neurons[str(OUTPUT)](hidden[:, [i - 4 for i in self.sources[OUTPUT]]])
        return scores


def by_package(weights: dict[Edge, float], division: Division) -> tuple[list[float], float, float]:
    """Relevance of the inputs, and what biases and ε took, as dv.explain's propagation has them."""
    network = Network(Seven(weights, START_BIASES), PLAIN)
    rule = division.rule
    way = propagate(network, torch.tensor(PIXELS).view(3, 1, 1), None, Composite(None, rule, rule, division.epsilon))
    return way.picture.flatten().tolist(), way.ledger.bias, way.ledger.epsilon


@pytest.mark.parametrize("weights", [START_WEIGHTS, FULL, NEGATIVE], ids=["start", "full", "negative"])
@pytest.mark.parametrize("rule", RULES)
def test_the_numbers_are_those_of_the_package(rule: str, weights: dict[Edge, float]) -> None:
    division = Division(rule, epsilon=0.01)
    found, bias, epsilon = by_package(weights, division)
    state = flow(PIXELS, weights, START_BIASES, division)
    assert [state.relevances[i] for i in INPUTS] == pytest.approx(found, abs=1e-9)
    assert (state.ledger.bias, state.ledger.epsilon) == pytest.approx((bias, epsilon), abs=1e-9)


def test_dv_explain_says_the_same() -> None:
    network = Network(Seven(FULL, START_BIASES), PLAIN)
    result = explain(network, torch.tensor(PIXELS).view(3, 1, 1), "lrp", composite="epsilon", epsilon=0.05)
    assert isinstance(result, RelevanceMap)
    state = flow(PIXELS, FULL, START_BIASES, Division(epsilon=0.05))
    assert result.value == pytest.approx(state.relevances[OUTPUT], abs=1e-9)
    assert result.attribution is not None
    assert result.attribution.flatten().tolist() == pytest.approx([state.relevances[i] for i in INPUTS], abs=1e-9)


# --- the same by hand, from the definitions alone ---


def by_hand(weights: dict[Edge, float], division: Division) -> tuple[dict[int, float], dict[Edge, float]]:
    a = dict(zip(INPUTS, START_INPUTS, strict=True))
    z = {}
    for k in (*HIDDEN, OUTPUT):
        z[k] = START_BIASES[k] + sum(a[i] * w for (i, other), w in weights.items() if other == k)
        a[k] = z[k] if k == OUTPUT else max(z[k], 0.0)
    relevance = dict.fromkeys((*INPUTS, *HIDDEN), 0.0) | {OUTPUT: z[OUTPUT]}
    messages: dict[Edge, float] = {}
    for k in (OUTPUT, *HIDDEN):
        terms = {i: a[i] * weights[i, k] for i in before(k, weights)}
        for i in terms:
            share = hand_share(i, k, terms, weights, z[k], division)
            messages[i, k] = share * relevance[k]
            relevance[i] += messages[i, k]
    return relevance, messages


def hand_share(
    i: int, k: int, terms: dict[int, float], weights: dict[Edge, float], z: float, division: Division
) -> float:
    bias, tiny = START_BIASES[k], 1e-6
    up, down = max(bias, 0.0), min(bias, 0.0)
    if division.name == "epsilon":
        return terms[i] / (z + (division.epsilon if z >= 0 else -division.epsilon))
    if division.name == "w²":
        return weights[i, k] ** 2 / (sum(weights[n, k] ** 2 for n in terms) + tiny)
    if division.name == "flat":
        return 1 / (len(terms) + tiny)
    if division.name == "gamma":
        favoured = {n: t * (1 + division.gamma * ((t > 0) == (z > 0))) for n, t in terms.items()}
        own = bias * (1 + division.gamma * ((bias > 0) == (z > 0)))
        total = sum(favoured.values()) + own
        return favoured[i] / (total + (tiny if total >= 0 else -tiny)) if z else 0.0
    alpha, beta = (division.alpha, division.alpha - 1) if division.name == "alpha-beta" else (1.0, 0.0)
    positive = max(terms[i], 0) / (sum(max(t, 0) for t in terms.values()) + up + tiny)
    against = sum(min(t, 0) for t in terms.values()) + down
    negative = min(terms[i], 0) / (against - tiny if against < 0 else tiny)
    return alpha * positive - beta * negative


@pytest.mark.parametrize("weights", [START_WEIGHTS, FULL, NEGATIVE], ids=["start", "full", "negative"])
@pytest.mark.parametrize("rule", RULES)
def test_every_message_is_the_definition_s(rule: str, weights: dict[Edge, float]) -> None:
    division = Division(rule, epsilon=0.02, gamma=0.5, alpha=3.0)
    relevance, messages = by_hand(weights, division)
    state = flow(START_INPUTS, weights, START_BIASES, division)
    assert state.relevances == pytest.approx(relevance, abs=1e-9)
    assert {edge: state.message(edge) for edge in weights} == pytest.approx(messages, abs=1e-9)
    assert max(state.ledger.missing()) < 1e-12


@pytest.mark.parametrize("rule", RULES)
def test_a_formula_s_numbers_make_its_message(rule: str) -> None:
    state = flow(START_INPUTS, FULL, START_BIASES, Division(rule))
    for i, k in FULL:
        done = state.redistributed[k]
        total = sum(part.share * done.relevance * part.numerators[i] / part.denominator for part in done.parts)
        assert total == pytest.approx(done.messages[i], abs=1e-12)


def test_a_neuron_without_edges_keeps_nothing_back_unsaid() -> None:
    state = flow(START_INPUTS, {(4, 7): 1.0}, START_BIASES, Division())
    assert all(state.relevances[i] == 0 for i in INPUTS)
    assert max(state.ledger.missing()) < 1e-9
