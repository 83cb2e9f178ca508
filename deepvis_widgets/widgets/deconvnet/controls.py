"""The controls of the deconvnet board."""

from __future__ import annotations

from functools import partial

import ipywidgets

from ..board.binding import Binding
from ..board.number_fields import grid_field, row, size_slider, toggles
from ..board.number_grids import read_grid, write_grid
from ..kit.layout import button, dropdown
from ..kit.notice import Say, attempt
from .state import RANGES, DeconvnetState
from .words import PASSES, RULE_NAMES, SEED_NAMES

START = "What starts the way back; click a pooled cell to choose which one"


class DeconvnetControls:
    """Rule, seed, sizes and numbers of a state as `rows` of controls; `say` gets the sentence of a refusal."""

    def __init__(self, state: DeconvnetState, say: Say) -> None:
        self._state = state
        self.rule = toggles({title: name for name, title in RULE_NAMES.items()}, list(PASSES.values()))
        options = [(title, name) for name, title in SEED_NAMES.items()]
        self.seed = dropdown("Back from", options, START, layout=ipywidgets.Layout(width="330px", max_width="100%"))
        self.sizes = {name: size_slider(*limits) for name, limits in RANGES.items()}
        labels = {"input": "Input x", "kernel": "Kernel w", "signal": "Signal"}
        self.numbers = {name: grid_field(label) for name, label in labels.items()}
        self.fresh = button(
            "New numbers", "Other numbers, drawn at random", on_click=lambda: attempt(say, state.shuffle)
        )
        self.rows: list[ipywidgets.Widget] = [
            row(self.rule, self.seed),
            row(*self.sizes.values(), self.fresh),
            row(*self.numbers.values()),
        ]
        binding = Binding(self._show, say)
        binding.show()
        for name, control in {"rule": self.rule, "seed": self.seed, **self.sizes}.items():
            binding.follow(control, partial(setattr, state, name))
        for name, field in self.numbers.items():
            binding.follow(field, partial(self._read, name))
        state.observe(lambda _: binding.show(), names="lesson")

    def _show(self) -> None:
        for name, control in {"rule": self.rule, "seed": self.seed, **self.sizes}.items():
            control.value = getattr(self._state, name)
        for name, field in self.numbers.items():
            field.value = write_grid(getattr(self._state, name).tolist())

    def _read(self, name: str, text: str) -> None:
        setattr(self._state, name, read_grid(text))
