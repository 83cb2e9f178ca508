"""One ascent on the engine: started, paused, retuned and continued, told to a widget a few times a second."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from torch import Tensor

from ...core.network.network import Network
from ...core.network.target import Target
from ...core.picture.boxes import Box
from ...engine.engine import Engine
from ...methods.synthesis import Ascent, SynthesisParams

SHOWN_EVERY = 0.1  # seconds from one look at the pictures to the next


@dataclass(frozen=True, eq=False)
class Look:
    """Pictures in the making at one moment: `pictures` (n, 3, H, W) in [0, 1], full frame, `box` what the unit sees of
    them, the objective's `trace` (steps, n), and the steps at which knobs were turned.
    """

    target: Target
    params: SynthesisParams
    pictures: Tensor
    box: Box
    trace: Tensor
    turns: tuple[int, ...]
    fraction: float
    done: bool


class AscentRun:
    """Everything that touches the ascent happens on the engine's thread, between two of its steps: the run itself is a
    long job that reports at every step, so that short questions of any widget are answered meanwhile; turning knobs and
    taking a look are short jobs.

    `on_look` is told what there is to see, at most ten times a second while it runs; `on_end(done)` that it stands
    still, because all its steps are done or because it was paused; `on_error` one sentence. All are called on the
    engine's thread.
    """

    def __init__(
        self,
        engine: Engine,
        network: Network,
        slot: str,
        on_look: Callable[[Look], None],
        on_end: Callable[[bool], None],
        on_error: Callable[[str], None],
    ) -> None:
        self._engine, self._network, self._slot = engine, network, slot
        self._on_look, self._on_end, self._on_error = on_look, on_end, on_error
        self._ascent: Ascent | None = None
        self._turns: list[int] = []
        self._further = 0  # steps beyond those asked for, from going on when all were done
        self._number = 0  # of the latest run: what an earlier one still says does not count

    @property
    def begun(self) -> bool:
        """Whether there are pictures to go on from."""
        return self._ascent is not None

    def start(self, target: Target, params: SynthesisParams) -> None:
        """New pictures, from noise."""
        self._ascent = None

        def work(report: Callable[..., None]) -> bool:
            report(0.0)
            self._ascent, self._turns, self._further = Ascent(self._network, target, params), [], 0
            return self._climb(self._ascent, report)

        self._submit(work)

    def go_on(self, params: SynthesisParams) -> None:
        """On from the pictures there are; for as many steps again when all were done."""

        def work(report: Callable[..., None]) -> bool:
            ascent = self._ascent
            if ascent is None:
                return False
            self._retune(ascent, params)
            if ascent.done:
                self._further = len(ascent.trace)
                self._retune(ascent, params)
            return self._climb(ascent, report)

        self._submit(work)

    def pause(self) -> None:
        """Stop after the step that is being computed; the pictures stay."""
        self._engine.cancel(self._slot)

    def forget(self) -> None:
        """Stop, and let the pictures go."""
        self._number += 1
        self._engine.cancel(self._slot)
        self._engine.cancel(f"{self._slot} turn")
        self._ascent = None

    def turn(self, params: SynthesisParams) -> None:
        """Turn the knobs, running or not; what is shown follows at once."""
        self._engine.submit(
            f"{self._slot} turn",
            lambda _: self._turn(params),
            on_error=lambda sentence, _: self._on_error(sentence),
            doing="turning these knobs",
        )

    # --- on the engine's thread ---

    def _submit(self, work: Callable[[Callable[..., None]], bool]) -> None:
        self._number += 1
        number = self._number
        self._engine.submit(
            self._slot,
            work,
            long=True,
            on_result=lambda done: self._end(number, done),
            on_partial=lambda _, look: self._show(number, look),
            on_error=lambda sentence, _: self._end(number, False, sentence),
            on_cancelled=lambda: self._end(number, False),
            doing="drawing these pictures",
        )

    def _climb(self, ascent: Ascent, report: Callable[..., None]) -> bool:
        shown = 0.0
        while not ascent.done:
            ascent.step()
            now = time.monotonic()
            due = now - shown >= SHOWN_EVERY
            shown = now if due else shown
            report(ascent.fraction, self._look(ascent) if due else None)
        self._on_look(self._look(ascent))
        return True

    def _show(self, number: int, look: Any) -> None:
        if number == self._number and isinstance(look, Look):
            self._on_look(look)

    def _end(self, number: int, done: bool, sentence: str = "") -> None:
        if number == self._number:
            if sentence:
                self._on_error(sentence)
            self._on_end(done)

    def _turn(self, params: SynthesisParams) -> None:
        ascent = self._ascent
        if ascent is not None:
            self._retune(ascent, params)
            self._on_look(self._look(ascent))

    def _retune(self, ascent: Ascent, params: SynthesisParams) -> None:
        if self._further:
            asked = params.steps or type(ascent.recipe).steps(params)
            params = replace(params, steps=asked + self._further)
        changed = {name: value for name, value in vars(params).items() if getattr(ascent.params, name) != value}
        if changed:
            ascent.retune(**changed)
        step = len(ascent.trace) - 1
        if step >= 0 and set(changed) - {"stretch", "steps"} and step not in self._turns:
            self._turns.append(step)

    def _look(self, ascent: Ascent) -> Look:
        return Look(
            ascent.target,
            ascent.params,
            ascent.pictures(),
            ascent.frame.box,
            ascent.trace,
            tuple(self._turns),
            ascent.fraction,
            ascent.done,
        )
