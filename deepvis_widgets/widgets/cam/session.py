"""Asks for the feature maps of a picture, and takes its classes apart."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from torch import Tensor

from ...core.known_class import known_class
from ...core.masks import known_mask
from ...core.network.network import Network
from ...core.picture.boxes import around
from ...engine.client import Client
from ...engine.main_thread import MainThread
from ...methods.class_evidence import ClassEvidence
from .answers import Explained, Located, Recorded, Summed, reached
from .state import CamState


@dataclass(frozen=True, eq=False)
class Question:
    """Everything that the answer to another picture depends on."""

    view: Tensor
    image: Any
    target: int | None
    step: int | None
    threshold: float


class CamAnswers(Protocol):
    """Draws what a session finds. All but `adjust` are called on any thread, one at a time."""

    def recorded(self, answer: Recorded) -> None:
        """Another picture was recorded."""

    def explained(self, answer: Explained) -> None:
        """Another class was taken apart."""

    def summed(self, answer: Summed) -> None:
        """The sum has another number of terms."""

    def located(self, answer: Located) -> None:
        """The box is another one."""

    def adjust(self, answer: Explained, step: int) -> None:
        """Called on the main thread: controls follow the number of terms in the sum."""


class CamSession:
    """Follows the state. Another picture is one question to the engine; everything else is computed at once, from the
    feature maps that its answer brought, on the thread that changed the state.
    """

    def __init__(self, state: CamState, client: Client, answers: CamAnswers) -> None:
        self.explained: Explained | None = None
        self._state, self._client, self._answers = state, client, answers
        self._asked: Question | None = None
        self._main = MainThread()
        self._lock = threading.RLock()  # answers come on the worker's thread, changes on others
        state.observe(lambda _: self._ask(), names="image")
        self._follow("target", lambda known: self._explain(known.recorded, state.target, state.step, state.threshold))
        self._follow("step", self._sum)
        self._follow("threshold", lambda known: answers.located(Located.of(known, state.threshold)))

    def forget(self) -> None:
        """Lets go of the feature maps; what was asked is not answered any more."""
        self._client.cancel("cam")
        with self._lock:
            self._asked = self.explained = None

    # --- another picture ---

    def _ask(self) -> None:
        state, network = self._state, self._client.network
        if state.view is None:
            return
        question = Question(state.view, state.image, state.target, state.step, state.threshold)
        with self._lock:
            self._asked = question
            self._client.ask(
                "cam",
                lambda _: record(network, question),
                lambda recorded: self._arrived(question, recorded),
                doing="recording this picture",
                done=lambda: self._over(question),
            )

    def _over(self, question: Question) -> None:
        with self._lock:
            if question is self._asked:
                self._asked = None

    def _arrived(self, question: Question, recorded: Recorded) -> None:
        with self._lock:
            if question is not self._asked:
                return  # another one was asked meanwhile
            self._asked = None
            self._answers.recorded(recorded)
            self._explain(recorded, question.target, question.step, question.threshold)

    # --- another class, sum or box ---

    def _follow(self, trait: str, answer: Callable[[Explained], object]) -> None:
        """Another value is answered from what is known; what is on its way was asked before it."""

        def changed(_: Any) -> None:
            with self._lock:
                if self.explained is not None:
                    answer(self.explained)
                if self._asked is not None:
                    self._ask()

        self._state.observe(changed, names=trait)

    def _sum(self, known: Explained) -> None:
        if known.terms is not None:
            self._answers.summed(Summed.of(known, self._state.step))
            self._main.run(self._adjust, known)

    def _explain(self, recorded: Recorded, target: int | None, step: int | None, threshold: float) -> None:
        self.explained = explained = Explained.of(recorded, target)
        self._answers.explained(explained)
        self._answers.summed(Summed.of(explained, step))
        self._answers.located(Located.of(explained, threshold))
        self._main.run(self._adjust, explained)

    def _adjust(self, explained: Explained) -> None:
        step = reached(self._state.step, explained.count)
        if explained is self.explained and step is not None:
            self._answers.adjust(explained, step)


def record(network: Network, question: Question) -> Recorded:
    """Records a picture, and finds the box round its object."""
    mask = known_mask(network, question.image)
    truth = None if mask is None else around(mask)
    right = known_class(network, question.image)
    return Recorded(question.view, ClassEvidence.of(network, question.view), truth, right)
