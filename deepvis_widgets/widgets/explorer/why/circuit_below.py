"""The circuit board under the Explorer: made when it is asked for, at the unit that the sheet shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ....core.errors import DeepvisError
from ...remake.code import code_of
from ..question import freeze
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
    occluder, and the way of the sheet as its trail. `show` is told the board, and None when it was closed.
    """

    def __init__(
        self, state: ExplorerState, pane: WhyPane, given: Given, show: Callable[[CircuitBoard | None], object]
    ) -> None:
        self._state, self._pane, self._given, self._show = state, pane, given, show
        self._board: CircuitBoard | None = None
        pane.port.on_frame("board", lambda _: self.open())
        pane.port.on_frame("close", lambda _: self.close())
        pane.port.on_frame("code", lambda _: pane.port.put(code=self.code()))

    def open(self) -> None:
        """Makes a board; one that is open already gives way."""
        self.close()
        try:
            board = self._made()
        except DeepvisError as error:
            self._pane.say(str(error))
            return
        if board is not None:
            self._board = board
            board.observe(lambda _: self._gone(board), names="comm")
            self._show(board)

    def close(self) -> None:
        """Closes the board, if one is open."""
        if self._board is not None:
            self._board.close()

    def code(self) -> str:
        """Returns the lines of code that make the board."""
        return code_of(circuit(self._state, self._way()))

    def _made(self) -> CircuitBoard | None:
        from ...circuit.circuit_board import CircuitBoard  # most who open an Explorer ask for none

        state, question = self._state, freeze(self._state, self._state.occluder)
        if question is None:
            return None
        plain = state.occluder is None and not state.filming
        first, *further = self._way()
        board = CircuitBoard(
            question.network,
            state.image if plain else question.covered.shown,
            first.layer,
            first.channel,
            first.position,
            pictures=self._given.pictures(),
            atlas=self._given.atlas(),
        )
        if further:
            board.set_or_close(trail=[first, *further])
        return board

    def _way(self) -> list[Any]:
        from ...circuit.state import MOST

        return list(self._pane.trail.units[-MOST:]) or [self._state.selected]

    def _gone(self, board: CircuitBoard) -> None:
        if board.closed and board is self._board:
            self._board = None
            self._show(None)
