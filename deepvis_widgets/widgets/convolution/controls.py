"""The controls of the convolution board, and the facts below it: sizes with formulae, how near to an inverse Wᵀ is."""

from __future__ import annotations

import html
from collections.abc import Sequence
from functools import partial

import ipywidgets

from ..board.binding import Binding
from ..board.number_fields import grid_field, row, size_slider, toggles, wide
from ..board.number_grids import read_grid, write_grid
from ..kit.layout import classed, dropdown
from ..kit.notice import Say
from . import words
from .state import PRESETS, RANGES, ConvolutionState

DIMENSIONS = {"1-D": 1, "2-D": 2}
WAYS = {"y = W x": False, "transposed: Wᵀ y": True}


class ConvolutionControls(ipywidgets.VBox):
    """Choices, and sliders by name in `sizes`; `input` and `kernel` are the numbers as text.

    `say` gets the sentence of a refusal.
    """

    def __init__(self, state: ConvolutionState, say: Say) -> None:
        self._state = state
        self.preset = dropdown("Example", ["", *PRESETS], "Load an example", value="", **wide(340))
        self.dims = toggles(DIMENSIONS, ["One dimension", "Two dimensions"])
        self.way = toggles(WAYS, ["The convolution", "The transposed convolution"])
        self.sizes = {name: size_slider(label, low, high) for name, (label, low, high, _) in RANGES.items()}
        self.input, self.kernel = grid_field("Input x"), grid_field("Kernel w")
        choices = row(self.preset, self.dims, self.way)
        super().__init__([choices, row(*self.sizes.values()), row(self.input, self.kernel)])
        self._bind(Binding(self._show, say))

    def _bind(self, binding: Binding) -> None:
        binding.show()
        state = self._state
        for name, slider in self.sizes.items():
            binding.follow(slider, partial(setattr, state, name))
        binding.follow(self.dims, state.turn)
        binding.follow(self.way, partial(setattr, state, "transposed"))
        binding.follow(self.preset, lambda example: state.load(example) if example else None)
        binding.follow(self.input, lambda text: state.give(self._read(text), None))
        binding.follow(self.kernel, lambda text: state.give(None, self._read(text)))
        state.observe(lambda _: binding.show(), names="lesson")

    def _show(self) -> None:
        state = self._state
        self.dims.value, self.way.value = state.dims, state.transposed
        for name, (_, _, *high) in RANGES.items():  # the sliders end where the board does
            self.sizes[name].max, self.sizes[name].value = high[state.dims - 1], getattr(state, name)
        self.input.value = write_grid(state.lesson.x.tolist())
        self.kernel.value = write_grid(state.lesson.kernel.tolist())

    def _read(self, text: str) -> list[float] | list[list[float]]:
        """A whole grid as typed: one row is one dimension, unless a single number is meant as a 1 × 1 grid."""
        rows = read_grid(text)
        single = self._state.dims == 2 and rows == [rows[0][:1]]
        return rows if len(rows) > 1 or single else rows[0]


class Facts(ipywidgets.HTML):
    """Two columns of text about the lesson of a state."""

    def __init__(self, state: ConvolutionState) -> None:
        super().__init__(table(words.facts(state.lesson)))
        classed(self, "dv-board-facts")
        state.observe(lambda change: self.set_trait("value", table(words.facts(change["new"]))), names="lesson")


def table(rows: Sequence[tuple[str, str]]) -> str:
    """Two columns of text as HTML.

    >>> table([("W", "4 × 6")])
    "<table class='dv-facts'><tr><th scope='row'>W</th><td>4 × 6</td></tr></table>"
    """
    lines = "".join(f"<tr><th scope='row'>{html.escape(a)}</th><td>{html.escape(b)}</td></tr>" for a, b in rows)
    return f"<table class='dv-facts'>{lines}</table>"
