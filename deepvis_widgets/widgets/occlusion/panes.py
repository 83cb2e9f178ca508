"""The panes of the occlusion lab: the controls, the progress, and the three maps over positions of the window."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets

from ...core.network.network import Network
from ...core.picture.fills import FILLS
from ..views.map_view import MapView

SCORES = [("logit", "logit"), ("probability", "softmax")]
SIDE = 216  # css px of a map
LEAST = 4  # px of a window
STRONGEST = -1  # stands for no unit in particular; a dropdown cannot show None as chosen


class OcclusionControls(ipywidgets.VBox):
    """Window, stride, how it is swept, fill, what the trail shows, and the unit that is watched."""

    def __init__(self, network: Network) -> None:
        most = min(network.size)
        whole: dict[str, Any] = {"continuous_update": False}
        self.window = ipywidgets.IntSlider(
            min=LEAST, max=most, description="Window", tooltip="side of the hidden square, in pixels", **whole
        )
        self.stride = ipywidgets.IntSlider(
            min=1, max=most, description="Stride", tooltip="pixels from one position of a sweep to the next", **whole
        )
        self.fill = ipywidgets.Dropdown(options=FILLS, description="Fill", tooltip="what the window shows")
        self.approximate = ipywidgets.Checkbox(
            description="Approximate",
            indent=False,
            tooltip="sweep a few windows, more where the map changes, and estimate those between",
        )
        self.score = ipywidgets.Dropdown(
            options=SCORES, description="Trail", tooltip="the drop that the trail over the picture shows"
        )
        self.layer = ipywidgets.Dropdown(
            options=network.layers.names, description="Layer", tooltip="layer of the unit that is watched"
        )
        self.unit = ipywidgets.Dropdown(
            options=[("strongest", STRONGEST)], description="Unit", tooltip="the unit that is watched"
        )
        super().__init__([self.window, self.stride, self.approximate, self.fill, self.score, self.layer, self.unit])
        self.add_class("dv-lab-controls")

    def offer_units(self, count: int) -> None:
        """The units there are: all of a layer, or its strongest one on the picture."""
        self.unit.options = [("strongest", STRONGEST), *((str(unit), unit) for unit in range(count))]


class SweepBar(ipywidgets.HBox):
    """A button that starts and stops the sweep, one that clears the trail, and how far the sweep is."""

    def __init__(self, on_sweep: Callable[[], None], on_stop: Callable[[], None], on_clear: Callable[[], None]) -> None:
        self._on_sweep, self._on_stop = on_sweep, on_stop
        self.button = ipywidgets.Button(icon="play")
        self.clear = ipywidgets.Button(description="Clear", icon="eraser", tooltip="Forget every position")
        self.progress = ipywidgets.FloatProgress(min=0, max=1, layout={"width": "auto", "flex": "1 1 80px"})
        super().__init__([self.button, self.clear, self.progress])
        self.add_class("dv-lab-sweep")
        self.running = False
        self.show(None)
        self.button.on_click(lambda _: self._pressed())
        self.clear.on_click(lambda _: on_clear())

    def show(self, fraction: float | None) -> None:
        """How far the sweep is; None when none is running."""
        self.running = fraction is not None
        self.progress.value = fraction or 0.0
        self.progress.layout.visibility = "visible" if self.running else "hidden"
        self.button.description = "Stop" if self.running else "Sweep"
        self.button.icon = "stop" if self.running else "play"
        self.button.tooltip = (
            "Stop; what was found stays" if self.running else "Put the window everywhere, coarse to fine"
        )

    def _pressed(self) -> None:
        (self._on_stop if self.running else self._on_sweep)()


class PositionMaps(ipywidgets.Box):
    """The three maps: a cell for each position of the window. A click on a cell puts the window there."""

    def __init__(self, group: str, on_pick: Callable[[tuple[int, int]], None]) -> None:
        common: dict[str, Any] = {"group": group, "size": SIDE, "linked": True}

        def made(title: str, **traits: Any) -> MapView:
            return MapView(title=title, label=f"{title} by position", **traits, **common)

        self.probability = made("Class probability", colormap="cividis", limits=(0, 1))
        self.label, self.activation = made("Predicted label"), made("Activation", colormap="inferno")
        self.legend = ipywidgets.HTML().add_class("dv-lab-legend")
        labels = ipywidgets.VBox([self.label, self.legend])
        super().__init__([self.probability, labels, self.activation])
        self.add_class("dv-lab-row")
        for shown in (self.probability, self.label, self.activation):
            shown.observe(lambda change: self._chosen(change["new"], on_pick), names="position")

    def _chosen(self, place: list[int] | None, on_pick: Callable[[tuple[int, int]], None]) -> None:
        if place is not None:
            on_pick((place[0], place[1]))

    def forget(self) -> None:
        """No cell is chosen any more."""
        self.probability.position = self.label.position = self.activation.position = None
