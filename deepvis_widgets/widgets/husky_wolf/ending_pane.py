"""The last step of the husky and wolf lesson: how the votes changed, which network was which, and a table."""

from __future__ import annotations

import threading
from typing import Any

from ..kit.layout import box, button, close_all, display, html
from ..link.push import push
from .answers import NetworkAnswers
from .scenes import BIASED
from .state import LAST, LETTERS, HuskyWolfState
from .vote_chart import VoteChart
from .words import drawing, story, table


class EndingPane:
    """What tells the networks apart: it is nowhere on the page before the last step.

    `show_answers`, `show_drawing` and `show_fresh` may be called on any thread.
    """

    def __init__(self, state: HuskyWolfState) -> None:
        self._state, self._lock = state, threading.RLock()
        self._answers = NetworkAnswers()
        self._fresh: NetworkAnswers | None = None
        self._drawn: float | None = None  # how far the fresh scenes are, None before they were begun
        self.charts = box("dv-votes")
        self.story, self.table = html("dv-story"), html("dv-answers")
        self.other = button("The other network", "Go through the steps with the other network", on_click=state.other)
        self.restart = button(
            "Start again", "Forget all votes; which network is A is drawn anew", on_click=state.restart
        )
        self.make = button(
            "Make one yourself", "Train small networks with more or less snow behind wolves", on_click=self._go_on
        )
        self.box = box(
            "dv-ending", self.charts, self.story, self.table, box("dv-row", self.other, self.restart, self.make)
        )
        state.observe(lambda _: self._show(), names=["stage", "votes", "network_names"])
        state.observe(lambda _: self._show_onward(), names="making")
        self._show_onward()
        self._show()

    def _go_on(self) -> None:
        self._state.making = True

    # --- what the state says ---

    def _show(self) -> None:
        display(self.box, self._state.stage == LAST)
        self._show_charts()
        self._write()

    def _show_onward(self) -> None:
        self.make.disabled = self._state.making

    def _show_charts(self) -> None:
        old = self.charts.children
        self.charts.children = self._charts() if self._state.stage == LAST else []
        close_all(old)

    def _charts(self) -> list[VoteChart]:
        """A chart for each network that anybody voted on."""
        votes = {letter: [self._state.vote(time, letter) for time in ("before", "after")] for letter in LETTERS}
        return [self._chart(letter, *both) for letter, both in votes.items() if any(vote.cast for vote in both)]

    def _chart(self, letter: str, *votes: Any) -> VoteChart:
        kind = "biased" if self._state.network_names[letter] == BIASED else "honest"
        return VoteChart(f"Network {letter}, the {kind} one", *votes)

    # --- what the networks say ---

    def show_answers(self, found: NetworkAnswers) -> None:
        """Tells how many of the pictures voted on they called right."""
        with self._lock:
            self._answers = found
            self._write()

    def show_drawing(self, fraction: float) -> None:
        """Says how far the scenes are drawn that the table needs."""
        with self._lock:
            self._drawn = fraction
            self._write()

    def show_fresh(self, found: NetworkAnswers) -> None:
        """Shows the table of what they say of scenes drawn just now."""
        with self._lock:
            self._fresh = found
            self._write()

    def _write(self) -> None:
        with self._lock:
            last, names = self._state.stage == LAST, self._state.network_names
            push(self.story, value=story(names, self._answers) if last else "")
            push(self.table, value=self._table() if last else "")

    def _table(self) -> str:
        if self._fresh is not None:
            return table(self._state.network_names, self._fresh)
        return "" if self._drawn is None else drawing(self._drawn)
