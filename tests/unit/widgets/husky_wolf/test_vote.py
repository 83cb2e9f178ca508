"""Votes as plain values: what is read, and what is none."""

from __future__ import annotations

from typing import Any

import pytest

from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.widgets.husky_wolf.vote import MOST, SNOW, Vote


def test_a_vote_is_the_same_after_it_was_written() -> None:
    vote = Vote(3, 20, {SNOW: 7})
    assert Vote.read(vote.plain()) == vote
    assert (vote.voters, vote.snow, vote.cast) == (23, 7, True)


def test_nothing_answered_is_no_vote_cast() -> None:
    assert not Vote().cast and not Vote.read({"named": {SNOW: 0}}).cast
    assert Vote.read({"named": {SNOW: 1}}).cast, "something was named, though nobody said yes or no"


@pytest.mark.parametrize(
    ("plain", "words"),
    [
        (3, "is no vote"),
        ({"maybe": 1}, "is no vote"),
        ({"yes": -1}, "number of hands"),
        ({"no": MOST + 1}, "number of hands"),
        ({"yes": 1.5}, "number of hands"),
        ({"yes": True}, "number of hands"),
        ({"named": {"its tail": 1}}, "names something else"),
        ({"named": [SNOW]}, "names something else"),
    ],
)
def test_what_is_no_vote_is_one_sentence(plain: Any, words: str) -> None:
    with pytest.raises(DeepvisError, match=words):
        Vote.read(plain)
