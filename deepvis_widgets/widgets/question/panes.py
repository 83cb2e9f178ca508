"""The panes of the question board: the picture under the map of the answer, and the question with its answers."""

from __future__ import annotations

import html
from functools import partial
from typing import Any

import ipywidgets

from ...core.picture.picture import to_bytes
from ...zoo.questions.truth import OFFERED, knows, offered
from ..kit import layout
from ..kit.class_bars import Probabilities
from ..kit.layout import button, classed, display
from ..kit.notice import Notice, attempt
from ..link.frames import signed_overlay_frame, symmetric_range
from ..link.push import push
from ..views.stage import Stage
from .answers import Answered
from .state import QuestionState
from .words import chips, verdict


class QuestionPanes:
    """Everything under the bar, in `rows`. `answered` may be called on any thread."""

    def __init__(self, state: QuestionState, stage: Stage) -> None:
        self.picture = PicturePane(state, stage)
        self.question = QuestionPane(state)
        self.answer = AnswerPane(state)
        beside = classed(ipywidgets.VBox([self.question, self.answer]), "dv-question-side")
        self.rows = [layout.box("dv-lab-panes", self.picture, beside)]

    def answered(self, answer: Answered) -> None:
        """Another picture, question or explained answer."""
        self.picture.show(answer)
        self.answer.show(answer)


class PicturePane(ipywidgets.VBox):
    """The picture under the map of the answer, the box round its object, and what there is to say, in one sentence."""

    def __init__(self, state: QuestionState, stage: Stage) -> None:
        self.stage, self._answers = stage, state.network.answers
        self.words = layout.html("dv-lab-words")
        stage.draw_occluder, stage.colormap, stage.opacity = False, "blue-red", 0.55
        super().__init__([stage, self.words])
        self.add_class("dv-lab-picture")

    def show(self, answer: Answered) -> None:
        """Shows the picture and lays the map over it."""
        self.stage.push("picture", arrays={"picture": to_bytes(answer.asked.view)})
        title = f"CAM of {self._answers.labels[answer.channel]}"
        self.stage.push("overlay", *signed_overlay_frame(answer.map, symmetric_range(answer.map), title))
        found = answer.on_object
        boxes = [] if found is None else [{"box": list(found.box), "kind": "selected", "label": "object"}]
        push(self.stage, boxes=boxes)
        push(self.words, value=_spoken(verdict(self._answers, answer)))


class QuestionPane(ipywidgets.VBox):
    """The question as a line of words, and under it those that the picture offers, as buttons."""

    def __init__(self, state: QuestionState) -> None:
        self._state = state
        self.texts: list[str] = []
        self.field = ipywidgets.Text(
            placeholder="a question, then Enter", continuous_update=False, tooltip="The question; Enter asks it"
        )
        self.offers = [button(on_click=partial(self._take, place)) for place in range(len(OFFERED))]
        self.notice = Notice()
        super().__init__(
            [layout.title("Question"), self.field, layout.box("dv-question-offers", *self.offers), self.notice]
        )
        self.field.observe(lambda change: self._typed(change["new"]), names="value")
        state.observe(lambda _: self._offer(state.image), names="image")
        state.observe(lambda _: self._asked(), names="question")

    def _offer(self, image: Any) -> None:
        """Offers the questions that this picture can answer, in words that the network knows."""
        self.texts = [text for text in offered(image if knows(image) else None) if self._state.takes(text)]
        for place, made in enumerate(self.offers):
            display(made, place < len(self.texts))
        for made, text in zip(self.offers, self.texts, strict=False):
            push(made, description=text, tooltip=f"Ask: {text}")
        self._mark()

    def _mark(self) -> None:
        for made, text in zip(self.offers, self.texts, strict=False):
            push(made, button_style="info" if text == self._state.question else "")

    def _asked(self) -> None:
        self.notice.say("")
        self.field.value = self._state.question
        self._mark()

    def _take(self, place: int) -> None:
        self._ask(self.texts[place])

    def _typed(self, text: str) -> None:
        if text != self._state.question:
            self._ask(text)

    def _ask(self, text: str) -> None:
        """What is not accepted is said, and the field has the last good question again."""
        if not attempt(self.notice.say, self._state.ask, text):
            self.field.value = self._state.question


class AnswerPane(ipywidgets.VBox):
    """What each word adds to the explained answer, and all answers as bars; a click on one explains it."""

    def __init__(self, state: QuestionState) -> None:
        self._state, self._answers = state, state.network.answers
        self.heading, self.words = layout.title(""), layout.html("dv-question-chips")
        self.bars = Probabilities(self._answers, self._pick)
        super().__init__([self.heading, self.words, self.bars])

    def show(self, answer: Answered) -> None:
        """Shows the words and the bars."""
        label, score = html.escape(self._answers.labels[answer.channel]), self._answers.score
        push(self.heading, value=f"What each word adds to the {score} of {label}")
        push(self.words, value=chips(answer.words))
        self.bars.show(answer.shares, answer.channel, True)

    def _pick(self, index: int) -> None:
        self._state.target = None if index == self._state.target else index


def _spoken(sentence: str) -> str:
    """A sentence of HTML that screen readers say when they are free."""
    return f'<div role="status" aria-live="polite">{sentence}</div>'
