"""What the convolution board shows, without the board: the numbers, the sizes, and what they must fulfil."""

from __future__ import annotations

from typing import Any

import numpy as np
import traitlets
from torch import Tensor

from ...core.errors import DeepvisError
from ..board.cell_state import CellState
from ..board.cells import Cell
from ..board.number_grids import EMPTY, number_grid, resized
from . import words
from .arithmetic import Convolution
from .lesson import Lesson, edited, result_index

# name: (label, lowest, highest in 1-D, highest in 2-D)
RANGES: dict[str, tuple[str, int, int, int]] = {
    "input_size": ("Input", 1, 12, 7),
    "kernel_size": ("Kernel", 1, 7, 5),
    "stride": ("Stride", 1, 4, 4),
    "padding": ("Padding", 0, 6, 4),
    "dilation": ("Dilation", 1, 3, 3),
}
FIRST = {"dims": 1, "input_size": 6, "kernel_size": 3, "stride": 1, "padding": 0, "dilation": 1}
HALVING = {"dims": 2, "kernel_size": 3, "stride": 2, "padding": 1}
PRESETS: dict[str, dict[str, int]] = {
    "6 inputs, 3 weights": {"dims": 1, "input_size": 6, "kernel_size": 3},
    "3×3 over 5×5, padding 1, stride 2": {"input_size": 5, **HALVING},
    "3×3 over 6×6, padding 1, stride 2 (a = 1)": {"input_size": 6, **HALVING},
    "a tall W: full padding": {"dims": 1, "input_size": 5, "kernel_size": 3, "padding": 2},
    "dilation 2": {"dims": 1, "input_size": 9, "kernel_size": 3, "dilation": 2},
}
INPUT = (2, 0, 1, 3, -1, 2, 1)  # what new cells hold, over and over
KERNEL = (1, 2, -1, 0, 1)


class ConvolutionState(CellState):
    """The sizes as traits, the numbers as arrays; `lesson` has all numbers that follow from them.

    >>> state = ConvolutionState()
    >>> state.input = [1, 2, 3, 4]
    >>> state.kernel = [1, -1]
    >>> state.output
    array([-1., -1., -1.])
    """

    dims = traitlets.Int(FIRST["dims"], help="1 or 2 dimensions")
    input_size = traitlets.Int(FIRST["input_size"], help="cells along an axis of the input")
    kernel_size = traitlets.Int(FIRST["kernel_size"], help="weights along an axis of the kernel")
    stride = traitlets.Int(FIRST["stride"], help="cells from a window to the next")
    padding = traitlets.Int(FIRST["padding"], help="zeros added on both sides of the input")
    dilation = traitlets.Int(FIRST["dilation"], help="cells from a weight of the kernel to the next")
    transposed = traitlets.Bool(False, help="whether the transpose Wᵀ y is shown")
    lesson = traitlets.Instance(Lesson)

    SIZES = tuple(FIRST)

    # --- what may be set ---

    @property
    def input(self) -> np.ndarray:
        """The numbers of the input, (n,) or (n, n)."""
        return self._array(self.lesson.x)

    @input.setter
    def input(self, values: Any) -> None:
        self.give(values, None)

    @property
    def kernel(self) -> np.ndarray:
        """The weights of the kernel, (k,) or (k, k)."""
        return self._array(self.lesson.kernel)

    @kernel.setter
    def kernel(self, values: Any) -> None:
        self.give(None, values)

    def load(self, example: str) -> None:
        """Shows one of the examples in the menu, with its own numbers."""
        found = example_lesson(example)
        self.take(found.x, found.kernel, **{**FIRST, **PRESETS[example]})
        self.step = 0

    def turn(self, dims: int) -> None:
        """Changes to so many dimensions, with sizes cut to what fits there."""
        most = {name: high[dims - 1] for name, (_, _, *high) in RANGES.items()}
        self.take(dims=dims, **{name: min(getattr(self, name), top) for name, top in most.items()})

    def give(self, input: Any = None, kernel: Any = None, **sizes: int) -> None:
        """Takes arrays with the sizes that come with them; None stays, or is cut or filled to its new size."""
        given = {name: values for name, values in (("input", input), ("kernel", kernel)) if values is not None}
        taken: dict[str, Any] = {name: number_grid(values, name) for name, values in given.items()}
        dims = {np.ndim(values) for values in given.values()}
        if len(dims) > 1:
            raise DeepvisError(
                "The input and the kernel must have the same dimensions: (n,) and (k,), or (n, n) and (k, k)."
            )
        taken |= {f"{name}_size": len(grid[0]) for name, grid in taken.items()}
        self.take(**{"dims": max(dims, default=self.dims), **taken, **sizes})

    # --- what comes out ---

    output = property(lambda self: self._array(self.lesson.y), doc="y = W x, in the shape of the output.")
    matrix = property(lambda self: self.lesson.matrix.numpy().copy(), doc="W: (cells of output, cells of input).")
    back = property(lambda self: self._like_input(self.lesson.inverse.transposed), doc="Wᵀ y, shaped as the input.")
    restored = property(
        lambda self: self._like_input(self.lesson.inverse.restored), doc="W⁺ y, by the pseudo-inverse, shaped likewise."
    )

    def _like_input(self, numbers: Tensor) -> np.ndarray:
        return self._array(numbers.view(self.lesson.made.input))

    def _array(self, numbers: Tensor) -> np.ndarray:
        return (numbers[0] if self.dims == 1 else numbers).numpy().copy()

    # --- cells ---

    @property
    def count(self) -> int:
        """How many steps there are: one for each cell that comes out."""
        return self.lesson.count

    @property
    def index(self) -> int:
        """The cell that is lit: the one under the pointer, or else that of the step."""
        pointed = result_index(self.lesson, self.hovered) if self.hovered else None
        return min(self.step if pointed is None else pointed, self.count - 1)

    def editable(self, cell: Cell) -> Cell | None:
        """The number of the input or the kernel that is drawn there."""
        return edited(self.lesson, cell)

    def press(self, cell: Cell) -> None:
        """Stays at a cell of what comes out."""
        index = result_index(self.lesson, cell)
        if index is not None:
            self.step = index

    def name(self, cell: Cell) -> str:
        """Such as "input (0, 2)"."""
        return f"{cell.grid} ({words.at(self.lesson, cell.row, cell.col)})"

    def numbers(self, grid: str) -> Tensor:
        """Those of the input or of the kernel."""
        return self.lesson.x if grid == "input" else self.lesson.kernel

    # --- changes ---

    def take(self, input: Tensor | None = None, kernel: Tensor | None = None, **sizes: int) -> None:
        """Takes over numbers and sizes, all at once or not at all; what is not given stays, cut or filled to size."""
        x, kernel = self.lesson.x if input is None else input, self.lesson.kernel if kernel is None else kernel
        sizes = self.wholes(sizes)
        lesson = arranged(x, kernel, self.transposed, **{**self.sizes(), **sizes})
        with self.hold_trait_notifications():
            for name, value in sizes.items():
                setattr(self, name, value)
            self.lesson = lesson
            self.step, self.selected = min(self.step, self.count - 1), self.kept(self.selected)

    @traitlets.default("lesson")
    def _first_lesson(self) -> Lesson:
        return arranged(EMPTY, EMPTY, False, **FIRST)

    @traitlets.validate(*FIRST)
    def _check_size(self, proposal: Any) -> int:
        convolution(**{**self.sizes(), proposal["trait"].name: proposal["value"]})
        return int(proposal["value"])

    @traitlets.observe(*FIRST, "transposed")
    def _resize(self, _change: Any) -> None:
        if (convolution(**self.sizes()), self.transposed) != (self.lesson.made, self.lesson.transposed):
            self.take()


def convolution(
    *, dims: int, input_size: int, kernel_size: int, stride: int = 1, padding: int = 0, dilation: int = 1
) -> Convolution:
    """The convolution of these sizes; DeepvisError where they do not fit together or the board cannot show them.

    >>> convolution(dims=1, input_size=6, kernel_size=3).output
    (1, 4)
    """
    if dims not in (1, 2):
        raise DeepvisError(f"dims is {dims}; a convolution here has 1 or 2 dimensions.")
    values = (input_size, kernel_size, stride, padding, dilation)
    for value, (label, low, *high) in zip(values, RANGES.values(), strict=True):
        if not low <= value <= high[dims - 1]:
            raise DeepvisError(
                f"{label} is {value}; in {dims}-D this board shows values from {low} to {high[dims - 1]}."
            )
    return Convolution.over(dims, *values)


def example_lesson(example: str, transposed: bool = False) -> Lesson:
    """One of the examples in the menu, with its own numbers; DeepvisError where there is none of that name."""
    if example not in PRESETS:
        raise DeepvisError(f"There is no example “{example}”; the examples are: {', '.join(PRESETS)}.")
    return arranged(EMPTY, EMPTY, transposed, **{**FIRST, **PRESETS[example]})


def arranged(x: Tensor, kernel: Tensor, transposed: bool, **sizes: int) -> Lesson:
    """The lesson of these numbers, cut or filled to these sizes."""
    made = convolution(**sizes)
    return Lesson(made, resized(x, made.input, INPUT), resized(kernel, made.kernel, KERNEL), transposed)
