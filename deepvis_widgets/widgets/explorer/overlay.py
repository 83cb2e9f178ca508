"""The explanation that lies over the picture, of methods that take seconds: they run beside everything else."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

from ...core.report import Report
from ...core.results import HeatMap, Result
from ...engine.client import Client
from ...methods import explain
from ...methods.base import Method
from .answers import Overlay, Progress, key
from .question import Question

SLOT = "explanation"  # of methods that take seconds


class SlowExplanations:
    """Explains a class by the slow method of a question, if it has one; publishes Overlay, Progress and Notice.

    `resolve` finds the class that a question explains, on the engine's thread.
    """

    def __init__(
        self,
        client: Client,
        publish: Callable[[object, Question | None], object],
        say: Callable[[str], object],
        resolve: Callable[[Question], Question],
    ) -> None:
        self._client, self._publish, self._say, self._resolve = client, publish, say, resolve
        self._run: object = None  # of a method that takes seconds: the newest one, until it has ended
        self._lock = threading.RLock()

    def begin(self, question: Question | None) -> None:
        """Runs a method that takes seconds beside everything else; its map appears as it improves."""
        if question is None:
            return
        asked = question.method if question.method is not None and question.method.long else None
        run = None if asked is None else object()
        if self._run is not None:
            self.stop()
        with self._lock:
            before, self._run = self._run, run
            if run is not before:
                self._publish(Progress(None if run is None else 0.0), None)
        if asked is None:
            return
        self._client.ask(
            SLOT,
            partial(self._find_class if question.asks_top else self._work, question, asked),
            lambda result: self._show(run, question, asked.title, result, None),
            key=None if question.asks_top else key(question, asked),
            long=True,
            on_partial=lambda fraction, part: self._show(run, question, asked.title, part, fraction),
            on_error=lambda sentence: self._end(run, sentence),
            on_cancelled=lambda: self._end(run),
            doing=f"running {asked.name}",
        )

    def stop(self) -> None:
        """Stops the method that is running over the picture; what it has drawn stays."""
        self._client.cancel(SLOT)

    def _work(self, question: Question, asked: Method, report: Report) -> Result:
        network, params = question.asked, question.params
        return explain(network, question.view, asked.name, target=question.target, report=report, **params)

    def _find_class(self, question: Question, asked: Method, report: Report) -> Result:
        """The same where the class must be found first: only then it is known under what the result is cached."""
        found = self._resolve(question)
        make = partial(self._work, found, asked, report)
        return self._client.engine.cache.get_or_make(key(found, asked), make)

    def _show(self, run: object, question: Question, title: str, result: Any, fraction: float | None) -> None:
        with self._lock:
            if run is not self._run:
                return
            self._run = None if fraction is None else run
            self._publish(Progress(fraction), None)
            if isinstance(result, HeatMap):
                self._publish(Overlay(title, result), question)

    def _end(self, run: object, sentence: str = "") -> None:
        """A run has ended; its progress bar may show the next one already."""
        with self._lock:
            if run is not self._run:
                return
            self._run = None
            self._publish(Progress(None), None)
            if sentence:
                self._say(sentence)
