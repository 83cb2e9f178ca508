"""What the pooling board shows, without the board: the numbers, the sizes, and what they must fulfil."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
import traitlets
from torch import Tensor

from ...core.errors import DeepvisError
from ..board.cells import Cell
from ..board.number_grids import EMPTY, number_grid, resized
from ..board.panel_state import PanelState
from .arithmetic import pooled_size
from .lesson import STEPS, PoolingLesson

INPUT = ((1, -2, 3, 0), (4, 2, -1, -3), (-1, -2, 2, 5), (-3, -1, 4, 1))
SIGNAL = ((2, -1), (3, -2))
FILL = {"input": (1, -2, 3, 0, -1, 4, 2, -3, 5), "signal": (2, -1, 3, 1, -2)}  # what new cells hold, over and over
RANGES = {"input_size": ("Input", 2, 8), "window": ("Window", 1, 4), "stride": ("Stride", 1, 4)}
FIRST = {"input_size": 4, "window": 2, "stride": 2}


class PoolingState(PanelState):
    """The sizes as traits, the numbers as arrays; `lesson` has all numbers that follow from them.

    >>> state = PoolingState()
    >>> state.stride = 1
    >>> state.pooled
    array([[4., 3., 3.],
           [4., 2., 5.],
           [0., 4., 5.]])
    """

    input_size = traitlets.Int(FIRST["input_size"], help="cells along a side of the input")
    window = traitlets.Int(FIRST["window"], help="cells along a side of a window")
    stride = traitlets.Int(FIRST["stride"], help="cells from a window to the next")
    lesson = traitlets.Instance(PoolingLesson)

    SIZES = tuple(RANGES)

    # --- what may be set ---

    @property
    def input(self) -> np.ndarray:
        """The numbers that enter the rectifier, (n, n)."""
        return self._array("input")

    @input.setter
    def input(self, values: Any) -> None:
        self.take(number_grid(values, "input", dims=(2,)))

    @property
    def signal(self) -> np.ndarray:
        """The backward signal from the layer above, (m, m)."""
        return self._array("signal")

    @signal.setter
    def signal(self, values: Any) -> None:
        self.take(signal=number_grid(values, "signal", dims=(2,)))

    def shuffle(self, seed: int | None = None) -> None:
        """Takes other whole numbers from -5 to 5, the same for the same seed."""
        chance = np.random.default_rng(seed)
        grids = (self.lesson.x, self.lesson.signal)
        self.take(*(torch.from_numpy(chance.integers(-5, 6, grid.shape)).double() for grid in grids))

    # --- what comes out ---

    rectified = property(lambda self: self._array("rectified"), doc="ReLU(x), (n, n).")
    pooled = property(lambda self: self._array("pooled"), doc="The largest number of each window, (m, m).")
    unpooled = property(lambda self: self._array("unpooled"), doc="The signal put back at the switches, (n, n).")
    gradient = property(lambda self: self._array("gradient"), doc="The signal behind ReLU by the gradient, (n, n).")
    deconvnet = property(lambda self: self._array("deconvnet"), doc="The signal behind ReLU by the deconvnet.")
    guided = property(lambda self: self._array("guided"), doc="The signal behind ReLU by guided backprop.")

    @property
    def switches(self) -> np.ndarray:
        """(row, col) of each window's maximum: (m, m, 2)."""
        return self.lesson.pooled.switches.numpy().copy()

    # --- cells ---

    @property
    def count(self) -> int:
        """How many steps there are."""
        return len(STEPS)

    def editable(self, cell: Cell) -> Cell | None:
        """A number of the input or of the signal."""
        return cell if cell.grid in FILL else None

    # --- changes ---

    def take(self, input: Tensor | None = None, signal: Tensor | None = None, **sizes: int) -> None:
        """Takes over numbers and sizes, all at once or not at all; what is not given stays, cut or filled to size."""
        if input is not None:
            sizes.setdefault("input_size", len(input))
        sizes = self.wholes(sizes)
        wanted = {**self.sizes(), **sizes}
        if signal is not None and len(signal) != (side := pooled_side(**wanted)):
            raise DeepvisError(
                f"The signal is {len(signal)} × {len(signal)}, but {side} × {side} cells are pooled, one number each."
            )
        before = self.lesson
        lesson = arranged(before.x if input is None else input, before.signal if signal is None else signal, **wanted)
        with self.hold_trait_notifications():
            for name, value in sizes.items():
                setattr(self, name, value)
            self.lesson = lesson
            self.hovered, self.selected = self.kept(self.hovered), self.kept(self.selected)

    @traitlets.default("lesson")
    def _first_lesson(self) -> PoolingLesson:
        return arranged(number_grid(INPUT, "input"), first_signal(**FIRST), **FIRST)

    @traitlets.validate(*RANGES)
    def _check_size(self, proposal: Any) -> int:
        pooled_side(**{**self.sizes(), proposal["trait"].name: proposal["value"]})
        return int(proposal["value"])

    @traitlets.observe(*RANGES)
    def _resize(self, _change: Any) -> None:
        if self.sizes() != self.lesson.sizes:
            self.take()


def pooled_side(*, input_size: int, window: int, stride: int) -> int:
    """Cells along a side of the pooled map; DeepvisError where the sizes do not fit or the board cannot show them.

    >>> pooled_side(input_size=5, window=3, stride=2)
    2
    """
    for value, (label, low, high) in zip((input_size, window, stride), RANGES.values(), strict=True):
        if not low <= value <= high:
            raise DeepvisError(f"{label} is {value}; this board shows values from {low} to {high}.")
    return pooled_size(input_size, window, stride)


def arranged(x: Tensor, signal: Tensor, **sizes: int) -> PoolingLesson:
    """The lesson of these numbers, cut or filled to these sizes."""
    side, input_size = pooled_side(**sizes), sizes["input_size"]
    x = resized(x, (input_size, input_size), FILL["input"])
    return PoolingLesson(x, resized(signal, (side, side), FILL["signal"]), sizes["window"], sizes["stride"])


def first_signal(**sizes: int) -> Tensor:
    """A backward signal to begin with, one number for each pooled cell."""
    if sizes == FIRST:
        return number_grid(SIGNAL, "signal")
    side = pooled_side(**sizes)
    return resized(EMPTY, (side, side), FILL["signal"])
