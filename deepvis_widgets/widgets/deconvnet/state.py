"""What the deconvnet board shows, without the board: the numbers, the sizes, the rule, and what they must fulfil."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import torch
import traitlets
from torch import Tensor

from ...core.errors import DeepvisError
from ...methods.backward import SEEDS
from ..board.cells import Cell
from ..board.number_grids import number_grid, resized
from ..board.panel_state import PanelState
from ..convolution.arithmetic import Convolution
from ..link.traits import Checked, whole_numbers
from ..pooling.arithmetic import RULES, pooled_size
from .lesson import STEPS, DeconvnetLesson, Place

INPUT = (
    *((2, 2, 2, 1, 0, 2), (0, 1, 2, 0, 2, 0), (1, 2, 1, 1, 2, 1)),
    *((0, 1, 0, 1, 0, 2), (1, 1, 0, 0, 2, 0), (2, 0, 1, 1, 1, 1)),
)
KERNEL = ((1, 0, -1), (2, 0, -2), (1, 0, -1))  # a vertical edge that is bright on its left (Sobel)
ABOVE = ((2, -1), (-2, 3))
FILL = {"input": (1, 0, 2, 1, 0, 3, 2), "kernel": (1, 0, -1, 2, -2), "signal": (2, -1, 3, -2, 1)}
RANGES = {"input_size": ("Input", 3, 8), "kernel_size": ("Kernel", 1, 4), "window": ("Window", 1, 4)}
FIRST = {"input_size": 6, "kernel_size": 3, "window": 2}
STARTS = ("above", *SEEDS)
CHOICES = {"rule": tuple(RULES), "seed": STARTS}


class DeconvnetState(PanelState):
    """The sizes, the rule and the seed as traits, the numbers as arrays; `lesson` has all numbers that follow.

    >>> state = DeconvnetState()
    >>> state.seed, state.position = "activation", (0, 1)
    >>> state.pooled, state.signal
    (array([[4., 1.],
           [3., 0.]]), array([[0., 1.],
           [0., 0.]]))
    """

    input_size = traitlets.Int(FIRST["input_size"], help="cells along a side of the input")
    kernel_size = traitlets.Int(FIRST["kernel_size"], help="weights along a side of the kernel")
    window = traitlets.Int(FIRST["window"], help="cells along a side of a pooling window, and from one to the next")
    rule = Checked("deconvnet", help="how the signal passes ReLU: gradient, deconvnet or guided")
    seed = Checked("above", help='what starts the way back: "above" (the signal), "one", "activation" or "map"')
    position = Checked((0, 0), help="(row, col) of the pooled cell that one or activation starts from")
    lesson = traitlets.Instance(DeconvnetLesson)

    SIZES = tuple(RANGES)

    # --- what may be set ---

    @property
    def input(self) -> np.ndarray:
        """The numbers that enter the convolution, (n, n)."""
        return self._array("input")

    @input.setter
    def input(self, values: Any) -> None:
        self.take(number_grid(values, "input", dims=(2,)))

    @property
    def kernel(self) -> np.ndarray:
        """The weights, (k, k)."""
        return self._array("kernel")

    @kernel.setter
    def kernel(self, values: Any) -> None:
        self.take(kernel=number_grid(values, "kernel", dims=(2,)))

    @property
    def signal(self) -> np.ndarray:
        """What starts the way back, (m, m); set, it is the signal from a layer above."""
        return self._array("signal")

    @signal.setter
    def signal(self, values: Any) -> None:
        self.take(signal=number_grid(values, "signal", dims=(2,)))

    def shuffle(self, seed: int | None = None) -> None:
        """Takes other whole numbers, the same for the same seed: x from 0 to 4, the others from -3 to 3."""
        chance = np.random.default_rng(seed)
        x, kernel, above = self.lesson.x, self.lesson.kernel, self.lesson.above
        spans = {"input": (x, 0, 5), "kernel": (kernel, -3, 4), "signal": (above, -3, 4)}
        drawn: dict[str, Any] = {
            name: torch.from_numpy(chance.integers(low, high, grid.shape)).double()
            for name, (grid, low, high) in spans.items()
        }
        self.take(**drawn, seed=self.seed)

    # --- what comes out ---

    z = property(lambda self: self._array("z"), doc="The convolution's output.")
    rectified = property(lambda self: self._array("rectified"), doc="ReLU(z).")
    pooled = property(lambda self: self._array("pooled"), doc="The largest number of each window, (m, m).")
    unpooled = property(lambda self: self._array("unpooled"), doc="The signal put back at the switches.")
    behind = property(lambda self: self._array("behind"), doc="The signal behind ReLU, by the rule.")
    back = property(lambda self: self._array("back"), doc="The signal at the input, (n, n): Wᵀ of what passed ReLU.")

    @property
    def switches(self) -> np.ndarray:
        """(row, col) of each window's maximum: (m, m, 2)."""
        return self.lesson.pooled.switches.numpy().copy()

    # --- cells ---

    @property
    def count(self) -> int:
        """How many steps there are."""
        return STEPS

    def editable(self, cell: Cell) -> Cell | None:
        """A number of the input or of the kernel, or of the signal where it comes from above."""
        if cell.grid == "flipped":
            last = self.kernel_size - 1
            return Cell("kernel", last - cell.row, last - cell.col)
        return cell if cell.grid in ("input", "kernel") or (cell.grid, self.seed) == ("signal", "above") else None

    def press(self, cell: Cell) -> None:
        """Starts the way back from this pooled cell, where it starts from one."""
        if cell.grid in ("pooled", "signal") and self.seed in ("one", "activation"):
            self.position = (cell.row, cell.col)

    # --- changes ---

    def take(
        self,
        input: Tensor | None = None,
        kernel: Tensor | None = None,
        signal: Tensor | None = None,
        seed: str | None = None,
        **sizes: int,
    ) -> None:
        """Takes over numbers and sizes, all at once or not at all; what is not given stays, cut or filled to size.

        A signal starts the way back by itself, unless another `seed` is given with it.
        """
        for name, numbers in (("input_size", input), ("kernel_size", kernel)):
            if numbers is not None:
                sizes.setdefault(name, len(numbers))
        wanted = {**self.sizes(), **self.wholes(sizes)}
        side = pooled_side(**wanted)
        if signal is not None and len(signal) != side:
            raise DeepvisError(
                f"The signal is {len(signal)} × {len(signal)}, but {side} × {side} cells are pooled, one number each."
            )
        grids = {"x": (input, wanted["input_size"]), "kernel": (kernel, wanted["kernel_size"]), "above": (signal, side)}
        found = {
            name: resized(getattr(self.lesson, name) if grid is None else grid, (length, length), fill)
            for (name, (grid, length)), fill in zip(grids.items(), FILL.values(), strict=True)
        }
        seed = seed or (self.seed if signal is None else "above")
        at = min(self.position[0], side - 1), min(self.position[1], side - 1)
        lesson = replace(self.lesson, **found, window=wanted["window"], seed=seed, position=at, rule=self.rule)
        with self.hold_trait_notifications():
            for name, value in wanted.items():
                setattr(self, name, value)
            self.lesson, self.seed, self.position = lesson, seed, at
            self.hovered, self.selected = self.kept(self.hovered), self.kept(self.selected)

    @traitlets.default("lesson")
    def _first_lesson(self) -> DeconvnetLesson:
        x, kernel = number_grid(INPUT, "input"), number_grid(KERNEL, "kernel")
        return DeconvnetLesson(x, kernel, FIRST["window"], number_grid(ABOVE, "signal"), "above", (0, 0), "deconvnet")

    @traitlets.validate(*RANGES)
    def _check_size(self, proposal: Any) -> int:
        pooled_side(**{**self.sizes(), proposal["trait"].name: proposal["value"]})
        return int(proposal["value"])

    @traitlets.validate(*CHOICES)
    def _check_choice(self, proposal: Any) -> str:
        name, value = proposal["trait"].name, proposal["value"]
        if value not in CHOICES[name]:
            raise DeepvisError(f"{name}={value!r} is not accepted; accepted: {', '.join(CHOICES[name])}.")
        return str(value)

    @traitlets.validate("position")
    def _check_position(self, proposal: Any) -> Place:
        side, given = pooled_side(**self.sizes()), whole_numbers(proposal["value"], 2)
        if given is None or not (0 <= given[0] < side and 0 <= given[1] < side):
            raise DeepvisError(
                f"position={proposal['value']!r} is not accepted; accepted is the (row, col) of a pooled cell, each "
                f"from 0 to {side - 1}."
            )
        return given[0], given[1]

    @traitlets.observe(*RANGES, *CHOICES, "position")
    def _follow(self, _change: Any) -> None:
        lesson = self.lesson
        shown = {**lesson.sizes, "seed": lesson.seed, "position": lesson.position, "rule": lesson.rule}
        if shown != {**self.sizes(), "seed": self.seed, "position": self.position, "rule": self.rule}:
            self.take()


def pooled_side(*, input_size: int, kernel_size: int, window: int) -> int:
    """Cells along a side of the pooled map; DeepvisError where the sizes do not fit or the board cannot show them.

    >>> pooled_side(input_size=6, kernel_size=3, window=2)
    2
    """
    for value, (label, low, high) in zip((input_size, kernel_size, window), RANGES.values(), strict=True):
        if not low <= value <= high:
            raise DeepvisError(f"{label} is {value}; this board shows values from {low} to {high}.")
    return pooled_size(Convolution.over(2, input_size, kernel_size).rows.output, window, window)
