"""What the question board says: the answer and where it lies, and each word with what it adds."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence

from ...core.answers.base import Answers
from .answers import Answered, OnObject


def verdict(answers: Answers, answered: Answered) -> str:
    """Returns what is answered, whether that is right where the picture knows, and where the map of the explained
    answer lies, in one sentence of HTML.
    """
    given = answers.labels[answered.top]
    said = f"It answers {_named(given)} ({answers.words(answered.top, float(answered.shares[answered.top]))})"
    told = "" if answered.truth is None else ", and that is right" if given == answered.truth else _wrong(answered)
    where = "" if answered.on_object is None else f"; {_where(answers.labels[answered.channel], answered.on_object)}"
    return f"{said}{told}{where}."


def _wrong(answered: Answered) -> str:
    return f", but right is {_named(str(answered.truth))}"


def _where(label: str, found: OnObject) -> str:
    if math.isnan(found.mass):
        return f"nothing in the picture speaks for {_named(label)}"
    share = f"{found.mass:.0%} of what speaks for {_named(label)} lies on the object"
    return f"{share}, which covers {found.covers:.0%} of the picture"


def _named(label: str) -> str:
    return f"<b>{html.escape(label)}</b>"


def chips(words: Sequence[tuple[str, float]]) -> str:
    """Returns each word with what it adds to a score as HTML, coloured by its share of the largest.

    >>> chips([("wolf", 2.0), ("a", -0.5)]).count("<span")
    2
    """
    most = max((abs(adds) for _, adds in words), default=0.0) or 1.0
    return f'<div class="dv-question-words">{"".join(_chip(word, adds, most) for word, adds in words)}</div>'


def _chip(word: str, adds: float, most: float) -> str:
    sign, text = "against" if adds < 0 else "for", html.escape(word)
    style = f"--dv-adds: {abs(adds) / most:.3f}"
    return (
        f'<span class="dv-question-word" data-sign="{sign}" style="{style}">{text} <small>{signed(adds)}</small></span>'
    )


def signed(value: float) -> str:
    """Returns a number with its sign and two decimals.

    >>> signed(-0.25)
    '−0.25'
    """
    return f"{value:+.2f}".replace("-", "−")
