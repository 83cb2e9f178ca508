"""The relevance board: its numbers against the package's LRP on the same network, and against sums written out."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from torch import Tensor, nn

from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.methods import explain
from deepvis_widgets.methods.lrp import RelevanceMap
from deepvis_widgets.methods.relevance.composites import Composite
from deepvis_widgets.methods.relevance.propagate import propagate
from deepvis_widgets.widgets.kit.figure import round_ticks
from deepvis_widgets.widgets.relevance.chart import columns_of, short_names, stacks
from deepvis_widgets.widgets.relevance.drawing import STEPS, place, thing_at
from deepvis_widgets.widgets.relevance.relevance_board import RelevanceBoard
from deepvis_widgets.widgets.relevance.toy_network import (
    EDGES,
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
from deepvis_widgets.widgets.relevance.words import edge_words, neuron_words

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
        handed = state.handed[k]
        total = sum(part.share * handed.relevance * part.numerators[i] / part.denominator for part in handed.parts)
        assert total == pytest.approx(handed.messages[i], abs=1e-12)


def test_formulas_in_words() -> None:
    state = flow(START_INPUTS, START_WEIGHTS, START_BIASES, Division())
    words = edge_words((4, 7), state, Division())
    assert words == "R₄←₇ = R₇ · a₄w₄₇ / (Σₙ aₙwₙ₇ + b₇ + ε) = 0.98 · 0.7 / 0.98 = 0.7."
    assert neuron_words(3, state) == "Neuron 3: a₃ = 0.8; R₃ = R₃←₅ + R₃←₆ = 0.24 + (−0.32) = −0.08."
    silent = flow((-5.0, 0.0, 0.0), START_WEIGHTS, START_BIASES, Division())
    assert "neuron 4 is silent" in edge_words((4, 7), silent, Division())


def test_a_neuron_without_edges_keeps_nothing_back_unsaid() -> None:
    state = flow(START_INPUTS, {(4, 7): 1.0}, START_BIASES, Division())
    assert all(state.relevances[i] == 0 for i in INPUTS)
    assert max(state.ledger.missing()) < 1e-9


# --- the widget ---


@pytest.fixture
def board() -> Iterator[RelevanceBoard]:
    made = RelevanceBoard()
    yield made
    made.close()


def test_what_is_set_shows_everywhere(board: RelevanceBoard) -> None:
    board.set("w14", 0.5)
    board.set("a1", 2)
    board.set("b7", -0.25)
    assert board.weights[1, 4] == 0.5 and board.inputs[0] == 2.0 and board.biases[7] == -0.25
    np_bars = board.chart._bars.y
    assert np_bars.sum(0) == pytest.approx([board.flow.relevances[OUTPUT]] * 3)
    assert board.number.value == 2.0, "the editor shows the number that is chosen"
    board.set("w14", None)
    assert (1, 4) not in board.weights


def test_typing_changes_the_number_chosen(board: RelevanceBoard) -> None:
    board.what.value = "w67"
    assert board.number.value == -0.5
    board.number.value = 0.75
    assert board.weights[6, 7] == 0.75
    board.connected.value = False
    assert (6, 7) not in board.weights
    board.connected.value = True
    assert (6, 7) in board.weights


def test_a_number_out_of_range_is_refused_in_words(board: RelevanceBoard) -> None:
    board.number.value = 1e9
    assert "a1 = 1000000000.0 does not fit" in board._notice.value and board.inputs[0] == 1.0
    assert board.number.value == 1.0
    board.number.value = 0.25
    assert board._notice.value == ""


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("inputs", (1, 2)),
        ("inputs", "123"),
        ("inputs", (1, 2, float("nan"))),
        ("weights", {(1, 7): 1}),
        ("weights", [1]),
        ("biases", {3: 1}),
        ("rule", "delta"),
        ("epsilon", 0),
        ("gamma", -1),
        ("alpha", 0.5),
        ("step", 8),
    ],
)
def test_what_does_not_fit_raises_and_changes_nothing(board: RelevanceBoard, name: str, value: object) -> None:
    old = getattr(board, name)
    with pytest.raises(DeepvisError):
        setattr(board, name, value)
    assert getattr(board, name) == old


def test_steps_tell_the_story(board: RelevanceBoard) -> None:
    told = []
    for step in range(STEPS):
        board.step = step
        told.append(board._words.value)
        assert board.player.step == step
    assert len(set(told)) == STEPS
    assert "R₇ = f(x) = 0.98" in told[1] and "R₄←₇ = 0.7" in told[2] and "R₃ = −0.08" in told[7]


def test_only_the_number_of_the_rule_is_shown(board: RelevanceBoard) -> None:
    for rule, shown in {"epsilon": "epsilon", "gamma": "gamma", "alpha-beta": "alpha", "flat": None}.items():
        board.rule = rule
        assert [n for n, control in board.numbers.items() if control.layout.display != "none"] == [shown] * bool(shown)


def test_the_pointer_finds_neurons_and_edges(board: RelevanceBoard) -> None:
    assert thing_at(*place(5), board.weights) == 5
    start, end = place(6), place(7)
    assert thing_at((start[0] + end[0]) / 2, (start[1] + end[1]) / 2, board.weights) == (6, 7)
    assert thing_at(2, 2, board.weights) is None
    top, left = place(1)
    event = {"event": "mouse_down", "x": 2 * (left + 60), "y": 2 * top}
    board.canvas._handle_frontend_event(None, event, [])
    assert board.what.value == "w14"


def test_every_edge_can_be_named(board: RelevanceBoard) -> None:
    names = [name for _, name in board.what.options]
    assert len(names) == len(set(names)) == len(EDGES) + 3 + 4


def test_unknown_names_are_refused(board: RelevanceBoard) -> None:
    with pytest.raises(DeepvisError, match="no number"):
        board.set("w17", 1.0)
    with pytest.raises(DeepvisError, match="accepted: epsilon"):
        RelevanceBoard(delta=1)


# --- the chart ---


def test_short_names_tell_layers_apart():
    fires = ["picture", "features.0", "features.3.squeeze", "features.12.squeeze", "features.12.expand", "output"]
    assert short_names(fires) == ["picture", "features.0", "3.squeeze", "12.squeeze", "expand", "output"]
    blocks = ["conv1", "layer1.0.conv1", "layer2.0.conv1", "layer2.0.downsample.0", "layer3.0.downsample.0", "fc"]
    short = [name.rstrip("\u200b") for name in short_names(blocks)]
    assert short == ["conv1", "layer1.0.conv1", "layer2.0.conv1", "….downsample.0", "….downsample.0", "fc"]
    assert len(set(short_names(blocks))) == len(blocks)


def test_columns_add_up_to_the_answer() -> None:
    state = flow(START_INPUTS, FULL, START_BIASES, Division(epsilon=0.5))
    columns = stacks(state.ledger)
    assert columns.sum(0) == pytest.approx([state.relevances[OUTPUT]] * 3)
    assert columns[1:, -1].tolist() == [0, 0]
    assert columns_of(state.ledger, 1) == [0, 1, 2]


@pytest.mark.parametrize("span", [(0.0, 0.98), (-0.3, 1.2), (-40.0, 1000.0), (0.0, 0.0), (-3e-7, 0.0)])
def test_ticks_are_round_and_hold_the_bars(span: tuple[float, float]) -> None:
    ticks = round_ticks(*span)
    assert len(ticks) <= 9 and ticks[0] <= span[0] + 1e-12 and ticks[-1] >= span[1] - 1e-12
