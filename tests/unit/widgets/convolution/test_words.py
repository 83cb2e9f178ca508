"""The convolution board's sentences and facts."""

from __future__ import annotations

from deepvis_widgets.widgets.convolution import words
from deepvis_widgets.widgets.convolution.controls import Facts, table
from deepvis_widgets.widgets.convolution.state import ConvolutionState


def test_a_sum_leaves_out_the_zeros_that_were_filled_in() -> None:
    state = ConvolutionState()
    state.padding = 1
    assert words.total(state.lesson, 0) == "y(0) = 2·2 + (−1)·0 = 4"
    assert words.step(state.lesson, 0).endswith("1 weight meets the zeros of the padding. In W this is row 0.")


def test_sizes_come_with_their_formula() -> None:
    state = ConvolutionState()
    assert words.output_size(state.lesson.made.cols).endswith("= ⌊(6 + 2·0 − 1·(3 − 1) − 1) / 1⌋ + 1 = 4")
    assert words.transposed_size(state.lesson.made.cols).endswith("= 1·(4 − 1) + 0 + 1·(3 − 1) + 1 − 2·0 = 6")


def test_facts_follow_the_lesson() -> None:
    state = ConvolutionState()
    facts = Facts(state)
    assert facts.value == table(words.forward_facts(state.lesson))
    state.transposed = True
    assert facts.value == table(words.transposed_facts(state.lesson))
    facts.close()
