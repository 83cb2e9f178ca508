"""Dense and sparse interaction drawn, and how what a unit sees grows from layer to layer."""

from __future__ import annotations

from functools import partial
from typing import Any

from ..board.binding import Binding
from ..board.board import Board
from ..board.cells import CellMap
from ..board.number_fields import row, size_slider
from ..board.pen import Pen
from ..convolution.controls import table
from ..kit.layout import html
from ..page.parts import Page
from . import handout, words
from .drawing import Scene
from .stack import RANGES, Unit
from .state import InteractionState


class InteractionBoard(InteractionState, Board):
    """Which units reach which: densely, each with all of the layer below, and sparsely, by a convolution's kernel.

    A unit under the pointer, or the chosen `unit` (layer, index), lights the cone below it, what it sees, and the one
    above it, what it reaches. `input_size`, `kernel_size`, `stride`, `padding`, `dilation` and `depth`, the number of
    layers, are traits; `arrange` sets several. What does not fit raises DeepvisError, and the board stays as it was.
    `stack.field(unit)` is (first, last) of the inputs it sees, the numbers of a network's receptive fields.

    >>> import deepvis_widgets as dv
    >>> board = dv.InteractionBoard(kernel_size=3, depth=3, unit=(3, 4))
    >>> board.stack.field(board.unit), board.stack.sees(3)
    ((1, 7), 7)
    >>> board.close()
    """

    ARGUMENTS = *RANGES, "unit"

    def __init__(self, *, unit: Unit | None = None, **sizes: Any) -> None:
        self.arrange(**sizes)
        if unit is not None:
            self.unit = unit
        self.cells, self._shown = CellMap(), self.scene()
        self.controls = {name: size_slider(*limits) for name, limits in RANGES.items()}
        self._facts = html("dv-board-facts", table(words.facts(self.stack)))
        super().__init__(self._shown.size, [row(*self.controls.values())], [self._facts])
        self._bind(Binding(self._show_sizes, self.refuse))
        self.observe(lambda _: self._facts.set_trait("value", table(words.facts(self.stack))), names="stack")
        self.observe(lambda _: self.show(), names=["stack", "unit", "hovered"])
        self.on_point(lambda top, left: self.set_trait("hovered", self._unit_at(top, left)))
        self.on_point(self._press, press=True)
        self.on_leave(lambda: self.set_trait("hovered", None))
        self.say(words.unit(self.stack, self.lit))

    def scene(self) -> Scene:
        """All that is drawn now."""
        return Scene(self.stack, self.lit)

    def show(self) -> None:
        """Brings the drawing and its words in line with the state."""
        scene = self.scene()
        if scene != self._shown:
            self._shown = scene
            if self.size != scene.size:
                self.resize(scene.size)
            self.redraw()
            self.say(words.unit(self.stack, self.lit))

    def draw(self, pen: Pen) -> None:
        """Draws, and knows from then on where the units are: never half of them, events come on other threads."""
        cells = CellMap()
        self.scene().draw(pen, cells)
        self.cells = cells

    def page(self) -> Page:
        """Both cones of every unit, and the sizes."""
        return Page(self.called, handout.page(self.stack, self.lit))

    def _bind(self, binding: Binding) -> None:
        binding.show()
        for name, slider in self.controls.items():
            binding.follow(slider, partial(setattr, self, name))
        self.observe(lambda _: self.refuse(""), names="stack")
        self.observe(lambda _: binding.show(), names="stack")

    def _show_sizes(self) -> None:
        for name, slider in self.controls.items():
            slider.value = getattr(self, name)

    def _unit_at(self, top: float, left: float) -> Unit | None:
        cell = self.cells.find(top, left)
        return None if cell is None else (cell.row, cell.col)

    def _press(self, top: float, left: float) -> None:
        unit = self._unit_at(top, left)
        if unit is not None:
            self.unit = unit
