"""What stays of a teaching board on a page: the trays, how far to trust them, the sum that a class is, its units."""

from __future__ import annotations

from collections.abc import Sequence

from ..kit.made import heading, note, pixels, values
from ..page.parts import Bars, Column, Part, Picture, Pixels, Row, Sum, Text
from .answers import Explained, Lesson
from .state import TeachState
from .trays import names_of, thumbnails
from .words import caption, numbers, trust

NOT_LEARNED = "What the trays teach had not been learned yet."
NOT_ASKED = "No class can be explained yet."


def page_of(
    state: TeachState, lesson: Lesson | None, explained: Explained | None, units: Sequence[tuple[str, Pixels]]
) -> Part:
    """Returns what stays of a board whose trays teach `lesson`, by which the picture shown is `explained`; `units` are
    the pictures of those that count most, with their captions.
    """
    learned = note(NOT_LEARNED) if lesson is None else Text(trust(lesson))
    trays = [_tray(state, lesson, place) for place in range(len(state.labels))]
    return Column([*_picture(state, explained), heading("The trays"), *trays, learned, *_units(explained, units)])


def _picture(state: TeachState, explained: Explained | None) -> list[Part]:
    """The picture, and the maps of the classes as sums over it."""
    if explained is None:
        shown = [] if state.view is None else [Picture(pixels(state.view), size=352)]
        return [*shown, note(NOT_ASKED)]
    head, labels = explained.lesson.head, explained.lesson.labels
    assert head is not None
    names, shares = [f"unit {unit}" for unit in range(len(explained.seen.maps))], explained.shares.tolist()
    maps, picture = values(explained.seen.maps), pixels(explained.seen.view)
    summed = Sum(picture, maps, head.weight, head.bias, labels, names, "Where it looks like a class", explained.channel)
    bars = Bars(labels, shares, [f"{share:.1%}" for share in shares], "Class probabilities", explained.channel)
    return [Row([summed, Column([bars, Text(numbers(explained))])])]


def _tray(state: TeachState, lesson: Lesson | None, place: int) -> Part:
    """The pictures of a tray, each with what it was told when it was left out."""
    label = state.labels[place]
    views, names = state.views[label], names_of(state.examples[label])
    known = lesson is not None and lesson.labels == tuple(state.labels) and place < len(lesson.labels)
    said = lesson.told(place) if lesson is not None and known else ()
    if len(said) != len(names):
        said = [label] * len(names)  # nothing is said of them yet
    pictures = [
        Picture(thumb, caption(name, label, one), 72, marked=one != label)
        for thumb, name, one in zip(thumbnails(views), names, said, strict=True)
    ]
    return Column([Text(f"{label}: {len(pictures)} pictures"), Row(pictures)])


def _units(explained: Explained | None, units: Sequence[tuple[str, Pixels]]) -> list[Part]:
    if explained is None or not units:
        return []
    label = explained.lesson.labels[explained.channel]
    title = f"Units that speak most for {label}: what each wants to see, and where it is strongest"
    return [heading(title), Row([Picture(pair, said, 148) for said, pair in units])]
