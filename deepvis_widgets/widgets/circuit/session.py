"""Asks for the circuit of the last unit of a trail, and for pictures of the units in it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Protocol

from torch import Tensor

from ...core.content_key import content_key
from ...core.network.target import Target
from ...core.report import Report
from ...core.weights_key import Stamps, learned_key, stamps
from ...engine.client import Client, nothing
from ...methods import explain
from ...methods.circuits.answers import Answered
from ...methods.circuits.circuit import Circuit
from ...methods.circuits.explain import Circuits
from .state import CircuitState

STEPS = 48  # of activation maximization, where no picture is stored
Unit = tuple[str, int]


class CircuitAnswers(Protocol):
    """Draws what a session finds; on any thread."""

    def answered(self, answer: Answered) -> None:
        """Another unit was taken apart."""

    def pictured(self, unit: Unit, picture: Tensor) -> None:
        """What a unit wants to see: (3, h, w)."""


class CircuitSession:
    """Follows the state. One pass serves all units of a picture; another picture, or other weights, need another.

    `stored(layer, unit)` is a picture of what a unit wants to see, None where one must be drawn.
    """

    def __init__(
        self,
        state: CircuitState,
        client: Client,
        answers: CircuitAnswers,
        stored: Callable[[str, int], Tensor | None],
    ) -> None:
        self.answered: Answered | None = None
        self._state, self._client, self._answers, self._stored = state, client, answers, stored
        self._pass: tuple[Tensor, Stamps | None, Circuits, dict[Target, Circuit]] | None = None
        self._lock = threading.Lock()
        state.observe(lambda _: self._ask(), names=["image", "trail"])

    def forget(self) -> None:
        """Lets go of the pass, once the client is closed."""
        with self._lock:
            self.answered = self._pass = None

    def apart(self, view: Tensor, trail: Sequence[Target]) -> Answered:
        """Takes the last unit of another trail on this picture apart, at once, and tells nobody."""
        with self._lock:
            last = self._pass
        if last is not None and last[0] is view:
            return Answered.of(last[2], last[3], trail)
        return Answered.of(Circuits(self._client.network, view), {}, trail)

    def _ask(self) -> None:
        view, trail = self._state.view, self._state.trail
        if view is None or not trail:
            return
        self._client.cancel("patterns")
        self._client.ask("circuit", lambda _: self._answer(view, trail), self._arrived, doing="taking this unit apart")

    def _answer(self, view: Tensor, trail: Sequence[Target]) -> Answered:
        circuits, known = self._circuits(view)
        return Answered.of(circuits, known, trail)

    def _circuits(self, view: Tensor) -> tuple[Circuits, dict[Target, Circuit]]:
        """The pass over this picture, the last one if it still holds; on the engine's thread."""
        now, last = stamps(self._client.network.module), self._pass
        if last is not None and last[0] is view and now is not None and last[1] == now:
            return last[2], last[3]
        circuits, known = Circuits(self._client.network, view), dict[Target, Circuit]()
        with self._lock:
            if not self._client.closed:
                self._pass = view, now, circuits, known
        return circuits, known

    def _arrived(self, answer: Answered) -> None:
        with self._lock:
            self.answered = answer
        self._answers.answered(answer)
        self._picture([(row.below.layer, row.below.channel) for row in answer.rows if row.below is not None])

    # --- what units want to see ---

    def _picture(self, units: Sequence[tuple[str | None, int]]) -> None:
        """Shows those that are stored at once, and draws the others one after the other."""
        missing: list[Unit] = []
        for layer, unit in units:
            assert layer is not None
            found = self._stored(layer, unit)
            if found is None:
                missing.append((layer, unit))
            else:
                self._answers.pictured((layer, unit), found)
        if missing:
            self._client.ask(
                "patterns",
                lambda report: self._draw(missing, report),
                nothing,
                doing="drawing what these units want to see",
                long=True,
            )

    def _draw(self, units: Sequence[Unit], report: Report) -> None:
        for done, unit in enumerate(units):
            report(done / len(units))
            self._answers.pictured(unit, self._drawn(unit, report))

    def _drawn(self, unit: Unit, report: Report) -> Tensor:
        network, cache = self._client.network, self._client.engine.cache
        layer, channel = unit

        def make() -> Tensor:
            made = explain(
                network,
                None,
                "activation_maximization",
                layer=layer,
                unit=channel,
                pictures=1,
                steps=STEPS,
                report=lambda fraction, _=None: report(fraction),
            )
            picture: Tensor = made.crops[0]  # type: ignore[attr-defined]
            return picture

        key = content_key("circuit pattern", learned_key(network), layer, channel, STEPS)
        found: Tensor = cache.get_or_make(key, make)
        return found
