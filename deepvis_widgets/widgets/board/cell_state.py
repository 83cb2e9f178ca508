"""What a board of cells shows, without the board: its step, the cell under the pointer, the cell being edited."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import traitlets

from ...core.errors import DeepvisError
from .cells import Cell


class CellState(traitlets.HasTraits):
    """Subclasses add a trait `lesson`, all numbers of the moment, and say what its cells are."""

    step = traitlets.Int(0, help="how far the lesson is, from 0")
    hovered = traitlets.Instance(Cell, allow_none=True, help="the cell under the pointer")
    selected = traitlets.Instance(Cell, allow_none=True, help="the cell that is being edited")

    # --- for subclasses ---

    @property
    def count(self) -> int:
        """How many steps there are."""
        raise NotImplementedError

    def editable(self, cell: Cell) -> Cell | None:
        """The cell with the number that a drawn cell shows, None where it is a result."""
        raise NotImplementedError

    def read(self, cell: Cell) -> float:
        """The present number of an editable cell."""
        raise NotImplementedError

    def write(self, cell: Cell, value: float) -> None:
        """Gives an editable cell another number."""
        raise NotImplementedError

    def name(self, cell: Cell) -> str:
        """An editable cell in words."""
        raise NotImplementedError

    def press(self, cell: Cell) -> None:
        """Does what pressing a cell that cannot be edited does: nothing, unless a subclass knows better."""

    # --- common ---

    @traitlets.validate("step")
    def _check_step(self, proposal: Any) -> int:
        step: int = proposal["value"]
        if not 0 <= step < self.count:
            raise DeepvisError(f"step is {step}; here it goes from 0 to {self.count - 1}.")
        return step


def check_names(given: Collection[str], names: Sequence[str]) -> None:
    """DeepvisError where something is to be set that does not exist.

    >>> check_names(["stride"], ["window", "stride"])
    """
    unknown = ", ".join(sorted(set(given) - set(names)))
    if unknown:
        raise DeepvisError(f"There is no {unknown} here; accepted: {', '.join(names)}.")
