"""The controls of what lies over the picture: the method, its parameters, colours, opacity, the occluder's fill."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import ipywidgets
import traitlets

from ...core.errors import DeepvisError
from ...core.params import make, specs
from ...core.picture.fills import FILLS
from ...methods import method
from ..kit.layout import classed, close_all, dropdown
from ..kit.param_controls import Controls, entry, refill
from ..kit.progress import Progress
from ..link.traits import COLORMAPS
from .answers import Progress as HowFar
from .answers import Served, Subscribe, served
from .state import AUTO, NONE, ExplorerState


class OverlayControls:
    """`rows` are the controls, in order; `stop()` is called where a method that takes seconds is to stop, `say` with
    why a method cannot be chosen.
    """

    def __init__(self, state: ExplorerState, stop: Callable[[], object], say: Callable[[str], object]) -> None:
        self._state, self._say = state, say
        self.method = dropdown(
            "Overlay", entries(served(state.network, surveyed=False)), "what is drawn over the picture"
        )
        self.running = Progress("dv-running", "Stop the method; what it has drawn stays", stop)
        self.opacity = ipywidgets.FloatSlider(
            value=0.6, min=0, max=1, step=0.05, description="Opacity", readout=False, tooltip="opacity of the overlay"
        )
        self.colormap = dropdown("Colours", [(name, name) for name in (AUTO, *COLORMAPS)], "colour map of the overlay")
        self.localize = ipywidgets.Checkbox(
            description="Box", indent=False, tooltip="box round the largest part above a fifth of the overlay's maximum"
        )
        self.fill = dropdown("Cover", [(fill, fill) for fill in FILLS], "what the occluder shows")
        self.params = classed(ipywidgets.VBox(), "dv-controls")
        self._made: dict[str, Controls] = {}
        self._showing = False  # whether parameters' controls are being set here
        self.rows = (self.method, self.opacity, self.colormap, self.fill, self.localize, self.running, self.params)
        self._bind()

    def _bind(self) -> None:
        state = self._state
        for name in ("opacity", "colormap", "localize", "fill"):
            traitlets.link((state, name), (getattr(self, name), "value"))
        state.observe(lambda _: self._show_method(), names="method")
        state.observe(lambda _: self._show_params(), names="params")
        self._show_method()
        self.method.observe(lambda change: self._choose(change["new"]), names="value")

    def follow(self, subscribe: Subscribe) -> None:
        """Shows answers from now on."""
        subscribe(HowFar, lambda progress: self.running.show(progress.fraction))
        subscribe(Served, lambda found: refill(self.method, entries(found.methods)))

    def close(self) -> None:
        """Closes all parameters' controls, those out of sight too."""
        close_all(list(self._made.values()))

    def _choose(self, name: str) -> None:
        try:
            self._state.method = None if name == NONE else name
        except DeepvisError as error:
            self._say(str(error))
            self.method.value = self._state.method or NONE

    def _show_method(self) -> None:
        """Shows the method chosen, and the controls of its parameters."""
        name = self._state.method
        self.method.value = NONE if name is None else name
        if name is not None and name not in self._made:
            self._made[name] = Controls(specs(method(name).Params), partial(self._set_params, name))
            self._show_params()
        self.params.children = [self._made[name]] if name is not None else []

    def _show_params(self) -> None:
        """Shows the parameters as they are."""
        self._showing = True
        try:
            for name, controls in self._made.items():
                values = vars(make(method(name).Params, self._state.params.get(name, {}), name))
                for parameter, control in controls.by_name.items():
                    control.value = values[parameter]
        finally:
            self._showing = False

    def _set_params(self, name: str) -> None:
        if self._showing:
            return
        try:
            self._state.params = {**self._state.params, name: self._made[name].values}
        except DeepvisError as error:
            self._say(str(error))
            self._show_params()


def entries(methods: dict[str, bool]) -> list[tuple[str, str]]:
    """The menu of methods, by whether they can serve the network."""
    return [("nothing", NONE), *(entry(method(name), serves) for name, serves in methods.items())]
