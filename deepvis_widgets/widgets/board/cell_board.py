"""A board of grids of numbers: the pointer lights cells, a click opens a cell for a new number."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

from ...core.errors import DeepvisError
from ..kit.player import Player
from .board import Board
from .cells import Cell, Places
from .number_fields import CellEditor, read_number
from .pen import Pen


class CellBoard(Board):
    """The field for a new number comes last of the controls above. Subclasses override what is below;
    `places` knows where their cells were drawn.

    `player` has the steps of the lesson; subclasses make it before they call this class's own beginning.
    `hovered` is the cell under the pointer and `selected` the one that is being edited, or None.
    """

    player: Player

    def __init__(self, size: tuple[int, int], above: Sequence[Any] = (), below: Sequence[Any] = ()) -> None:
        self.places = Places()
        self.hovered: Cell | None = None
        self.selected: Cell | None = None
        self._mirroring = False
        self.editor = CellEditor(self._commit)
        super().__init__(size, [*above, self.editor], below)
        self.on_point(lambda top, left: self._hover(self.places.find(top, left)))
        self.on_point(self._press, press=True)
        self.on_leave(lambda: self._hover(None))

    def draw(self, pen: Pen) -> None:
        """Draw, and know from then on where the cells are: never half of them, events come on other threads."""
        places = Places()
        self.draw_cells(pen, places)
        self.places = places

    # --- for subclasses ---

    def draw_cells(self, pen: Pen, places: Places) -> None:
        """Draw everything on an empty canvas, and register the cells."""
        raise NotImplementedError

    def pointed(self) -> None:
        """`hovered` changed."""
        raise NotImplementedError

    def pressed(self, cell: Cell) -> None:
        """A cell was pressed that cannot be edited."""

    def target(self, cell: Cell) -> Cell | None:
        """The editable cell that a drawn cell shows, None where it is a result."""
        raise NotImplementedError

    def read(self, cell: Cell) -> float:
        """The present number of an editable cell."""
        raise NotImplementedError

    def write(self, cell: Cell, value: float) -> None:
        """Give an editable cell another number, and draw."""
        raise NotImplementedError

    def name(self, cell: Cell) -> str:
        """An editable cell in words."""
        raise NotImplementedError

    def show_controls(self) -> None:
        """Set the controls to what is."""

    # --- common ---

    @property
    def step(self) -> int:
        """How far the lesson is, from 0."""
        return self.player.step

    @step.setter
    def step(self, step: int) -> None:
        if not 0 <= step < self.player.count:
            raise DeepvisError(f"step is {step}; here it goes from 0 to {self.player.count - 1}.")
        self.player.go(step)

    @staticmethod
    def check_names(given: Collection[str], names: Sequence[str]) -> None:
        """DeepvisError where something is to be set that does not exist."""
        unknown = ", ".join(sorted(set(given) - set(names)))
        if unknown:
            raise DeepvisError(f"There is no {unknown} here; accepted: {', '.join(names)}.")

    def select(self, cell: Cell | None) -> None:
        """Open an editable cell for a number, or none."""
        self.selected = cell
        self.editor.aim("" if cell is None else self.name(cell), None if cell is None else self.read(cell))

    def follow(self, control: Any, act: Callable[[Any], Any]) -> None:
        """Do what a reader sets a control to; where it does not fit, the control goes back to what is."""

        def changed(change: Any) -> None:
            if not self._mirroring and not self.attempt(act, change["new"]):
                self.mirror()

        control.observe(changed, names="value")

    def mirror(self) -> None:
        """Let the controls show what is, without following them."""
        self._mirroring = True
        try:
            self.show_controls()
        finally:
            self._mirroring = False

    def attempt(self, act: Callable[..., Any], *args: Any) -> bool:
        """Do what the reader asked for; what does not fit is said in a sentence, and nothing changes."""
        try:
            act(*args)
        except DeepvisError as error:
            self.refuse(str(error))
            return False
        self.refuse("")
        return True

    def _hover(self, cell: Cell | None) -> None:
        if cell != self.hovered:
            self.hovered = cell
            self.pointed()

    def _press(self, top: float, left: float) -> None:
        cell = self.places.find(top, left)
        if cell is None:
            return
        target = self.target(cell)
        if target is None:
            self.pressed(cell)
            return
        self.select(target)
        self.redraw()
        self.editor.focus()

    def _commit(self, text: str) -> None:
        if self.selected is not None:
            self.attempt(self._store, self.selected, text)

    def _store(self, cell: Cell, text: str) -> None:
        self.write(cell, read_number(text))
        self.select(cell)
