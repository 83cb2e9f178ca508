"""What stays of the husky and wolf lesson on a page: its steps, as far as the lesson has come."""

from __future__ import annotations

from collections.abc import Sequence

from ...methods import method
from ..kit.made import map_of, note, pixels, told
from ..page.parts import Choice, Column, Columns, Part, Picture, Row, Series, Table, Text
from .answers import NetworkAnswers, PicturesAnswer
from .session import Told
from .state import LAST, LETTERS, TIMES, HuskyWolfState
from .vote import Vote
from .vote_chart import AFTER, ASKED, BEFORE
from .vote_chart import told as vote_words
from .words import HEADS, STEPS, caption, letter_and_kind, story, table_rows, table_words, wrong_ones

SIZE = 150  # css px of a picture
WORDS = (
    "The network never saw these pictures. Below each of them is what it says, and whether that is right. Would you "
    "trust it to work in the wild? What does it look at to tell a husky from a wolf?",
    "The same pictures, with an explanation of each answer. Red speaks for the answer and blue against it; maps "
    "without a sign go from dark to bright.",
    "You have seen the explanations. Would you answer as before?",
    "",
)
GOES_ON = "The lesson had come to step {} of {} when this page was made; what follows is not on it."
NO_VOTE = "Nobody had voted."
NOT_OPENED = "The explanations of network {} had not been looked at when this page was made, so they are not on it."
STILL = "The scenes of the last table were still being drawn and asked about."


def page_of(state: HuskyWolfState, known: Told, making: Part | None) -> Part:
    """Returns what stays of a lesson of which `known` is told: the steps up to the last one reached, so that no answer
    stands on a page before its step; `making` is the page of networks of one's own, where the lesson went on to it.
    """
    steps = [_answers(state, known), _explanations(state, known), _again(state), _ending(state, known, making)]
    titles = [title for title, _ in STEPS]
    parts = [Column([*([Text(words)] if words else []), *step]) for words, step in zip(WORDS, steps, strict=True)][
        : known.reached
    ]
    story_so_far = Choice(titles[: known.reached], parts, "Step", state.stage - 1, steps=True)
    left = [] if known.reached == LAST else [note(GOES_ON.format(known.reached, LAST))]
    return Column([story_so_far, *left])


def _by_network(state: HuskyWolfState, parts: Sequence[Part]) -> Part:
    """One network at a time; both steps show the same one."""
    labels = [f"Network {letter}" for letter in LETTERS]
    return Choice(labels, parts, "Network", LETTERS.index(state.network), group="network")


def _answers(state: HuskyWolfState, known: Told) -> list[Part]:
    """The pictures, and below each what a network says of it."""
    shown = [known.of(state.network_names[letter], letter) for letter in LETTERS]
    missing = [] if all(None not in each.answers for each in shown) else [note("Not all answers had come yet.")]
    return [_by_network(state, [Row(_pictures(each)) for each in shown]), *missing]


def _pictures(shown: PicturesAnswer) -> list[Part]:
    marked = wrong_ones(zip(shown.scenes, shown.answers, strict=True))
    return [
        Picture(pixels(view), caption(scene, answer), SIZE, marked=place in marked)
        for place, (view, scene, answer) in enumerate(zip(shown.views, shown.scenes, shown.answers, strict=True))
    ]


def _explanations(state: HuskyWolfState, known: Told) -> list[Part]:
    """The maps of both networks, as far as somebody looked at them."""
    parts = [
        _maps(state, known, letter) if letter in state.opened else note(NOT_OPENED.format(letter)) for letter in LETTERS
    ]
    return [_by_network(state, parts)]


def _maps(state: HuskyWolfState, known: Told, letter: str) -> Part:
    """The pictures under their maps, by each method that was tried."""
    name = state.network_names[letter]
    tried = [each for each in known.tried(name) if known.maps[name, each]]
    if not tried:
        return note("No explanation was there yet.")
    grids = [_grid(known.of(name, letter, chosen)) for chosen in tried]
    here = tried.index(state.method) if state.method in tried else 0
    return grids[0] if len(grids) == 1 else Choice([method(each).title for each in tried], grids, "Method", here)


def _grid(shown: PicturesAnswer) -> Part:
    parts: list[Part] = []
    for place, (picture, scene, answer) in enumerate(zip(_pictures(shown), shown.scenes, shown.answers, strict=True)):
        found = shown.maps.get(place)
        words = _lines(caption(scene, answer))
        title = "" if found is None else f"{method(found.method).title}: {found.target}"
        parts.append(picture if found is None else map_of(found, title, small=True, lines=words, size=SIZE))
    missing = len(shown.views) - len(shown.maps)
    left = [note(f"{missing} pictures had not been explained yet.")] if missing else []
    return Column([Row(parts), *left])


def _lines(words: str) -> list[str]:
    return words.split("\n")


def _again(state: HuskyWolfState) -> list[Part]:
    return _votes(state, {letter: f"Network {letter}" for letter in LETTERS})


def _votes(state: HuskyWolfState, titles: dict[str, str]) -> list[Part]:
    """What was voted on each network, before the explanations and after."""
    votes = {letter: [state.vote(time, letter) for time in TIMES] for letter in LETTERS}
    shown = [_vote(titles[letter], *both) for letter, both in votes.items() if any(vote.cast for vote in both)]
    return [Row(shown)] if shown else [note(NO_VOTE)]


def _vote(title: str, before: Vote, after: Vote) -> Part:
    series = [
        Series(said, [vote.yes, vote.no, vote.snow], colour)
        for vote, said, colour in ((before, "before the explanations", BEFORE), (after, "after", AFTER))
    ]
    return Column([Columns(ASKED, series, title, height=190), Text(vote_words(before, after))])


def _ending(state: HuskyWolfState, known: Told, making: Part | None) -> list[Part]:
    """Which network was which, and what both say of the same animals somewhere else."""
    names = state.network_names
    titles = {letter: f"Network {letter_and_kind(letter, names[letter])}" for letter in LETTERS}
    found = NetworkAnswers(known.scenes, known.answers)
    table: Part = note(STILL)
    if known.fresh is not None:
        table = Table(HEADS, table_rows(names, known.fresh), table_words(known.fresh))
    return [*_votes(state, titles), told(story(names, found)), table, *([] if making is None else [making])]
