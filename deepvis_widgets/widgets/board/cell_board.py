"""A board of grids of numbers: the pointer lights cells, a click opens a cell for a new number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from ..kit.notice import attempt
from ..kit.player import Player
from .binding import follow_steps
from .board import Board
from .cell_state import CellState
from .cells import CellMap
from .number_fields import CellEditor
from .number_grids import read_number
from .pen import Pen


class Scene(Protocol):
    """What is drawn: two that are equal look alike."""

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) in css pixels."""

    def draw(self, pen: Pen, cells: CellMap) -> None:
        """Draws on an empty canvas, and registers the cells."""


class CellBoard(CellState, Board):
    """Draws a scene again whenever its state gives another one; the player and the field for a number come last of the
    controls above. `cells` knows where they were drawn.

    Subclasses override what is below; they take what they are given before they make anything, because what is refused
    then leaves nothing behind, and call `show` at the end of their beginning.
    """

    def __init__(self, above: Sequence[Any] = (), below: Sequence[Any] = ()) -> None:
        self.cells = CellMap()
        self.player, self.editor = Player(self.count), CellEditor(self._commit)
        self._shown: object = None
        super().__init__(self.scene().size, [*above, self.player, self.editor], below)
        follow_steps(self, self.player)
        self.observe(lambda _: self.show(), names=["lesson", "step", "hovered", "selected"])
        self.on_point(lambda top, left: self.set_trait("hovered", self.cells.find(top, left)))
        self.on_point(self._press, press=True)
        self.on_leave(lambda: self.set_trait("hovered", None))

    # --- for subclasses ---

    def scene(self) -> Scene:
        """Everything that the drawing depends on, in one frozen value."""
        raise NotImplementedError

    def words(self) -> str:
        """What is shown, in a sentence."""
        raise NotImplementedError

    # --- common ---

    def show(self) -> None:
        """Brings the player, the field for a number, the drawing and its words in line with the state."""
        self.player.count = self.count
        cell = self.selected
        self.editor.edit("" if cell is None else self.name(cell), None if cell is None else self.read(cell))
        scene = self.scene()
        if scene != self._shown:
            self._shown = scene
            if self.size != scene.size:
                self.resize(scene.size)
            self.redraw()
            self.say(self.words())

    def draw(self, pen: Pen) -> None:
        """Draws, and knows from then on where the cells are: never half of them, events come on other threads."""
        cells = CellMap()
        self.scene().draw(pen, cells)
        self.cells = cells

    def _press(self, top: float, left: float) -> None:
        cell = self.cells.find(top, left)
        editable = None if cell is None else self.editable(cell)
        if editable is not None:
            self.selected = editable
            self.editor.focus()
        elif cell is not None:
            self.press(cell)

    def _commit(self, text: str) -> None:
        cell = self.selected
        if cell is not None:
            attempt(self.refuse, lambda: self.write(cell, read_number(text)))
