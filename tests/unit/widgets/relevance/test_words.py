"""The small network's relevance in sentences."""

from __future__ import annotations

from deepvis_widgets.widgets.relevance.toy_network import (
    START_BIASES,
    START_INPUTS,
    START_WEIGHTS,
    STEPS,
    Division,
    flow,
)
from deepvis_widgets.widgets.relevance.words import describe, edge_words, neuron_words, step_words


def test_formulas_in_words() -> None:
    state = flow(START_INPUTS, START_WEIGHTS, START_BIASES, Division())
    words = edge_words((4, 7), state, Division())
    assert words == "R₄←₇ = R₇ · a₄w₄₇ / (Σₙ aₙwₙ₇ + b₇ + ε) = 0.98 · 0.7 / 0.98 = 0.7."
    assert neuron_words(3, state) == "Neuron 3: a₃ = 0.8; R₃ = R₃←₅ + R₃←₆ = 0.24 + (−0.32) = −0.08."
    silent = flow((-5.0, 0.0, 0.0), START_WEIGHTS, START_BIASES, Division())
    assert "neuron 4 is silent" in edge_words((4, 7), silent, Division())


def test_what_is_pointed_at_comes_before_the_step() -> None:
    state = flow(START_INPUTS, START_WEIGHTS, START_BIASES, Division())
    assert describe((4, 7), 2, state, Division()) == edge_words((4, 7), state, Division())
    assert describe(3, 2, state, Division()) == neuron_words(3, state)
    assert [describe(None, step, state, Division()) for step in range(STEPS)] == [
        step_words(step, state, Division()) for step in range(STEPS)
    ]
