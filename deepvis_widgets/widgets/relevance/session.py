"""What the relevance ledger asks the engine, and the answers it publishes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from ...methods import explain
from ...methods.lrp import RelevanceMap
from .layer_relevance import Answer, relevance_of
from .ledger_state import PARAMS, LedgerState


@dataclass(frozen=True, eq=False)
class Question:
    """Holds all that an answer depends on: a view (3, H, W), the class explained, LRP's parameters, the layer shown."""

    view: Tensor
    target: int | None
    params: Mapping[str, Any]
    layer: str

    def is_same_explanation(self, other: Question) -> bool:
        """Returns whether the two differ at most in the layer."""
        return self.view is other.view and (self.target, self.params) == (other.target, other.params)


class LedgerSession:
    """Asks anew whenever the picture, the class or the state changes, and tells every subscriber the answer.

    `ask` is that of an engine's client. Subscribers are called on the engine's thread. `result` is that of the newest
    answer, None until the first.
    """

    def __init__(self, state: LedgerState, ask: Callable[..., object]) -> None:
        self.result: RelevanceMap | None = None
        self._state, self._network, self._ask = state, state.network, ask
        self._picture: tuple[Tensor, int | None] | None = None
        self._explained: tuple[Question, RelevanceMap] | None = None  # the worker's own
        self._subscribers: list[Callable[[Answer], object]] = []
        state.observe(lambda _: self._question("running lrp"), names=list(PARAMS))
        state.observe(lambda _: self._question("showing this layer"), names="layer")

    def subscribe(self, callback: Callable[[Answer], object]) -> None:
        """Calls back with every answer, on the engine's thread."""
        self._subscribers.append(callback)

    def explain(self, view: Tensor | None, target: int | None) -> None:
        """Explains a class (None: the top one) on a picture (3, H, W); nothing where there is no picture."""
        self._picture = None if view is None else (view, target)
        self._question("running lrp")

    def forget(self) -> None:
        """Lets go of the picture and of what was found on it."""
        self._picture = self._explained = None

    def _question(self, doing: str) -> None:
        if self._picture is not None:
            question = Question(*self._picture, self._state.params, self._state.layer)
            self._ask("relevance", lambda _: self._answer(question), self._publish, doing=doing)

    def _answer(self, question: Question) -> Answer:
        """Explains by LRP, unless the last question had the same."""
        if self._explained is None or not question.is_same_explanation(self._explained[0]):
            result = explain(self._network, question.view, "lrp", target=question.target, **question.params)
            assert isinstance(result, RelevanceMap)
            self._explained = (question, result)
        result = self._explained[1]
        return Answer(result, relevance_of(self._network, result, question.layer))

    def _publish(self, answer: Answer) -> None:
        self.result = answer.result
        for callback in self._subscribers:
            callback(answer)
