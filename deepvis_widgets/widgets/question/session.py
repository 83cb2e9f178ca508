"""Asks the network the question about the picture."""

from __future__ import annotations

from collections.abc import Callable

from ...engine.client import Client
from .answers import Answered, Asked
from .state import QuestionState

MOST = 16  # answers that are kept


class QuestionSession:
    """Follows the state: another picture, question or answer to explain is one question to the engine. `on_answer` is
    called on its thread, for the latest one only.
    """

    def __init__(self, state: QuestionState, client: Client, on_answer: Callable[[Answered], object]) -> None:
        self.answered: Answered | None = None
        self.past: tuple[Answered, ...] = ()  # the last ones, in the order in which they were asked
        self._state, self._client, self._on_answer = state, client, on_answer
        state.observe(lambda _: self._ask(), names=["image", "question", "target"])

    def forget(self) -> None:
        """Lets go of the answer, once the client is closed."""
        self.answered, self.past = None, ()

    def _ask(self) -> None:
        state, network = self._state, self._client.network
        if state.view is None:
            return
        asked = Asked(state.view, state.image, state.question, state.target)
        self._client.ask(
            "question", lambda _: Answered.of(network, asked), self._arrived, doing="asking about this picture"
        )

    def _arrived(self, answered: Answered) -> None:
        self.answered = answered
        self.past = (*(other for other in self.past if not same(other, answered)), answered)[-MOST:]
        self._on_answer(answered)


def same(one: Answered, other: Answered) -> bool:
    """Returns whether both answer the same question on the same picture, and explain the same."""
    first, second = one.asked, other.asked
    return first.image is second.image and first.text == second.text and one.channel == other.channel
