"""A drag of the occluder in the Explorer: activations and probabilities at every step, the way back as time allows."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from ...core.report import Report
from ...engine.client import Client, nothing
from ...passes.moving_window import MovingWindow
from .question import Question

AT_ONCE = 0.03  # s; what takes no longer is part of every step
REST = 3  # times what the overlay and the backward view took, they rest in a drag
LOOK = 0.005  # s between two looks at whether that time is over


class Dragging:
    """What follows the steps of a drag: `backward(question, seq)` is called as often as there is time.

    Overlay and backward view need a full pass or two of their own: in a drag they take no more than a quarter of the
    time, and catch up where the hand rests. `moving` makes the passes of the steps themselves.
    """

    def __init__(self, client: Client, backward: Callable[[Question, int], None]) -> None:
        self.moving = MovingWindow(client.network)
        self._client, self._backward = client, backward
        self._took, self._due = 0.0, 0.0
        self._newest = 0  # number of the newest question about all that a drag shows

    def follow(self, question: Question, seq: int) -> None:
        """Goes the way back of a step now, or when there is time; on the engine's thread."""
        if self._took < AT_ONCE or time.perf_counter() >= self._due:
            self._follow(question, seq)
        elif question.number >= self._newest:
            work = partial(self._follow_later, question, seq)
            self._client.ask("follow", work, nothing, long=True, doing="covering a part of the picture")
        self._get_ready(question)

    def overtaken(self, question: Question | None) -> None:
        """Everything is asked for anew: what the steps before have left to do does not matter any more."""
        if question is not None:
            self._newest = question.number
        self._client.cancel("follow")

    def _follow(self, question: Question, seq: int) -> None:
        began = time.perf_counter()
        self._backward(question, seq)
        ended = time.perf_counter()
        self._took, self._due = ended - began, ended + REST * (ended - began)

    def _follow_later(self, question: Question, seq: int, report: Report) -> None:
        while time.perf_counter() < self._due:
            report(0.0)
            time.sleep(LOOK)
        self._follow(question, seq)

    def _get_ready(self, question: Question) -> None:
        """Records the picture for the steps to come, unless a camera changes it all the time."""
        if not question.filming and self.moving.wants(question.covered):
            work = partial(self.moving.prepare, question.covered)
            self._client.ask(
                "moving", work, nothing, long=True, on_error=nothing, doing="recording this picture"
            )  # where it fails, passes stay plain ones
