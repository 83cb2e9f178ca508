"""What a board of panels shows: numbers that its lesson knows by the name of each panel."""

from __future__ import annotations

from typing import Any

import numpy as np
from torch import Tensor

from .cell_state import CellState
from .cells import Cell


class PanelState(CellState):
    """Subclasses have a trait `lesson` whose `values(panel)` are the numbers (rows, cols) of a panel."""

    lesson: Any

    def numbers(self, grid: str) -> Tensor:
        """Those of any panel."""
        found: Tensor = self.lesson.values(grid)
        return found

    def name(self, cell: Cell) -> str:
        """Such as "input (0, 2)"."""
        return f"{cell.grid} ({cell.row}, {cell.col})"

    def _array(self, panel: str) -> np.ndarray:
        return self.numbers(panel).numpy().copy()
