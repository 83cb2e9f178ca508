"""The chart of two votes: hands are whole numbers, and the same numbers are said in words."""

from __future__ import annotations

import pytest

from deepvis_widgets.widgets.husky_wolf.vote import SNOW, Vote
from deepvis_widgets.widgets.husky_wolf.vote_chart import VoteChart, ticks, told


@pytest.mark.parametrize(("most", "expected"), [(1, [0, 1]), (7, [0, 2, 4, 6]), (24, [0, 5, 10, 15, 20])])
def test_hands_are_counted_in_whole_numbers(most: int, expected: list[int]) -> None:
    assert ticks(most) == expected
    chart = VoteChart("A", Vote(most, 0), Vote(0, most))
    assert chart.bars.scales["y"].max == most
    chart.close()


def test_the_numbers_are_said_in_words() -> None:
    words = told(Vote(10, 17, {SNOW: 12}), Vote(3, 24, {SNOW: 25}))
    assert words == (
        "Trusted by 10 of 27 before the explanations, and by 3 of 27 after. The snow was named by 12 before, and by 25 "
        "after."
    )
