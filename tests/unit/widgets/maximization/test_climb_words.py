"""What is said of all classes while one climbs, against arithmetic by hand."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from deepvis_widgets.core.answers.classes import Labels
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.network.target import Target
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.methods.synthesis import SynthesisParams
from deepvis_widgets.widgets.maximization.ascent_run import Look
from deepvis_widgets.widgets.maximization.climb_words import climb_words, pushed_down, share_of_others
from tests.small_nets import Plain

FIRST = torch.tensor([[0.0, 1.0, 2.0, 0.0, 0.0], [1.0, 1.0, 2.0, 0.0, 0.0]])
LAST = torch.tensor([[2.0, -3.0, 1.0, 0.0, 0.4], [3.0, -1.0, 1.0, 0.0, 0.0]])


def look(first: Tensor | None = FIRST, last: Tensor | None = LAST, channel: int = 0) -> Look:
    seen = torch.zeros(2, 3, 4, 4), (0, 0, 4, 4), torch.zeros(1, 2)
    return Look(Target(channel), SynthesisParams(), *seen, (), 1.0, True, first, last)


def network(labels: bool = False) -> Network:
    return (
        Network(Plain(), Preprocess((32, 32), None), answers=Labels(list("abcde")))
        if labels
        else Network(Plain(), Preprocess((32, 32), None), labels=list("abcde"))
    )


def test_the_pushed_down_are_those_whose_score_fell_the_most_first() -> None:
    assert pushed_down(look()) == [(1, pytest.approx(-3.0)), (2, pytest.approx(-1.0))]
    assert pushed_down(look(channel=1)) == [(2, pytest.approx(-1.0))], "the class itself is no other"


def log_odds(scores: list[float]) -> float:
    p = math.exp(scores[0]) / sum(map(math.exp, scores))
    return math.log(p / (1 - p))


def test_own_rise_and_the_fall_of_the_others_add_up_to_the_gain_in_log_odds() -> None:
    gains = [log_odds(after) - log_odds(before) for before, after in zip(FIRST.tolist(), LAST.tolist(), strict=True)]
    gain, own = sum(gains) / 2, 2.0
    assert share_of_others(look()) == pytest.approx((gain - own) / gain, rel=1e-5)
    assert share_of_others(look(FIRST, FIRST)) == 0.0


def test_words_name_who_was_pushed_down_and_escape_nothing_themselves() -> None:
    said = climb_words(network(), look())
    assert said.startswith("a: logit +2.0 · probability 0.") and said.endswith("pushed down: b −3.0, c −1.0")
    assert f"{share_of_others(look()):.0%} of the gain by lower scores of others" in said
    rise = FIRST + torch.eye(5)[0] * 3
    assert climb_words(network(), look(FIRST, rise)).endswith("no other class was pushed down")
    assert climb_words(network(), look(None, None)) == ""


def test_labels_do_not_share_a_probability() -> None:
    assert "of the gain" not in climb_words(network(labels=True), look())
