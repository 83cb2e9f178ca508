"""Where grids of cells were drawn, so that the cell under the pointer is known."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Cell:
    """The cell (row, col) of a named grid."""

    grid: str
    row: int
    col: int


@dataclass(frozen=True)
class _Place:
    top: float
    left: float
    cell: float
    shape: tuple[int, int]
    first: Cell


class Places:
    """Filled while a board draws, asked when the pointer moves."""

    def __init__(self) -> None:
        self._places: list[_Place] = []

    def add(self, first: Cell, top: float, left: float, cell: float, shape: tuple[int, int] = (1, 1)) -> None:
        """Square cells in `shape` (rows, cols) from `first`, whose corner is at (top, left)."""
        self._places.append(_Place(top, left, cell, shape, first))

    def find(self, top: float, left: float) -> Cell | None:
        """The cell at a point; of several the one drawn last."""
        for place in reversed(self._places):
            row, col = int((top - place.top) // place.cell), int((left - place.left) // place.cell)
            if 0 <= row < place.shape[0] and 0 <= col < place.shape[1]:
                return Cell(place.first.grid, place.first.row + row, place.first.col + col)
        return None

    def box(self, cell: Cell) -> tuple[float, float, float] | None:
        """(top, left, side) of a cell, None where it is not drawn."""
        for place in reversed(self._places):
            row, col = cell.row - place.first.row, cell.col - place.first.col
            if cell.grid == place.first.grid and 0 <= row < place.shape[0] and 0 <= col < place.shape[1]:
                return place.top + row * place.cell, place.left + col * place.cell, place.cell
        return None
