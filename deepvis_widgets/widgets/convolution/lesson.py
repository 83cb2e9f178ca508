"""All numbers that the convolution board shows at one moment, each computed at most once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from ..board.cells import Cell
from .arithmetic import ONE, Convolution, Inverse, Slide, invert


@dataclass(frozen=True, eq=False)
class Lesson:
    """An input x (h, w), a kernel, and the way they are shown: y = W x, or `transposed`: Wᵀ y."""

    made: Convolution
    x: Tensor
    kernel: Tensor
    transposed: bool

    @property
    def dims(self) -> int:
        """1 for a single row."""
        return 1 if self.made.rows == ONE else 2

    @cached_property
    def forward(self) -> Slide:
        """The kernel over the padded input."""
        return self.made.forward(self.x, self.kernel)

    @cached_property
    def y(self) -> Tensor:
        """The output of the convolution."""
        return self.forward.result

    @cached_property
    def slide(self) -> Slide:
        """What is played: the kernel over the input, or the flipped kernel over the zero-stuffed output."""
        return self.made.transposed(self.y, self.kernel) if self.transposed else self.forward

    @cached_property
    def result(self) -> Tensor:
        """What comes out of `slide`."""
        return self.slide.result

    @cached_property
    def weights(self) -> Tensor:
        """Which weight stands where in W; -1 where there is none."""
        return self.made.weights()

    @cached_property
    def matrix(self) -> Tensor:
        """W."""
        return self.made.matrix(self.kernel)

    @cached_property
    def inverse(self) -> Inverse:
        """How near Wᵀ and W⁺ come to undoing W."""
        return invert(self.matrix, self.x.flatten())

    @property
    def product(self) -> Tensor:
        """What the matrix product gives, as a vector: W x or Wᵀ y."""
        return self.inverse.transposed if self.transposed else self.matrix @ self.x.flatten()

    @property
    def count(self) -> int:
        """How many cells come out."""
        return self.result.numel()

    def same(self, other: Lesson) -> bool:
        """Whether another one has the same numbers in the same places."""
        sizes = (self.made, self.transposed) == (other.made, other.transposed)
        return sizes and torch.equal(self.x, other.x) and torch.equal(self.kernel, other.kernel)

    def position(self, index: int) -> tuple[int, int]:
        """(row, col) of a cell that comes out."""
        return divmod(index, self.result.shape[1])

    def window(self, index: int) -> list[tuple[int, int]]:
        """The source cells under the kernel's weights."""
        return self.slide.window(*self.position(index))

    def partners(self, index: int) -> set[int]:
        """The cells of x (of y, when transposed) that have a part in the cell that comes out."""
        line = self.weights[:, index] if self.transposed else self.weights[index]
        return {cell for cell, weight in enumerate(line.tolist()) if weight >= 0}


def edited(lesson: Lesson, cell: Cell) -> Cell | None:
    """The number of the "input" or the "kernel" that a drawn cell shows, None where it shows no such number."""
    height, width = lesson.made.input
    if cell.grid == "x":
        return Cell("input", *divmod(cell.col, width))
    if cell.grid == "kernel":
        return Cell("kernel", *_kernel(lesson, cell.row, cell.col))
    if cell.grid != "source" or lesson.transposed:
        return None
    row, col = cell.row - lesson.made.rows.padding, cell.col - lesson.made.cols.padding
    return Cell("input", row, col) if 0 <= row < height and 0 <= col < width else None


def result_index(lesson: Lesson, cell: Cell) -> int | None:
    """The number of the cell of the result that a drawn cell stands for, None where it stands for none."""
    if cell.grid == "output":
        return cell.row * int(lesson.result.shape[1]) + cell.col
    if cell.grid == "matrix":
        return cell.col if lesson.transposed else cell.row
    if cell.grid == ("back" if lesson.transposed else "y"):
        return max(cell.row, cell.col)
    return None


def drawn(lesson: Lesson, cell: Cell) -> list[Cell]:
    """Where a number of the "input" or the "kernel" is drawn: the opposite of `edited`."""
    if cell.grid == "kernel":
        return [Cell("kernel", *_kernel(lesson, cell.row, cell.col))]
    along = Cell("x", 0, cell.row * lesson.made.input[1] + cell.col)
    row, col = cell.row + lesson.made.rows.padding, cell.col + lesson.made.cols.padding
    return [along] if lesson.transposed else [along, Cell("source", row, col)]


def _kernel(lesson: Lesson, row: int, col: int) -> tuple[int, int]:
    """A position in the kernel as it is drawn, or back: flipped when transposed."""
    height, width = lesson.made.kernel
    return (height - 1 - row, width - 1 - col) if lesson.transposed else (row, col)
