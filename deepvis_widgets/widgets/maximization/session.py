"""Follows the state of the MaximizationLab, and has its pictures made."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import partial
from typing import Any, Protocol

from ...core.errors import DeepvisError
from ...engine.client import Client
from .ascent_run import AscentRun, Look
from .layer_gallery import Drawn, draw_all, size_of, targets, title_of
from .state import NEW, NUMBERS, MaximizationState

KNOBS = [name for name in NUMBERS if name not in NEW]


class MaximizationAnswers(Protocol):
    """Draws what a session finds."""

    def looked(self, answer: Look) -> None:
        """Called on any thread, one at a time: the pictures have come further, or are shown in another way."""

    def cleared(self) -> None:
        """Called on the main thread: there are no pictures any more."""

    def sized(self, cards: list[tuple[str, tuple[int, int]]]) -> None:
        """Called on the main thread: pictures with these titles and sizes (height, width) are about to be drawn."""

    def drawn(self, answer: Drawn) -> None:
        """Called on any thread: one of them is there."""

    def drawing(self, fraction: float | None) -> None:
        """Called on any thread: how far they are; None when none is being drawn."""

    def say(self, sentence: str) -> None:
        """Called on any thread: one sentence about what went wrong; an empty one takes it away."""


class MaximizationSession:
    """Makes pictures of the state's goal with its knobs, which act while they are made: another goal or seed begins
    anew where it runs, and else waits for the start. `look` is the latest of the pictures, None before the first.
    """

    def __init__(self, state: MaximizationState, client: Client, answers: MaximizationAnswers) -> None:
        self.look: Look | None = None
        self.layers: list[tuple[str, Drawn]] = []  # one unit of each, by its title, as far as they are drawn
        self._state, self._client, self._answers = state, client, answers
        self._lock = threading.RLock()  # looks come on the worker's thread, another view on the main thread
        self._run = AscentRun(client, state, self._looked, answers.say, self._lock)
        self._goal = state.goal, state.scores
        state.observe(lambda _: self._retargeted(), names=["layer", "unit", "target", "score"])
        state.observe(lambda _: self._renew(), names=list(NEW))
        state.observe(lambda _: self._turned(), names=KNOBS)
        state.observe(lambda _: self._show_again(), names="view")

    def start(self) -> None:
        """Makes new pictures, from noise."""
        self._check_open()
        self._answers.say("")
        self._run.start(self._state.goal, self._state.params, self._state.scores)

    def pause(self) -> None:
        """Stops after the step that is being computed; everything stays as it is."""
        self._run.pause()

    def go_on(self) -> None:
        """Goes on from where it was paused; when all steps were done, for as many again.

        Begins where nothing was begun.
        """
        if not self._run.begun:
            self.start()
            return
        self._check_open()
        self._answers.say("")
        self._run.go_on(self._state.params)

    def forget(self) -> None:
        """Stops, and lets the pictures go."""
        self._run.forget()
        self._client.cancel("sizes")
        self.look, self.layers = None, []

    def draw_sizes(self) -> None:
        """Draws one unit of each layer at the true size of what it sees; pictures that are being made wait, paused."""
        self._check_open()
        self.pause()
        network, params, goal = self._client.network, self._state.params, self._state.goal
        wanted = targets(network, goal.channel)
        titles = [title_of(network, each) for each in wanted]
        self.layers = []
        self._answers.sized([(title, size_of(network, each)) for title, each in zip(titles, wanted, strict=True)])
        self._answers.drawing(0.0)
        self._client.ask(
            "sizes",
            partial(draw_all, network, wanted, params),
            lambda _: None,
            doing="drawing one unit of each layer",
            long=True,
            on_partial=partial(self._drawn, titles),
            done=lambda: self._answers.drawing(None),
        )

    # --- what changes ---

    def _check_open(self) -> None:
        if self._client.closed:
            raise DeepvisError("This lab is closed; open another one to make pictures.")

    def _retargeted(self) -> None:
        goal = self._state.goal, self._state.scores
        if goal != self._goal:
            self._goal = goal
            self._renew()

    def _renew(self) -> None:
        """What there is does not fit any more: begins anew if it runs, else waits for the start."""
        if self._state.running:
            self.start()
            return
        self._run.forget()
        self.look = None
        self._answers.cleared()

    def _turned(self) -> None:
        self._answers.say("")
        if self._run.begun or self._state.running:
            self._run.turn(self._state.params)

    def _show_again(self) -> None:
        with self._lock:
            if self.look is not None:
                self._answers.looked(self.look)

    # --- answers ---

    def _looked(self, look: Look) -> None:
        self.look = look
        self._answers.looked(look)

    def _drawn(self, titles: Sequence[str], fraction: float, part: Any) -> None:
        if isinstance(part, Drawn):
            self.layers = [*self.layers, (titles[part.place], part)]
            self._answers.drawn(part)
        self._answers.drawing(fraction)
