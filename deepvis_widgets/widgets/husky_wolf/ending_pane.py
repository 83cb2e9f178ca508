"""The last step of the husky and wolf lesson: how the votes changed, which network was which, and a table."""

from __future__ import annotations

import threading
from typing import Any

import traitlets

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
        self._state, self._lock = state, threading.Lock()
        self._answers = NetworkAnswers()
        self._fresh: NetworkAnswers | None = None
        self._drawn: float | None = None  # how far the fresh scenes are, None before they were begun
        self.charts = box("dv-votes")
        self.story, self.table = html("dv-story"), html("dv-answers")
        self.other = button("The other network", "Go through the steps with the other network", on_click=state.other)
        anew = "Forget all votes; which network is A is drawn anew"
        self.restart = button("Start again", anew, on_click=state.restart)
        onward = "Train small networks with more or less snow behind wolves"
        self.make = button("Make one yourself", onward, on_click=lambda: setattr(state, "making", True))
        buttons = box("dv-row", self.other, self.restart, self.make)
        self.box = box("dv-ending", self.charts, self.story, self.table, buttons)
        traitlets.dlink((state, "making"), (self.make, "disabled"))
        state.observe(lambda _: self._show(), names=["stage", "votes", "network_names"])
        self._show()

    # --- what the state says ---

    def _show(self) -> None:
        if self.box.comm is None:
            return  # closed: nobody would close charts that are made now
        old, last = self.charts.children, self._state.stage == LAST
        display(self.box, last)
        self.charts.children = self._charts() if last else []
        close_all(old)
        self._write()

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
        self._answers = found
        self._write()

    def show_drawing(self, fraction: float) -> None:
        """Says how far the scenes are drawn that the table needs."""
        self._drawn = fraction
        self._write()

    def show_fresh(self, found: NetworkAnswers) -> None:
        """Shows the table of what they say of scenes drawn just now."""
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
