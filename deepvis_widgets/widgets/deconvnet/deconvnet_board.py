"""Convolution, ReLU and max pooling joined, there and back: switches, the three backward rules, the transpose."""

from __future__ import annotations

from typing import Any

from ..board.cell_board import CellBoard
from ..board.number_grids import number_grid
from ..page.parts import Page
from . import handout, words
from .controls import DeconvnetControls
from .drawing import Scene
from .state import INPUT, KERNEL, DeconvnetState


class DeconvnetBoard(DeconvnetState, CellBoard):
    """One layer of a network and the deconvnet attached to it (Zeiler & Fergus 2014, fig. 1), number by number.

    Forward: convolution, ReLU, max pooling with its switches. Back: unpooling, ReLU by a rule (the package's own:
    "gradient", "deconvnet", or "guided", Springenberg et al. 2015), transposed convolution. `input` (n, n), `kernel`
    (k, k) and `signal` (m, m) are arrays; `window`, `input_size` and `kernel_size` are traits, and so is `seed`: the
    way back starts from the signal of a layer above ("above"), from 1.0 ("one") or the activation ("activation") at
    `position`, or from the whole "map". What does not fit raises DeepvisError, and the board stays as it was. `step`
    goes from 0 to 6. The results are `z`, `rectified`, `pooled`, `switches`, `unpooled`, `behind` and `back`.

    >>> import deepvis_widgets as dv
    >>> board = dv.DeconvnetBoard([[1, 0, 2], [0, 3, 0], [1, 0, 0]], [[1, 0], [0, 1]], seed="map")
    >>> board.z, board.back
    (array([[4., 0.],
           [0., 3.]]), array([[4., 0., 0.],
           [0., 4., 0.],
           [0., 0., 0.]]))
    >>> board.close()
    """

    ARGUMENTS = "input", "kernel", "signal", "window", "rule", "seed", "position", "step"

    def __init__(
        self,
        input: Any = INPUT,
        kernel: Any = KERNEL,
        signal: Any = None,
        *,
        window: int = 2,
        rule: str = "deconvnet",
        seed: str = "above",
        position: tuple[int, int] = (0, 0),
        step: int = 0,
    ) -> None:
        given = {"input": input, "kernel": kernel} | ({} if signal is None else {"signal": signal})
        numbers: dict[str, Any] = {name: number_grid(values, name, (2,)) for name, values in given.items()}
        self.rule, self.seed, self.step = rule, seed, step
        self.take(**numbers, seed=self.seed, window=window)
        self.position = position
        self.controls = DeconvnetControls(self, self.refuse)
        super().__init__(self.controls.rows)
        self.show()

    def argument(self, name: str) -> Any:
        """The present value of an argument of the construction."""
        return self.lesson.above.numpy() if name == "signal" else super().argument(name)

    def scene(self) -> Scene:
        """All that is drawn now."""
        return Scene(self.lesson, self.step, self.hovered, self.selected)

    def words(self) -> str:
        """The step, or what is under the pointer."""
        return words.cell(self.lesson, self.hovered) if self.hovered else words.step(self.lesson, self.step)

    def page(self) -> Page:
        """All steps of these numbers by every rule and from every seed, and what happens at each cell."""
        return Page(self.called, handout.page(self.lesson, self.step))
