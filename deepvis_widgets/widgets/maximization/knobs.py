"""The knobs of activation maximization: a slider or box for each, showing what the preset says until it is turned."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets

from ...core.params import Spec, specs
from ...methods.synthesis import SynthesisParams
from ...methods.synthesis.yosinski import TURNED, preset_of
from ..kit.layout import display

FOURIER = ("transforms", "tv", "pull")
COMMON = ("rate", "stretch", "minimize")
YOSINSKI = ("fitted", *TURNED)
NAMES = (*COMMON, *YOSINSKI, *FOURIER)
SLIGHT = 1e-7
HELP = {
    "fitted": "Yosinski's rates were made for CaffeNet; on another network they give faint pictures or wild ones. "
    "Fitted, the first step moves every pixel by about 1 of 255, and all later ones are as long in proportion.",
    "stretch": "Show faint pictures with all the contrast there is; the pictures themselves stay as they are.",
    "transforms": "Jitter: how far the picture is moved, turned and scaled at every step.",
}


class AscentKnobs(ipywidgets.VBox):
    """`on_turn(name, value)` is called when one is turned by hand; `show` puts them where the parameters stand."""

    def __init__(self, on_turn: Callable[[str, Any], None]) -> None:
        known = {spec.name: spec for spec in specs(SynthesisParams)}
        self.by_name = {name: _knob(known[name]) for name in NAMES}
        self._showing = False
        self._shown: dict[str, Any] = {}
        super().__init__(list(self.by_name.values()))
        self.add_class("dv-knobs")
        for name, knob in self.by_name.items():
            knob.observe(lambda change, name=name: self._turned(name, change["new"], on_turn), names="value")

    def show(self, params: SynthesisParams) -> None:
        """What the parameters are; a knob that was never turned shows the preset's own number."""
        fourier = params.preset == "fourier"
        values = vars(params) if fourier else vars(params) | {name: getattr(preset_of(params), name) for name in TURNED}
        self._showing = True
        try:
            for name, knob in self.by_name.items():
                display(knob, name not in (YOSINSKI if fourier else FOURIER))
                if values[name] is not None:
                    knob.value = self._shown[name] = values[name]
        finally:
            self._showing = False

    def _turned(self, name: str, value: Any, on_turn: Callable[[str, Any], None]) -> None:
        """A slider in the browser answers with its own rounding of what it was shown; that is no turn."""
        if not self._showing and abs(value - self._shown.get(name, value + 1)) > SLIGHT:
            on_turn(name, value)


def _knob(spec: Spec) -> Any:
    text = HELP.get(spec.name, spec.help)
    if spec.choices is not None:
        return ipywidgets.Checkbox(value=spec.default, description=spec.label, tooltip=text, indent=False)
    common = {"description": spec.label, "tooltip": text, "style": {"description_width": "130px"}}
    if spec.name == "rate":
        return ipywidgets.FloatLogSlider(value=1, base=10, min=-2, max=2, step=0.05, readout_format=".2f", **common)
    shown = ".4f" if spec.name == "decay" else ".2f"
    limits = {"min": spec.low, "max": spec.high, "step": spec.step, "readout_format": shown}
    return ipywidgets.FloatSlider(value=spec.low if spec.default is None else spec.default, **limits, **common)
