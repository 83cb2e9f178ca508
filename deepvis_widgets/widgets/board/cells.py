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
class _Grid:
    """Square cells of side `side` in `shape` (rows, cols) from the cell `first`, whose corner is at (top, left)."""

    first: Cell
    top: float
    left: float
    side: float
    shape: tuple[int, int]

    def holds(self, row: int, col: int) -> bool:
        return 0 <= row < self.shape[0] and 0 <= col < self.shape[1]


class CellMap:
    """Filled while a board draws, asked when the pointer moves.

    >>> cells = CellMap()
    >>> cells.add(Cell("input", 0, 0), top=10, left=20, side=30, shape=(2, 3))
    >>> cells.find(45, 85)
    Cell(grid='input', row=1, col=2)
    """

    def __init__(self) -> None:
        self.grids: list[_Grid] = []

    def add(self, first: Cell, top: float, left: float, side: float, shape: tuple[int, int] = (1, 1)) -> None:
        """Adds square cells in `shape` (rows, cols) from `first`, whose corner is at (top, left)."""
        self.grids.append(_Grid(first, top, left, side, shape))

    def find(self, top: float, left: float) -> Cell | None:
        """The cell at a point; of several the one drawn last."""
        for grid in reversed(self.grids):
            row, col = int((top - grid.top) // grid.side), int((left - grid.left) // grid.side)
            if grid.holds(row, col):
                return Cell(grid.first.grid, grid.first.row + row, grid.first.col + col)
        return None

    def box(self, cell: Cell) -> tuple[float, float, float] | None:
        """(top, left, side) of a cell, None where it is not drawn."""
        for grid in reversed(self.grids):
            row, col = cell.row - grid.first.row, cell.col - grid.first.col
            if cell.grid == grid.first.grid and grid.holds(row, col):
                return grid.top + row * grid.side, grid.left + col * grid.side, grid.side
        return None
