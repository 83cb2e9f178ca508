"""What stays of a question board on a page: the questions that were asked, with their answers and where those lie."""

from __future__ import annotations

from collections.abc import Sequence

from ..kit.made import bars_of, note, pixels, signed_map, told
from ..kit.picture_name import picture_name
from ..page.parts import Bars, Choice, Column, Part, Picture, Row
from .answers import Answered
from .state import QuestionState
from .words import signed, verdict

NOTHING = "No question had been answered yet."


def page_of(state: QuestionState, past: Sequence[Answered]) -> Part:
    """Returns what stays of a board on which `past` was answered, the last question at last."""
    if not past:
        return Column([*([] if state.view is None else [Picture(pixels(state.view), size=352)]), note(NOTHING)])
    several = any(answered.asked.image is not past[-1].asked.image for answered in past)
    labels = [_name(state, answered, several) for answered in past]
    return Choice(labels, [_answer(state, answered) for answered in past], "Question", len(past) - 1)


def _name(state: QuestionState, answered: Answered, several: bool) -> str:
    """The question; what is explained where it is not the answer, and the picture where there are several."""
    asked, label = answered.asked, state.network.answers.labels[answered.channel]
    explained = "" if answered.channel == answered.top else f", and why {label}?"
    return f"{asked.text}{explained}" + (f" ({picture_name(asked.image)})" if several else "")


def _answer(state: QuestionState, answered: Answered) -> Part:
    """The map of the explained answer, what each word adds to it, and all answers."""
    answers, found = state.network.answers, answered.on_object
    label, said = answers.labels[answered.channel], told(verdict(answers, answered)).text
    boxes = [] if found is None else [found.box]
    picture = pixels(answered.asked.view)
    shown = signed_map(answered.map, picture, f"CAM of {label}", lines=[said], boxes=boxes, size=352)
    names, adds = [name for name, _ in answered.words], [value for _, value in answered.words]
    title = f"What each word adds to the {answers.score} of {label}"
    words = Bars(names, adds, [signed(value) for value in adds], title)
    return Row([shown, Column([words, bars_of(answers, answered.shares, answered.channel)])])
