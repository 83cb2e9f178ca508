"""The controls of the occlusion lab, and how far its sweep is."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets
import traitlets

from ...core.answers.base import Answers
from ...core.picture.fills import FILLS
from ..kit.layout import button, dropdown
from ..kit.progress import bar
from ..link.push import push
from .state import LEAST, OcclusionState

LINKED = ("window", "stride", "approximate", "fill", "score")
STRONGEST = -1  # stands for no unit in particular; a dropdown cannot show None as chosen


class OcclusionControls(ipywidgets.VBox):
    """Window, stride, how it is swept, fill, what the trail shows, and the unit that is watched; both ways."""

    def __init__(self, state: OcclusionState) -> None:
        most = min(state.network.size)
        self.window = _slider("Window", "side of the hidden square, in pixels", LEAST, most)
        self.stride = _slider("Stride", "pixels from one position of a sweep to the next", 1, most)
        self.fill = dropdown("Fill", FILLS, "what the window shows")
        self.approximate = ipywidgets.Checkbox(
            description="Approximate",
            indent=False,
            tooltip="sweep a few windows, more where the map changes, and estimate those between",
        )
        self.score = dropdown("Trail", _scores(state.network.answers), "the drop that the trail over the picture shows")
        self.layer = dropdown("Layer", state.network.layers.names, "layer of the unit that is watched")
        self.unit = dropdown("Unit", [("strongest", STRONGEST)], "the unit that is watched")
        super().__init__([self.window, self.stride, self.approximate, self.fill, self.score, self.layer, self.unit])
        self.add_class("dv-lab-controls")
        self._follow(state)
        self.layer.observe(lambda change: setattr(state, "layer", change["new"]), names="value")

    def _follow(self, state: OcclusionState) -> None:
        self.stride.max = state.window
        for name in LINKED:
            traitlets.link((state, name), (getattr(self, name), "value"))
        both_ways = (
            (lambda unit: STRONGEST if unit is None else unit),
            (lambda unit: None if unit == STRONGEST else unit),
        )
        traitlets.link((state, "unit"), (self.unit, "value"), transform=both_ways)
        state.observe(lambda _: setattr(self.stride, "max", state.window), names="window")
        state.observe(lambda _: self._to_layer(state), names="layer")

    def _to_layer(self, state: OcclusionState) -> None:
        """Offers the units of a layer, or its strongest one on the picture."""
        self.layer.value = state.layer
        count = state.network.layers[state.layer].channels
        self.unit.options = [("strongest", STRONGEST), *((str(unit), unit) for unit in range(count))]


def _scores(answers: Answers) -> list[tuple[str, str]]:
    """What a drop can be measured in, with its name."""
    return [(answers.score, "logit"), *([("probability", "probability")] if answers.probable else [])]


def _slider(description: str, tip: str, least: int, most: int) -> ipywidgets.IntSlider:
    return ipywidgets.IntSlider(min=least, max=most, description=description, tooltip=tip, continuous_update=False)


class SweepBar(ipywidgets.HBox):
    """A button that starts and stops the sweep, one that clears the trail, and how far the sweep is."""

    def __init__(
        self, on_sweep: Callable[[], object], on_stop: Callable[[], object], on_clear: Callable[[], object]
    ) -> None:
        self._on_sweep, self._on_stop = on_sweep, on_stop
        self.button = button(icon="play", on_click=self._press)
        self.clear = button("Clear", "Forget every position", "eraser", on_clear)
        self.progress = bar("1 1 80px")
        super().__init__([self.button, self.clear, self.progress])
        self.add_class("dv-lab-sweep")
        self.running = False
        self.show(None)

    def show(self, fraction: float | None) -> None:
        """Shows how far the sweep is, None when none is running; on any thread."""
        self.running = running = fraction is not None
        push(self.progress, value=fraction or 0.0)
        push(self.progress.layout, visibility="visible" if running else "hidden")
        push(
            self.button,
            description="Stop" if running else "Sweep",
            icon="stop" if running else "play",
            tooltip="Stop; what was found stays" if running else "Put the window everywhere, coarse to fine",
        )

    def _press(self) -> None:
        (self._on_stop if self.running else self._on_sweep)()
