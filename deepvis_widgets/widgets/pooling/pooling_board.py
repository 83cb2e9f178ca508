"""Max pooling with its switches, unpooling, and ReLU's three backward rules on the same numbers."""

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
from ..board.lesson_controls import numbers_field, row, size_slider
from ..board.lesson_numbers import plane, resized
from ..board.number_fields import read_grid, write_grid
from ..board.pen import Pen
from ..kit.player import Player
from .arithmetic import pooled_size
from .drawing import WIDTH, PoolingDrawing, height
from .lesson import STEPS, PoolingLesson

INPUT = ((1, -2, 3, 0), (4, 2, -1, -3), (-1, -2, 2, 5), (-3, -1, 4, 1))
SIGNAL = ((2, -1), (3, -2))
FILL = {"input": (1, -2, 3, 0, -1, 4, 2, -3, 5), "signal": (2, -1, 3, 1, -2)}  # what new cells hold, over and over
SIZES = ("input_size", "window", "stride")
RANGES = {"input_size": ("Input", 2, 8), "window": ("Window", 1, 4), "stride": ("Stride", 1, 4)}


class PoolingBoard(CellBoard):
    """ReLU and max pooling forward, and the way back: switches, unpooling, and what passes the rectifier.

    The three rules are the package's own: the gradient, the deconvnet (Zeiler & Fergus 2014) and guided backprop
    (Springenberg et al. 2015). `input` (n, n) and `signal` (m, m) are arrays; `input_size`, `window` and `stride` are
    traits; what does not fit raises DeepvisError, and the board stays as it was. `step` goes from 0 to 6. The results
    are `rectified`, `pooled`, `switches`, `unpooled`, `gradient`, `deconvnet` and `guided`.
    """

    input_size = traitlets.Int(4)
    window = traitlets.Int(2)
    stride = traitlets.Int(2)

    def __init__(
        self, input: Any = INPUT, signal: Any = None, *, window: int = 2, stride: int | None = None, step: int = 0
    ) -> None:
        self._adopting = False
        self._x = self._signal = torch.zeros(0, 0, dtype=torch.float64)
        self.player = Player(len(STEPS))
        self._sliders = {name: size_slider(*RANGES[name]) for name in SIZES}
        self._fields = {"input": numbers_field("Input x"), "signal": numbers_field("Signal")}
        self._fresh = ipywidgets.Button(description="New numbers", tooltip="Other numbers, drawn at random")
        above = [row([*self._sliders.values(), self._fresh]), row(list(self._fields.values())), self.player]
        super().__init__((10, 10), above)
        x, given = plane(input, "input", dims=(2,)), None if signal is None else plane(signal, "signal", dims=(2,))
        if given is None and len(x) == 4 and window == 2:
            given = plane(SIGNAL, "signal", dims=(2,))
        self._adopt(x, given, input_size=len(x), window=window, stride=window if stride is None else stride)
        self._listen()
        self.step = step

    # --- what may be set ---

    @property
    def input(self) -> np.ndarray:
        """The numbers that enter the rectifier, (n, n)."""
        return self._x.numpy().copy()

    @input.setter
    def input(self, values: Any) -> None:
        x = plane(values, "input", dims=(2,))
        self._adopt(x, input_size=len(x))

    @property
    def signal(self) -> np.ndarray:
        """The backward signal from the layer above, (m, m)."""
        return self._signal.numpy().copy()

    @signal.setter
    def signal(self, values: Any) -> None:
        self._adopt(signal=plane(values, "signal", dims=(2,)))

    def arrange(self, **sizes: int) -> None:
        """Set several of input_size, window and stride at once."""
        self.check_names(sizes, SIZES)
        self._adopt(None, None, **sizes)

    def shuffle(self, seed: int | None = None) -> None:
        """Other whole numbers from -5 to 5, the same for the same seed."""
        chance = np.random.default_rng(seed)
        x, signal = (torch.from_numpy(chance.integers(-5, 6, grid.shape)).double() for grid in (self._x, self._signal))
        self._adopt(x, signal)

    # --- what comes out ---

    rectified = property(lambda self: self._result("rectified"), doc="ReLU(x), (n, n).")
    pooled = property(lambda self: self._result("pooled"), doc="The largest number of each window, (m, m).")
    unpooled = property(lambda self: self._result("unpooled"), doc="The signal put back at the switches, (n, n).")
    gradient = property(lambda self: self._result("gradient"), doc="The signal behind ReLU by the gradient, (n, n).")
    deconvnet = property(lambda self: self._result("deconvnet"), doc="The signal behind ReLU by the deconvnet.")
    guided = property(lambda self: self._result("guided"), doc="The signal behind ReLU by guided backprop.")

    @property
    def switches(self) -> np.ndarray:
        """(row, col) of each window's maximum: (m, m, 2)."""
        return self.lesson.pooled.switches.numpy().copy()

    def _result(self, panel: str) -> np.ndarray:
        return self.lesson.values(panel).numpy().copy()

    # --- drawing ---

    def draw_cells(self, pen: Pen, places: Places) -> None:
        """All panels that the steps have come to."""
        PoolingDrawing(pen, places, self.lesson, self.step, self.hovered, self.selected).all()

    def show(self) -> None:
        """Draw and say the step, or what is under the pointer."""
        self.redraw()
        self.say(
            self.lesson.words(self.hovered)
            if self.hovered
            else f"Step {self.step + 1} of {len(STEPS)}. {STEPS[self.step]}"
        )

    # --- cells ---

    def pointed(self) -> None:
        """Light what belongs together."""
        self.show()

    def target(self, cell: Cell) -> Cell | None:
        """A number of the input or the signal."""
        return cell if cell.grid in self._fields else None

    def read(self, cell: Cell) -> float:
        """Its present value."""
        return float(self.lesson.values(cell.grid)[cell.row, cell.col])

    def write(self, cell: Cell, value: float) -> None:
        """Its next value."""
        numbers = self.lesson.values(cell.grid).clone()
        numbers[cell.row, cell.col] = value
        self._adopt(*((numbers, None) if cell.grid == "input" else (None, numbers)))

    def name(self, cell: Cell) -> str:
        """Such as "input (0, 2)"."""
        return f"{cell.grid} ({cell.row}, {cell.col})"

    # --- changes ---

    @traitlets.validate(*SIZES)
    def _fits(self, proposal: Any) -> int:
        """Refuse a size that does not fit the others, before anything changes."""
        if not self._adopting:
            _side({**self._now(), proposal["trait"].name: proposal["value"]})
        return int(proposal["value"])

    @traitlets.observe(*SIZES)
    def _changed(self, _change: Any) -> None:
        if not self._adopting:
            self._adopt()

    def _now(self) -> dict[str, int]:
        return {name: getattr(self, name) for name in SIZES}

    def _adopt(self, x: Tensor | None = None, signal: Tensor | None = None, **sizes: int) -> None:
        """Take over numbers and sizes, all at once or not at all."""
        values = {**self._now(), **sizes}
        side = _side(values)
        if signal is not None and len(signal) != side:
            raise DeepvisError(
                f"The signal is {len(signal)} × {len(signal)}, but {side} × {side} cells are pooled, one number each."
            )
        self._adopting = True
        try:
            for name, value in sizes.items():
                setattr(self, name, value)
        finally:
            self._adopting = False
        self._x = resized(self._x if x is None else x, (values["input_size"],) * 2, FILL["input"])
        self._signal = resized(self._signal if signal is None else signal, (side, side), FILL["signal"])
        self.lesson = PoolingLesson(self._x, self._signal, self.window, self.stride)
        self._refresh()

    def _refresh(self) -> None:
        """Bring everything on screen in line with the lesson."""
        if self.size != (height(self.lesson), WIDTH):
            self.resize((height(self.lesson), WIDTH))
        self.hovered = self._kept(self.hovered)
        self.select(self._kept(self.selected))
        self.mirror()
        self.show()

    def _kept(self, cell: Cell | None) -> Cell | None:
        """A cell that still exists."""
        return cell if cell and max(cell.row, cell.col) < len(self.lesson.values(cell.grid)) else None

    # --- controls ---

    def show_controls(self) -> None:
        """Let the controls show what is."""
        for name, slider in self._sliders.items():
            slider.value = getattr(self, name)
        for name, field in self._fields.items():
            field.value = write_grid(self.lesson.values(name).tolist())

    def _listen(self) -> None:
        self.player.observe(lambda _: self.show(), names="step")
        self._fresh.on_click(lambda _: self.attempt(self.shuffle))
        for name, slider in self._sliders.items():
            self.follow(slider, partial(setattr, self, name))
        for name, field in self._fields.items():
            self.follow(field, partial(self._read, name))

    def _read(self, name: str, text: str) -> None:
        setattr(self, name, read_grid(text))


def _side(values: dict[str, int]) -> int:
    """Cells along one side of the pooled map; DeepvisError where the sizes do not fit or the board cannot show them."""
    for name, (label, low, high) in RANGES.items():
        if not low <= values[name] <= high:
            raise DeepvisError(f"{label} is {values[name]}; this board shows values from {low} to {high}.")
    return pooled_size(values["input_size"], values["window"], values["stride"])
