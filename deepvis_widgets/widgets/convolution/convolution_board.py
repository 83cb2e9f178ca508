"""Convolution arithmetic to play with: the sliding kernel, the matrix W below it, its transpose and its inverse."""

from __future__ import annotations

from typing import Any

from ..board.cell_board import CellBoard
from ..page.parts import Page
from . import handout, words
from .controls import ConvolutionControls, Facts
from .cost_pane import CostPane
from .drawing import Scene
from .state import ConvolutionState


class ConvolutionBoard(ConvolutionState, CellBoard):
    """A convolution as a sliding kernel and as y = W x, and its transpose Wᵀ y (Dumoulin & Visin 2016).

    `input` and `kernel` are arrays, (n,) in 1-D and (n, n) in 2-D. `dims` (1 or 2), `input_size`, `kernel_size`,
    `stride`, `padding`, `dilation` and `transposed` are traits; what does not fit together raises DeepvisError, and the
    board stays as it was. `step` is the number of the lit cell. The results are `output` (y), `matrix` (W), `back`
    (Wᵀ y) and `restored` (W⁺ y).

    >>> import deepvis_widgets as dv
    >>> board = dv.ConvolutionBoard([1, 2, 3, 4], kernel=[1, -1])
    >>> board.output, board.back
    (array([-1., -1., -1.]), array([-1.,  0.,  0.,  1.]))
    >>> board.close()
    """

    ARGUMENTS = "input", "kernel", "stride", "padding", "dilation", "transposed"
    SETTINGS = ("step",)

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
        self.give(input, kernel, stride=stride, padding=padding, dilation=dilation)
        self.transposed = transposed
        self.controls, self._facts = ConvolutionControls(self, self.refuse), Facts(self)
        self.costs = CostPane(self, self.refuse)
        super().__init__([self.controls], [self._facts, self.costs])
        self.show()

    def load(self, example: str) -> None:
        """Shows one of the examples in the menu, with its own numbers."""
        super().load(example)
        self.player.rewind()

    def ending(self) -> None:
        """Ends what is measured."""
        self.costs.end()

    def scene(self) -> Scene:
        """All that is drawn now."""
        return Scene(self.lesson, self.index, self.step, self.selected)

    def words(self) -> str:
        """The sum behind the lit cell."""
        return words.step(self.lesson, self.index)

    def page(self) -> Page:
        """Every cell that comes out, both ways, of these numbers and of the examples."""
        return Page(self.called, handout.page(self.lesson, self.index, self.costs.found))
