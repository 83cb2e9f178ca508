"""The explanation that lies over the picture: of quick methods in every answer, of slow ones beside everything else."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

from ...core.report import Report
from ...core.results import HeatMap, Result
from ...engine.client import Client, explanation_key
from ...methods import explain, method
from .answers import Notice, Overlay, Progress
from .question import Question

SLOT = "explanation"  # of methods that take seconds


class Explanations:
    """Explains classes by the method of a question. What may be asked again is cached, for every widget of the network.

    `publish` is told Overlay and Progress.
    """

    def __init__(self, client: Client, publish: Callable[[object], None]) -> None:
        self._client, self._publish = client, publish
        self._run: object = None  # the newest run of a method that takes seconds
        self._lock = threading.RLock()

    def quick(self, question: Question, seq: int) -> Overlay | None:
        """The map of a quick method, an empty one where no method is chosen; None where the method takes seconds."""
        name = question.method
        if name is None:
            return Overlay("", None, seq)
        if method(name).long:
            return None
        found = self._kept(question, name) if question.settled else self._explain(question, name)
        return Overlay(name, found if isinstance(found, HeatMap) else None, seq)

    def _kept(self, question: Question, name: str) -> Result:
        return self._client.engine.cache.get_or_make(self._key(question, name), lambda: self._explain(question, name))

    def _explain(self, question: Question, name: str, **more: Any) -> Result:
        return explain(self._client.network, question.view, name, target=question.target, **more, **question.params)

    def _key(self, question: Question, name: str) -> str:
        return explanation_key(self._client.network, question.view, name, question.target, question.params)

    # --- methods that take seconds ---

    def begin(self, question: Question) -> None:
        """Runs a method that takes seconds beside everything else; its map appears as it improves."""
        self.stop()
        name, run = question.method, object()
        slow = name is not None and method(name).long
        with self._lock:
            self._run = run
            self._publish(Progress(0.0 if slow else None))
        if name is None or not slow:
            return
        self._client.ask(
            SLOT,
            partial(self._work, question, name),
            lambda result: self._show(run, name, result, None),
            key=self._key(question, name),
            long=True,
            on_partial=lambda fraction, part: self._show(run, name, part, fraction),
            on_error=lambda sentence: self._end(run, sentence),
            on_cancelled=lambda: self._end(run),
            doing=f"running {name}",
        )

    def stop(self) -> None:
        """Stops the method that is running over the picture; what it has drawn stays."""
        self._client.cancel(SLOT)

    def _work(self, question: Question, name: str, report: Report) -> Result:
        return self._explain(question, name, report=report)

    def _show(self, run: object, name: str, result: Any, fraction: float | None) -> None:
        with self._lock:
            if run is not self._run:
                return
            self._publish(Progress(fraction))
            if isinstance(result, HeatMap):
                self._publish(Overlay(name, result))

    def _end(self, run: object, sentence: str = "") -> None:
        """A run has ended; its progress bar may show the next one already."""
        with self._lock:
            if run is not self._run:
                return
            self._publish(Progress(None))
            if sentence:
                self._publish(Notice(sentence))
