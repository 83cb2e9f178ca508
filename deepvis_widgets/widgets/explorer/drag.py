"""A drag of the occluder in the Explorer: activations and probabilities at every step, the way back as time allows."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

from ...core.report import Report
from ...passes.moving_window import MovingWindow

if TYPE_CHECKING:
    from .question import Question
    from .session import Updates

AT_ONCE = 0.03  # s; what takes no longer is part of every step
REST = 3  # times what the overlay and the backward view took, they rest in a drag
LOOK = 0.005  # s between two looks at whether that time is over


class Dragging:
    """The steps of a drag. Overlay and backward view need a full pass or two of their own: in a drag they take no more
    than a quarter of the time, and catch up where the hand rests.
    """

    def __init__(self, updates: Updates) -> None:
        self.updates = updates
        self.moving = MovingWindow(updates.network)
        self._took, self._due = 0.0, 0.0

    def step(self, question: Question, seq: int) -> None:
        """The occluder is somewhere else; on the engine's thread."""
        updates = self.updates
        updates.forward(question, self.moving.record(question.covered), seq, False)
        if self._took < AT_ONCE or time.perf_counter() >= self._due:
            self._follow(question, seq)
        else:
            updates.engine.submit(
                "follow",
                lambda report: self._follow_later(question, seq, report),
                long=True,
                on_error=lambda sentence, _: updates.say(sentence),
                doing="covering a part of the picture",
            )
        self._get_ready(question)

    def overtaken(self) -> None:
        """Something else is asked for: what the last step has left to do does not matter any more."""
        self.updates.engine.cancel("follow")

    def _follow(self, question: Question, seq: int) -> None:
        began = time.perf_counter()
        self.updates.backward(question, seq)
        ended = time.perf_counter()
        self._took, self._due = ended - began, ended + REST * (ended - began)

    def _follow_later(self, question: Question, seq: int, report: Report) -> None:
        while time.perf_counter() < self._due:
            report(0.0)
            time.sleep(LOOK)
        self._follow(question, seq)

    def _get_ready(self, question: Question) -> None:
        """Record the picture for the steps to come, unless a camera changes it all the time."""
        camera = self.updates.explorer.panes.camera
        if not camera.running and self.moving.wants(question.covered):
            self.updates.engine.submit(
                "moving", partial(self.moving.prepare, question.covered), long=True, doing="recording this picture"
            )
