"""Convolution arithmetic to play with: the sliding kernel, the matrix W below it, its transpose and its inverse."""

from __future__ import annotations

from functools import partial
from typing import Any

import ipywidgets
import numpy as np
import torch
import traitlets
from torch import Tensor

from ...core.errors import DeepvisError
from ..board.cell_board import CellBoard
from ..board.cells import Cell, Places
from ..board.lesson_controls import table
from ..board.lesson_numbers import plane, resized
from ..board.number_fields import read_grid, write_grid
from ..board.pen import Pen
from ..kit.player import Player
from . import words as words
from .controls import FIRST, PRESETS, RANGES, ConvolutionControls, within
from .drawing import Drawing, plan
from .lesson import Lesson, edited

SIZES = ("dims", "input_size", "kernel_size", "stride", "padding", "dilation")
INPUT = (2, 0, 1, 3, -1, 2, 1)  # what new cells hold, over and over
KERNEL = (1, 2, -1, 0, 1)
NOTHING = torch.zeros(0, 0, dtype=torch.float64)


class ConvolutionBoard(CellBoard):
    """A convolution as a sliding kernel and as y = W x, and its transpose Wᵀ y (Dumoulin & Visin 2016).

    `input` and `kernel` are arrays, (n,) in 1-D and (n, n) in 2-D. `dims` (1 or 2), `input_size`, `kernel_size`,
    `stride`, `padding`, `dilation` and `transposed` are traits; what does not fit together raises DeepvisError, and the
    board stays as it was. `step` is the number of the lit cell. The results are `output` (y), `matrix` (W), `back`
    (Wᵀ y) and `restored` (W⁺ y).
    """

    dims = traitlets.Int(1)
    input_size = traitlets.Int(6)
    kernel_size = traitlets.Int(3)
    stride = traitlets.Int(1)
    padding = traitlets.Int(0)
    dilation = traitlets.Int(1)
    transposed = traitlets.Bool(False)

    def __init__(
        self,
        input: Any = None,
        kernel: Any = None,
        *,
        stride: int = 1,
        padding: int = 0,
        dilation: int = 1,
        transposed: bool = False,
    ) -> None:
        self._adopting = False
        self._x, self._kernel = NOTHING, NOTHING
        self.controls, self.player = ConvolutionControls(), Player(1)
        self._facts = ipywidgets.HTML().add_class("dv-board-facts")
        super().__init__((10, 10), [self.controls, self.player], [self._facts])
        self._adopt(**self._grids(input, kernel), stride=stride, padding=padding, dilation=dilation)
        self.transposed = transposed
        self._listen()

    # --- what may be set ---

    @property
    def input(self) -> np.ndarray:
        """The numbers of the input, (n,) or (n, n)."""
        return self._array(self._x)

    @input.setter
    def input(self, values: Any) -> None:
        self._adopt(**self._grids(values, None))

    @property
    def kernel(self) -> np.ndarray:
        """The weights of the kernel, (k,) or (k, k)."""
        return self._array(self._kernel)

    @kernel.setter
    def kernel(self, values: Any) -> None:
        self._adopt(**self._grids(None, values))

    def arrange(self, **sizes: int) -> None:
        """Set several of dims, input_size, kernel_size, stride, padding and dilation at once."""
        self.check_names(sizes, SIZES)
        self._adopt(None, None, **sizes)

    def load(self, example: str) -> None:
        """Show one of the examples in the menu, with its own numbers."""
        if example not in PRESETS:
            raise DeepvisError(f"There is no example “{example}”; the examples are: {', '.join(PRESETS)}.")
        sizes: dict[str, int] = {**FIRST, **PRESETS[example]}
        self._adopt(NOTHING, NOTHING, **sizes)
        self.player.rewind()

    # --- what comes out ---

    @property
    def output(self) -> np.ndarray:
        """y = W x, in the shape of the convolution's output."""
        return self._array(self.lesson.y)

    @property
    def matrix(self) -> np.ndarray:
        """W: (cells of the output, cells of the input)."""
        return self.lesson.matrix.numpy().copy()

    @property
    def back(self) -> np.ndarray:
        """Wᵀ y, in the shape of the input."""
        return self._array(self.lesson.inverse.transposed.view(self.lesson.made.input))

    @property
    def restored(self) -> np.ndarray:
        """W⁺ y, in the shape of the input: what the pseudo-inverse gives back."""
        return self._array(self.lesson.inverse.restored.view(self.lesson.made.input))

    def _array(self, plane: Tensor) -> np.ndarray:
        return (plane[0] if self.dims == 1 else plane).numpy().copy()

    # --- drawing ---

    @property
    def index(self) -> int:
        """The cell that is lit: the one under the pointer, or else the player's."""
        pointed = self._result(self.hovered) if self.hovered else None
        return min(self.player.step if pointed is None else pointed, self.lesson.count - 1)

    def draw_cells(self, pen: Pen, places: Places) -> None:
        """The sliding kernel, and the matrix."""
        Drawing(pen, places, self.lesson, self.index, self.player.step, self.selected).all()

    def show(self) -> None:
        """Draw and say what is lit now."""
        self._shown = self.index
        self.redraw()
        self.say(words.step(self.lesson, self.index))

    # --- cells ---

    def pointed(self) -> None:
        """Light what is under the pointer."""
        if self.index != self._shown:
            self.show()

    def pressed(self, cell: Cell) -> None:
        """Stay at a cell of what comes out."""
        index = self._result(cell)
        if index is not None:
            self.player.go(index)

    def target(self, cell: Cell) -> Cell | None:
        """The number of the input or the kernel that is drawn there."""
        return edited(self.lesson, cell)

    def read(self, cell: Cell) -> float:
        """Its present value."""
        return float(self._grid(cell)[cell.row, cell.col])

    def write(self, cell: Cell, value: float) -> None:
        """Its next value."""
        numbers = self._grid(cell).clone()
        numbers[cell.row, cell.col] = value
        self._adopt(*((numbers, None) if cell.grid == "input" else (None, numbers)))

    def name(self, cell: Cell) -> str:
        """Such as "input (0, 2)"."""
        return f"{cell.grid} ({words.at(self.lesson, cell.row, cell.col)})"

    def _grid(self, cell: Cell) -> Tensor:
        return self._x if cell.grid == "input" else self._kernel

    def _result(self, cell: Cell) -> int | None:
        """The number of the cell of the result that a drawn cell stands for."""
        if cell.grid == "output":
            return cell.row * self.lesson.result.shape[1] + cell.col
        if cell.grid == "matrix":
            return cell.col if self.transposed else cell.row
        if cell.grid == ("back" if self.transposed else "y"):
            return max(cell.row, cell.col)
        return None

    # --- changes ---

    @traitlets.validate(*SIZES)
    def _fits(self, proposal: Any) -> int:
        """Refuse a size that does not fit the others, before anything changes."""
        if not self._adopting:
            within({**self._sizes(), proposal["trait"].name: proposal["value"]})
        return int(proposal["value"])

    @traitlets.observe(*SIZES, "transposed")
    def _changed(self, _change: Any) -> None:
        if not self._adopting:
            self._adopt()

    def _sizes(self) -> dict[str, int]:
        return {name: getattr(self, name) for name in SIZES}

    def _grids(self, x: Any, w: Any) -> dict[str, Any]:
        """Given numbers with the sizes that come with them; None stays, or is replaced when the dimensions change."""
        dims = max((np.ndim(values) for values in (x, w) if values is not None), default=self.dims)
        grids = {"x": None if x is None else plane(x, "input"), "w": None if w is None else plane(w, "kernel")}
        if x is not None and w is not None and np.ndim(x) != np.ndim(w):
            raise DeepvisError(
                "The input and the kernel must have the same dimensions: (n,) and (k,), or (n, n) and (k, k)."
            )
        sizes = {"input_size": grids["x"], "kernel_size": grids["w"]}
        return {**grids, "dims": dims, **{name: len(grid[0]) for name, grid in sizes.items() if grid is not None}}

    def _adopt(self, x: Tensor | None = None, w: Tensor | None = None, **sizes: int) -> None:
        """Take over numbers and sizes, all at once or not at all."""
        made = within({**self._sizes(), **sizes})
        self._adopting = True
        try:
            for name, value in sizes.items():
                setattr(self, name, value)
        finally:
            self._adopting = False
        self._x = resized(self._x if x is None else x, made.input, INPUT)
        self._kernel = resized(self._kernel if w is None else w, made.kernel, KERNEL)
        self.lesson = Lesson(made, self._x, self._kernel, self.transposed)
        self._refresh()

    def _refresh(self) -> None:
        """Bring everything on screen in line with the lesson."""
        wanted = plan(self.lesson)
        if self.size != (wanted.height, wanted.width):
            self.resize((wanted.height, wanted.width))
        self.player.count = self.lesson.count
        facts = words.transposed_facts if self.transposed else words.forward_facts
        self._facts.value = table(facts(self.lesson))
        self.select(self._kept(self.selected))
        self.mirror()
        self.show()

    def _kept(self, cell: Cell | None) -> Cell | None:
        """A cell of the input or the kernel, if it still exists."""
        return cell if cell and cell.row < len(self._grid(cell)) and cell.col < len(self._grid(cell)[0]) else None

    # --- controls ---

    def show_controls(self) -> None:
        """Let the controls show what is."""
        controls = self.controls
        controls.dims.value, controls.way.value = self.dims, self.transposed
        controls.limit(self.dims)
        for name, slider in controls.sizes.items():
            slider.value = getattr(self, name)
        controls.input.value = write_grid(self._x.tolist())
        controls.kernel.value = write_grid(self._kernel.tolist())

    def _listen(self) -> None:
        controls = self.controls
        self.player.observe(lambda _: self.show(), names="step")
        for name, slider in controls.sizes.items():
            self.follow(slider, partial(setattr, self, name))
        self.follow(controls.dims, self._choose_dims)
        self.follow(controls.way, partial(setattr, self, "transposed"))
        self.follow(controls.preset, lambda example: self.load(example) if example else None)
        self.follow(controls.input, lambda text: setattr(self, "input", self._typed(text)))
        self.follow(controls.kernel, lambda text: setattr(self, "kernel", self._typed(text)))

    def _choose_dims(self, dims: int) -> None:
        """The other dimension, with sizes cut to what fits there."""
        most = {name: high[dims - 1] for name, (_, _, *high) in RANGES.items()}
        self._adopt(dims=dims, **{name: min(getattr(self, name), top) for name, top in most.items()})

    def _typed(self, text: str) -> list[Any]:
        """A whole grid as typed: one row is one dimension, unless a single number is meant as a 1 × 1 grid."""
        rows = read_grid(text)
        single = self.dims == 2 and rows == [rows[0][:1]]
        return rows if len(rows) > 1 or single else rows[0]
