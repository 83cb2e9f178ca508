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
from .answers import Overlay, Progress, key
from .question import Question

SLOT = "explanation"  # of methods that take seconds


class SlowExplanations:
    """Explains a class by the slow method of a question, if it has one; publishes Overlay, Progress and Notice."""

    def __init__(self, client: Client, publish: Callable[[object], None], say: Callable[[str], object]) -> None:
        self._client, self._publish, self._say = client, publish, say
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
                self._publish(Progress(None if run is None else 0.0))
        if asked is None:
            return
        self._client.ask(
            SLOT,
            partial(self._work, question, asked.name),
            lambda result: self._show(run, asked.title, result, None),
            key=key(self._client.network, question, asked),
            long=True,
            on_partial=lambda fraction, part: self._show(run, asked.title, part, fraction),
            on_error=lambda sentence: self._end(run, sentence),
            on_cancelled=lambda: self._end(run),
            doing=f"running {asked.name}",
        )

    def stop(self) -> None:
        """Stops the method that is running over the picture; what it has drawn stays."""
        self._client.cancel(SLOT)

    def _work(self, question: Question, name: str, report: Report) -> Result:
        network, params = self._client.network, question.params
        return explain(network, question.view, name, target=question.target, report=report, **params)

    def _show(self, run: object, title: str, result: Any, fraction: float | None) -> None:
        with self._lock:
            if run is not self._run:
                return
            self._run = None if fraction is None else run
            self._publish(Progress(fraction))
            if isinstance(result, HeatMap):
                self._publish(Overlay(title, result))

    def _end(self, run: object, sentence: str = "") -> None:
        """A run has ended; its progress bar may show the next one already."""
        with self._lock:
            if run is not self._run:
                return
            self._run = None
            self._publish(Progress(None))
            if sentence:
                self._say(sentence)
