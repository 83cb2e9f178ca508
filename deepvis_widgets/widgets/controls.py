"""Controls built from a method's parameters: range, step and label decide which."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets

from ..core.params import Spec


class Controls(ipywidgets.VBox):
    """One control per parameter; `values` are the current ones and `on_change` is called when any changes."""

    def __init__(self, specs: list[Spec], on_change: Callable[[], None]) -> None:
        self._controls = {spec.name: control(spec) for spec in specs}
        super().__init__(list(self._controls.values()))
        self.add_class("dv-controls")
        for made in self._controls.values():
            made.observe(lambda _: on_change(), names="value")

    @property
    def values(self) -> dict[str, Any]:
        """Parameter name → value, as keyword arguments of dv.explain."""
        return {name: made.value for name, made in self._controls.items()}


def control(spec: Spec) -> ipywidgets.ValueWidget:
    """A dropdown for choices, a slider for a range, a text field for free text."""
    common = {"description": spec.label, "tooltip": spec.help or spec.label, "style": {"description_width": "90px"}}
    if spec.choices is not None:
        return ipywidgets.Dropdown(
            options=[(str(choice), choice) for choice in spec.choices], value=spec.default, **common
        )
    if isinstance(spec.default, str):
        return ipywidgets.Text(value=spec.default, continuous_update=False, **common)
    limits = {"min": spec.low, "max": spec.high, "step": spec.step, "value": spec.default, "continuous_update": False}
    kind = ipywidgets.IntSlider if isinstance(spec.default, int) else ipywidgets.FloatSlider
    return kind(**limits, **common)
