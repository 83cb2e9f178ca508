"""The account of relevance drawn: one row for each layer, stacked bars in it that together are the answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...methods.relevance.ledger import Ledger
from ..board.pen import Pen
from .chart import COLOURS, SERIES, columns_of, short_names, stacks
from .words import digits

WIDTH, NAMES, NUMBERS = 620, 130, 84  # px: of all, left of the bars, right of them
HEAD, ROW, THICK = 34, 24, 16
KEYS = (8, 170, 300)  # where the names of the series are


@dataclass(frozen=True, eq=False)
class LedgerBars:
    """ΣR of each layer of a ledger, and what biases and ε have taken above it; the layer of the index `chosen` stands
    out.
    """

    ledger: Ledger
    chosen: int | None = None

    @property
    def shown(self) -> list[int]:
        """The indices of the ledger that have a row."""
        return columns_of(self.ledger, self.chosen)

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) in css pixels."""
        return HEAD + len(self.shown) * ROW + 8, WIDTH

    @property
    def words(self) -> str:
        """All numbers, for those who do not see the bars."""
        entries, columns = [self.ledger.entries[index] for index in self.shown], stacks(self.ledger)[:, self.shown]
        parts = zip(entries, *columns, strict=True)
        return "; ".join(
            f"{entry.layer}: ΣR {digits(relevance)}, biases {digits(biases)}, ε {digits(epsilon)}"
            for entry, relevance, biases, epsilon in parts
        )

    def draw(self, pen: Pen) -> None:
        """Draws the rows from the picture on, and a dashed line at the answer."""
        pen.rect(0, 0, *self.size, pen.palette.paper)
        _legend(pen)
        shown, columns = self.shown, stacks(self.ledger)
        names = short_names([self.ledger.entries[index].layer for index in shown])
        ends = self._ends(columns[:, shown])
        for row, index in enumerate(shown):
            middle = HEAD + (row + 0.5) * ROW
            marked = index == self.chosen
            pen.text(middle, NAMES - 8, names[row], 12, pen.palette.ink if marked else pen.palette.dim, "right", marked)
            _bars(pen, middle, columns[:, index], ends)
            pen.text(middle, WIDTH - NUMBERS + 8, f"ΣR {digits(columns[0, index])}", 12, pen.palette.dim)
        answer = _place(self.ledger.start, ends)
        pen.line((HEAD - 4, answer), (self.size[0] - 4, answer), pen.palette.dim, 1.5, (5, 4))

    def _ends(self, columns: np.ndarray) -> tuple[float, float]:
        """The least and the largest value that has room."""
        low = min(0.0, self.ledger.start, float(columns.clip(max=0).sum(0).min()))
        high = max(0.0, self.ledger.start, float(columns.clip(min=0).sum(0).max()))
        return low, max(high, low + 1e-12)


def _place(value: float, ends: tuple[float, float]) -> float:
    """How far from the left edge a value stands."""
    low, high = ends
    return NAMES + (WIDTH - NAMES - NUMBERS) * (value - low) / (high - low)


def _bars(pen: Pen, middle: float, values: Sequence[float] | np.ndarray, ends: tuple[float, float]) -> None:
    """Positive parts one after the other to the right of zero, negative ones to its left."""
    reached = {True: 0.0, False: 0.0}
    for value, colour in zip(values, COLOURS, strict=True):
        start, reached[value > 0] = reached[value > 0], reached[value > 0] + float(value)
        left, right = sorted((_place(start, ends), _place(reached[value > 0], ends)))
        pen.rect(middle - THICK / 2, left, THICK, right - left, colour)


def _legend(pen: Pen) -> None:
    for left, name, colour in zip(KEYS, SERIES, COLOURS, strict=True):
        pen.rect(8, left, 12, 12, colour)
        pen.text(14, left + 18, name, 12, pen.palette.dim)
    pen.line((14, WIDTH - 110), (14, WIDTH - 82), pen.palette.dim, 1.5, (5, 4))
    pen.text(14, WIDTH - 76, "the answer", 12, pen.palette.dim)
