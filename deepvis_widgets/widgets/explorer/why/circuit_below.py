"""The circuit board under the Explorer: made when it is asked for, at the unit that the sheet shows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ....core.errors import DeepvisError
from ....core.network.target import Target
from ....passes.moving_window import Covered
from ...remake.code import code_of
from ..question import Question, freeze
from ..remake.recipe import circuit
from ..state import ExplorerState
from .why_pane import WhyPane

if TYPE_CHECKING:
    from ...circuit.circuit_board import CircuitBoard


@dataclass(frozen=True)
class Given:
    """What a board is given of the Explorer's besides network, picture and units: it is asked for when one is made."""

    pictures: Callable[[], Any]
    atlas: Callable[[], Any]


class CircuitBelow:
    """Makes a board as things stand, one at a time: the network without the units that are off, the picture under its
    occluder, and the way of the sheet as its trail. It follows what the Explorer shows from then on. `show` is told the
    board, and None when it was closed.
    """

    def __init__(
        self, state: ExplorerState, pane: WhyPane, given: Given, show: Callable[[CircuitBoard | None], object]
    ) -> None:
        self._state, self._pane, self._given, self._show = state, pane, given, show
        self._board: CircuitBoard | None = None
        self._last: Question | None = None  # what the board was told last
        pane.port.on_frame("board", lambda _: self.open())
        pane.port.on_frame("close", lambda _: self.close())
        pane.port.on_frame("code", lambda _: pane.port.put(code=self.code()))
        pane.on_followed(self._follow)
        state.observe(lambda _: self._follow(), names="image")  # which is told after its view

    def open(self) -> None:
        """Makes a board; one that is open already gives way."""
        self._open(self._way())

    def close(self) -> None:
        """Closes the board, if one is open."""
        if self._board is not None:
            self._board.close()

    def code(self) -> str:
        """Returns the lines of code that make the board."""
        return code_of(circuit(self._state, self._way()))

    # --- as the Explorer stands ---

    def _follow(self) -> None:
        """Another picture, unit, occluder or input, or a unit switched off or on."""
        board, last = self._board, self._last
        now = None if board is None else self._question()
        if board is None or last is None or now is None or now.filming:
            return
        way = board.trail if now.unit == last.unit else self._way()
        try:
            if now.network is not last.network:
                self._open(way)
                return
            board.say("")
            if self._moved(board, now.covered, last.covered):
                board.image = self._picture(now)
            board.trail = way
        except DeepvisError as error:
            board.say(str(error))
        self._last = now

    def _open(self, way: Sequence[Target]) -> None:
        question, before = self._question(), self._board
        if question is None:
            return
        try:
            board = self._made(question, way)
        except DeepvisError as error:
            self.close()
            self._pane.say(str(error))
            return
        self._board, self._last = board, question
        board.observe(lambda _: self._gone(board), names="comm")
        self._show(board)
        if before is not None:
            before.close()

    def _made(self, question: Question, way: Sequence[Target]) -> CircuitBoard:
        from ...circuit.circuit_board import CircuitBoard  # most who open an Explorer ask for none

        first, *further = way
        board = CircuitBoard(
            question.network,
            self._picture(question),
            first.layer,
            first.channel,
            first.position,
            pictures=self._given.pictures(),
            atlas=self._given.atlas(),
        )
        if further:
            board.set_or_close(trail=[first, *further])
        return board

    def _question(self) -> Question | None:
        return freeze(self._state, self._state.occluder)

    def _moved(self, board: CircuitBoard, now: Covered, last: Covered) -> bool:
        """Whether the board shows another picture, or the same one under another occluder."""
        if now.box is None:
            return board.image is not self._state.image
        return now.view is not last.view or now.box != last.box or now.fill is not last.fill

    def _picture(self, question: Question) -> Any:
        plain = question.covered.box is None and not question.filming
        return self._state.image if plain else question.covered.shown

    def _way(self) -> list[Target]:
        from ...circuit.state import MOST

        return list(self._pane.trail.units[-MOST:]) or [self._state.selected]

    def _gone(self, board: CircuitBoard) -> None:
        if board.closed and board is self._board:
            self._board = self._last = None
            self._show(None)
