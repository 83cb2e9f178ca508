"""The controls of the pooling board."""

from __future__ import annotations

from functools import partial

import ipywidgets

from ..board.binding import Binding
from ..board.number_fields import grid_field, row, size_slider
from ..board.number_grids import read_grid, write_grid
from ..kit.layout import button
from ..kit.notice import Say, attempt
from .state import RANGES, PoolingState


class PoolingControls:
    """Sizes and numbers of a state as two `rows` of controls; `say` gets the sentence of a refusal."""

    def __init__(self, state: PoolingState, say: Say) -> None:
        self._state = state
        self.sizes = {name: size_slider(*limits) for name, limits in RANGES.items()}
        self.numbers = {"input": grid_field("Input x"), "signal": grid_field("Signal")}
        self.fresh = button(
            "New numbers", "Other numbers, drawn at random", on_click=lambda: attempt(say, state.shuffle)
        )
        self.rows: list[ipywidgets.Widget] = [row(*self.sizes.values(), self.fresh), row(*self.numbers.values())]
        binding = Binding(self._show, say)
        binding.show()
        for name, slider in self.sizes.items():
            binding.follow(slider, partial(setattr, state, name))
        for name, field in self.numbers.items():
            binding.follow(field, partial(self._read, name))
        state.observe(lambda _: binding.show(), names="lesson")

    def _show(self) -> None:
        for name, slider in self.sizes.items():
            slider.value = getattr(self._state, name)
        for name, field in self.numbers.items():
            field.value = write_grid(getattr(self._state, name).tolist())

    def _read(self, name: str, text: str) -> None:
        setattr(self._state, name, read_grid(text))
