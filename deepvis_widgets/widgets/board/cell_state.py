"""What a board of cells shows, without the board: its step, the cell under the pointer, the cell being edited."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import traitlets
from torch import Tensor

from ...core.checks import whole
from ...core.errors import DeepvisError
from .cells import Cell


class CellState(traitlets.HasTraits):
    """Subclasses add a trait `lesson`, all numbers of the moment, and say what its cells are."""

    SIZES: tuple[str, ...] = ()  # the traits that `arrange` sets

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

    def numbers(self, grid: str) -> Tensor:
        """The numbers (rows, cols) of a grid whose cells can be edited."""
        raise NotImplementedError

    def take(self, **changes: Any) -> None:
        """Takes over numbers, by the name of their grid, and sizes, by the name of their trait."""
        raise NotImplementedError

    def name(self, cell: Cell) -> str:
        """An editable cell in words."""
        raise NotImplementedError

    def press(self, cell: Cell) -> None:
        """Does what pressing a cell that cannot be edited does: nothing, unless a subclass knows better."""

    # --- common ---

    def arrange(self, **sizes: int) -> None:
        """Sets several sizes at once."""
        unknown = ", ".join(sorted(set(sizes) - set(self.SIZES)))
        if unknown:
            raise DeepvisError(f"There is no {unknown} here; accepted: {', '.join(self.SIZES)}.")
        self.take(**sizes)

    def wholes(self, sizes: Mapping[str, Any]) -> dict[str, int]:
        """Returns these sizes as whole numbers; DeepvisError names one that is something else."""
        found = {name: whole(value) for name, value in sizes.items()}
        for name, value in found.items():
            if value is None:
                raise DeepvisError(f"{name}={sizes[name]!r} is not accepted; accepted is a whole number.")
        return {name: value for name, value in found.items() if value is not None}

    def sizes(self) -> dict[str, int]:
        """The present sizes by name."""
        return {name: getattr(self, name) for name in self.SIZES}

    def read(self, cell: Cell) -> float:
        """The present number of an editable cell."""
        return float(self.numbers(cell.grid)[cell.row, cell.col])

    def write(self, cell: Cell, value: float) -> None:
        """Gives an editable cell another number."""
        numbers = self.numbers(cell.grid).clone()
        numbers[cell.row, cell.col] = value
        self.take(**{cell.grid: numbers})

    def kept(self, cell: Cell | None) -> Cell | None:
        """A cell, if its grid still has it."""
        rows, cols = self.numbers(cell.grid).shape if cell else (0, 0)
        return cell if cell and cell.row < rows and cell.col < cols else None

    @traitlets.validate("step")
    def _check_step(self, proposal: Any) -> int:
        step = int(proposal["value"])
        if not 0 <= step < self.count:
            raise DeepvisError(f"step is {step}; here it goes from 0 to {self.count - 1}.")
        return step
