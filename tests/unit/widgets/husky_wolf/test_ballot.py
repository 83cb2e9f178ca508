"""The ballot without a browser: it shows a vote in both ways, and says what was answered."""

from __future__ import annotations

from deepvis_widgets.widgets.husky_wolf.ballot import Ballot
from deepvis_widgets.widgets.husky_wolf.vote import FEATURES, SNOW, Vote


def test_a_ballot_says_what_was_answered_in_both_ways() -> None:
    ballot = Ballot()
    ballot.vote = Vote(3, 5, {SNOW: 2})
    assert (ballot._hands["yes"].value, ballot._hands["no"].value, ballot._counts[SNOW].value) == (3, 5, 2)
    assert Vote.read(ballot.vote.plain()) == ballot.vote and set(ballot._counts) == set(FEATURES)
    ballot.locked = True
    assert all(control.disabled for control in ballot._controls())
    ballot.close()


def test_buttons_and_hands_are_never_shown_together() -> None:
    ballot = Ballot()
    assert [row.layout.display for row in (*ballot._one, *ballot._many)] == [None, None, "none", "none"]
    ballot.many = True
    assert [row.layout.display for row in (*ballot._one, *ballot._many)] == ["none", "none", None, None]
    ballot.close()


def test_what_is_answered_is_the_vote() -> None:
    ballot = Ballot()
    ballot._trust.value = "no"
    ballot._named[SNOW].value = True
    assert ballot.vote == Vote(0, 1, {SNOW: 1})
    ballot.many = True
    ballot._hands["no"].value = 20
    assert ballot.vote == Vote(0, 20, {SNOW: 1})
    ballot.close()
