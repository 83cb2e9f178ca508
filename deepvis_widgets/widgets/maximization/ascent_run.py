"""One ascent on the engine, or two side by side: started, paused, retuned and continued, told a few times a second."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import partial

from torch import Tensor

from ...core.network.target import Target
from ...core.picture.boxes import Box
from ...core.report import Report
from ...engine.client import Client
from ...engine.main_thread import MainThread
from ...methods.synthesis import Ascent, SynthesisParams
from ..kit.noted_state import NotedState

SHOWN_EVERY = 0.1  # seconds from one look at the pictures to the next


@dataclass(frozen=True, eq=False)
class Look:
    """Pictures in the making at one moment: `pictures` (n, 3, H, W) in [0, 1], full frame, `box` what the unit sees of
    them, the objective's `trace` (steps, n), and the steps at which knobs were turned. Of a class, `first_scores` and
    `scores` (n, classes) are what all classes got at the first step and at the latest. `beside` is the same moment of
    the pictures that climb another score.
    """

    target: Target
    params: SynthesisParams
    pictures: Tensor
    box: Box
    trace: Tensor
    turns: tuple[int, ...]
    fraction: float
    done: bool
    first_scores: Tensor | None = None
    scores: Tensor | None = None
    beside: Look | None = None

    @property
    def crops(self) -> Tensor:
        """The pictures (n, 3, h, w), cropped to what the unit sees."""
        top, left, height, width = self.box
        return self.pictures[..., top : top + height, left : left + width]

    @property
    def best(self) -> int:
        """The picture with the highest objective, the lowest when it is minimised."""
        last = self.trace[-1]
        return int(last.argmin() if self.params.minimize else last.argmax())


class AscentRun:
    """Everything that touches the ascents happens on the engine's thread, between two of their steps: the run itself is
    a long job that reports at every step, so that short questions of any widget are answered meanwhile; turning knobs
    and taking a look are short jobs.

    `on_look` is told what there is to see, at most ten times a second while it runs, on the engine's thread, with the
    `lock` held; it does not hear of a run that was superseded. `running` of the `state` is true from the moment a run
    is asked for, until all its steps are done, or it was paused, or it failed. `say` is told one sentence about what
    went wrong.
    """

    def __init__(
        self,
        client: Client,
        state: NotedState,
        on_look: Callable[[Look], object],
        say: Callable[[str], object],
        lock: AbstractContextManager[object],
    ) -> None:
        self._client, self._state, self._on_look, self._say = client, state, on_look, say
        self._main, self._lock = MainThread(), lock
        self._ascents: Sequence[Ascent] = ()  # they step in turn
        self._turns: list[int] = []
        self._further = 0  # steps beyond those asked for, from going on when all were done
        self._number = 0  # of the latest run: what an earlier one still says does not count

    @property
    def begun(self) -> bool:
        """Whether there are pictures to go on from."""
        return bool(self._ascents)

    def start(self, target: Target, params: SynthesisParams, scores: Sequence[str] = ("logit",)) -> None:
        """Makes new pictures, from noise: a row for each of these scores of the target."""
        self._ascents = ()
        network = self._client.network

        def work(report: Report) -> Look:
            report(0.0)
            ascents = [Ascent(network, target, replace(params, score=score)) for score in scores]
            self._ascents, self._turns, self._further = ascents, [], 0
            return self._climb(ascents, report)

        self._ask(work)

    def go_on(self, params: SynthesisParams) -> None:
        """Goes on from the pictures there are; for as many steps again when all were done."""

        def work(report: Report) -> Look | None:
            ascents = self._ascents
            if not ascents:
                return None
            self._retune(ascents, params)
            if ascents[0].done:
                self._further = len(ascents[0].trace)
                self._retune(ascents, params)
            return self._climb(ascents, report)

        self._ask(work)

    def pause(self) -> None:
        """Stops after the step that is being computed; the pictures stay."""
        self._client.cancel("ascent")

    def forget(self) -> None:
        """Stops, and lets the pictures go."""
        self._next_number(False)
        self._client.cancel("ascent")
        self._client.cancel("turn")
        self._ascents = ()

    def turn(self, params: SynthesisParams) -> None:
        """Turns the knobs, running or not; what is shown follows at once."""

        def work(_: Report) -> Look | None:
            ascents = self._ascents
            if not ascents:
                return None
            self._retune(ascents, params)
            return self._look(ascents)

        self._client.ask("turn", work, partial(self._tell, self._number), doing="turning these knobs")

    def _ask(self, work: Callable[[Report], Look | None]) -> None:
        number = self._next_number(True)
        self._client.ask(
            "ascent",
            work,
            partial(self._tell, number),
            doing="drawing these pictures",
            long=True,
            on_partial=lambda _, look: self._tell(number, look),
            on_error=lambda sentence: self._fail(number, sentence),
            done=lambda: self._end(number),
        )

    def _next_number(self, running: bool) -> int:
        with self._lock:
            self._number += 1
            number = self._number
            self._state.note(running=running)  # after the number: the end of the run before does not count any more
        self._state.announce()
        return number

    # --- what is told ---

    def _tell(self, number: int, look: Look | None) -> None:
        with self._lock:
            if number == self._number and look is not None:
                self._on_look(look)

    def _fail(self, number: int, sentence: str) -> None:
        if number == self._number:
            self._say(sentence)

    def _end(self, number: int) -> None:
        with self._lock:
            if number == self._number:
                self._state.note(running=False)
        self._main.run(self._state.announce)

    # --- on the engine's thread ---

    def _climb(self, ascents: Sequence[Ascent], report: Report) -> Look:
        shown = 0.0
        while not ascents[0].done:
            for ascent in ascents:
                ascent.step()
            now = time.monotonic()
            due = now - shown >= SHOWN_EVERY
            shown = now if due else shown
            report(ascents[0].fraction, self._look(ascents) if due else None)
        return self._look(ascents)

    def _retune(self, ascents: Sequence[Ascent], params: SynthesisParams) -> None:
        if self._further:
            asked = params.steps or type(ascents[0].recipe).steps(params)
            params = replace(params, steps=asked + self._further)
        changed = {name for ascent in ascents for name in _retuned(ascent, params)}
        step = len(ascents[0].trace) - 1
        if step >= 0 and changed - {"stretch", "steps"} and step not in self._turns:
            self._turns.append(step)

    def _look(self, ascents: Sequence[Ascent]) -> Look:
        """What there is to see of all rows; a row may be a step ahead of the next where a run was cut short."""
        look: Look | None = None
        for ascent in reversed(ascents):
            seen = ascent.pictures(), ascent.frame.box, ascent.trace
            done = tuple(self._turns), ascent.fraction, ascent.done
            look = Look(ascent.target, ascent.params, *seen, *done, ascent.first_scores, ascent.scores, look)
        assert look is not None
        return look


def _retuned(ascent: Ascent, params: SynthesisParams) -> list[str]:
    """Turns the knobs of one ascent, which keeps the score it climbs; returns the names of those that changed."""
    wanted = vars(replace(params, score=ascent.params.score))
    changed = {name: value for name, value in wanted.items() if getattr(ascent.params, name) != value}
    if changed:
        ascent.retune(**changed)
    return list(changed)
