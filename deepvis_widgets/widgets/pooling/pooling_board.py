"""Max pooling with its switches, unpooling, and ReLU's three backward rules on the same numbers."""

from __future__ import annotations

from typing import Any

from ..board.cell_board import CellBoard
from ..board.number_grids import number_grid
from ..page.parts import Page
from . import handout, words
from .controls import PoolingControls
from .drawing import Scene
from .state import INPUT, PoolingState, first_signal


class PoolingBoard(PoolingState, CellBoard):
    """ReLU and max pooling forward, and the way back: switches, unpooling, and what passes the rectifier.

    The three rules are the package's own: the gradient, the deconvnet (Zeiler & Fergus 2014) and guided backprop
    (Springenberg et al. 2015). `input` (n, n) and `signal` (m, m) are arrays; `input_size`, `window` and `stride` are
    traits; what does not fit raises DeepvisError, and the board stays as it was. `step` goes from 0 to 6. The results
    are `rectified`, `pooled`, `switches`, `unpooled`, `gradient`, `deconvnet` and `guided`.

    >>> import deepvis_widgets as dv
    >>> board = dv.PoolingBoard([[1, 4], [-2, 3]], [[5]])
    >>> board.pooled, board.guided
    (array([[4.]]), array([[0., 5.],
           [0., 0.]]))
    >>> board.close()
    """

    ARGUMENTS = "input", "signal", "window", "stride", "step"

    def __init__(
        self, input: Any = INPUT, signal: Any = None, *, window: int = 2, stride: int | None = None, step: int = 0
    ) -> None:
        x = number_grid(input, "input", dims=(2,))
        sizes = self.wholes({"input_size": len(x), "window": window, "stride": window if stride is None else stride})
        given = first_signal(**sizes) if signal is None else number_grid(signal, "signal", dims=(2,))
        self.take(x, given, **sizes)
        self.step = step
        self.controls = PoolingControls(self, self.refuse)
        super().__init__(self.controls.rows)
        self.show()

    def scene(self) -> Scene:
        """All that is drawn now."""
        return Scene(self.lesson, self.step, self.hovered, self.selected)

    def words(self) -> str:
        """The step, or what is under the pointer."""
        return words.cell(self.lesson, self.hovered) if self.hovered else words.step(self.step)

    def page(self) -> Page:
        """All steps of these numbers, and what happens at each cell."""
        return Page(self.called, handout.page(self.lesson, self.step))
