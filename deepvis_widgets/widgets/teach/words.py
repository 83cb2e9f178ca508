"""What the teaching board says."""

from __future__ import annotations

from math import comb

from ...zoo.teaching.taught import LeaveOneOut
from .answers import Explained, Lesson

DOUBT = 0.05  # the share of tries below which guessing is no explanation
NOTHING = "Put a picture or more into two trays at least: each tray is a class."


def trust(lesson: Lesson) -> str:
    """Returns how far to trust what was taught, in plain sentences."""
    found = lesson.left_out
    if found is None:
        return NOTHING
    count, classes = len(found.labels), len(lesson.taught)
    said = f"{count} pictures. Each left out once and asked of the others: {found.right} of {count} told right. "
    if not any(found.told):
        return f"{count} pictures. No class has a second picture, so nothing can be left out and asked: add more."
    lucky = by_guessing(found, classes)
    if lucky >= DOUBT:
        return said + f"Guessing would do as well in {lucky:.0%} of all tries, so this shows nothing yet: add pictures."
    return said + (
        f"Guessing would do as well in {lucky:.1%} of all tries. What all pictures of a tray have in common beside "
        "what you mean is learned, too."
    )


def by_guessing(found: LeaveOneOut, classes: int) -> float:
    """Returns the probability that guesses among classes are right at least as often.

    >>> by_guessing(LeaveOneOut(("a", "a", "b"), ("a", "a", "b")), 2)
    0.125
    """
    count, chance = len(found.labels), 1 / classes
    ways = range(found.right, count + 1)
    return sum(comb(count, right) * chance**right * (1 - chance) ** (count - right) for right in ways)


def caption(name: str, label: str, told: str | None) -> str:
    """Returns what a picture in a tray is called, and what it was told when it was left out."""
    if told == label:
        return name
    return f"{name}: alone in its class" if told is None else f"{name}: told {told} when it was left out"


def numbers(answer: Explained) -> str:
    """Returns how the map makes the logit, in one line."""
    label, mean = answer.lesson.labels[answer.channel], float(answer.map.mean())
    logit = float(answer.logits[answer.channel])
    return f"Logit of {label}: {logit:.2f} = {mean:.2f}, the mean of its map, {logit - mean:+.2f}, its bias".replace(
        "-", "−"
    )
