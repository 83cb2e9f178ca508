"""All numbers that the pooling board shows at one moment, by panel, and which of them belong together."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from torch import Tensor

from ..board.cells import Cell
from .arithmetic import Pooled, pool

STEPS = (
    "Forward: ReLU keeps what is positive and sets the rest to zero.",
    "Max pooling keeps the largest number of each window; a ring marks its switch, the place it came from.",
    "From the layer above comes the backward signal, one number for each pooled cell.",
    "Unpooling puts each number back at its switch; every other cell is zero.",
    "Gradient: the signal passes ReLU where its input x was positive.",
    "Deconvnet: the signal passes where it is positive itself, whatever x was.",
    "Guided backprop: it passes only where both are positive.",
)
# panel: (its title, the step that shows it, its row and column on the board)
PANELS: dict[str, tuple[str, int, tuple[int, int]]] = {
    "input": ("x", 0, (0, 0)),
    "rectified": ("ReLU(x)", 0, (0, 1)),
    "pooled": ("max pooling", 1, (0, 2)),
    "signal": ("backward signal", 2, (1, 2)),
    "unpooled": ("unpooled", 3, (1, 1)),
    "gradient": ("gradient", 4, (2, 0)),
    "deconvnet": ("deconvnet", 5, (2, 1)),
    "guided": ("guided backprop", 6, (2, 2)),
}
SMALL = ("pooled", "signal")  # the others are as large as the input


@dataclass(frozen=True, eq=False)
class PoolingLesson:
    """An input (n, n), a backward signal (m, m), the window of the pooling and its stride."""

    x: Tensor
    signal: Tensor
    window: int
    stride: int

    @property
    def sizes(self) -> dict[str, int]:
        """Its sizes by the names of the traits."""
        return {"input_size": len(self.x), "window": self.window, "stride": self.stride}

    @cached_property
    def pooled(self) -> Pooled:
        """There and back."""
        return pool(self.x, self.signal, self.window, self.stride)

    def values(self, panel: str) -> Tensor:
        """The numbers of a panel."""
        if panel in self.pooled.backward:
            return self.pooled.backward[panel]
        given = {"input": self.x, "signal": self.signal}
        found: Tensor = given[panel] if panel in given else getattr(self.pooled, panel)
        return found

    def switch(self, row: int, col: int) -> tuple[int, int]:
        """Where the maximum of a window was."""
        at = self.pooled.switches[row, col].tolist()
        return at[0], at[1]

    @cached_property
    def sources(self) -> dict[tuple[int, int], list[tuple[int, int]]]:
        """Switch → the pooled cells that took their maximum there."""
        found: dict[tuple[int, int], list[tuple[int, int]]] = {}
        for row in range(self.signal.shape[0]):
            for col in range(self.signal.shape[1]):
                found.setdefault(self.switch(row, col), []).append((row, col))
        return found

    def lit(self, cell: Cell) -> tuple[set[tuple[int, int]], set[tuple[int, int]]]:
        """(places in the maps, places in the pooled ones) that belong to the cell under the pointer."""
        place = (cell.row, cell.col)
        return ({self.switch(*place)}, {place}) if cell.grid in SMALL else ({place}, set(self.sources.get(place, ())))
