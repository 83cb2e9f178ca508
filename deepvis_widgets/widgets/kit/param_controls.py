"""Controls built from a method's parameters: range, step and label decide which."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets

from ...core.params import Spec


class Controls(ipywidgets.VBox):
    """One control per parameter, in `by_name`; `values` are the current ones, `on_change` is called at any change."""

    def __init__(self, specs: list[Spec], on_change: Callable[[], None]) -> None:
        self.by_name = {spec.name: control(spec) for spec in specs}
        super().__init__(list(self.by_name.values()))
        self.add_class("dv-controls")
        for made in self.by_name.values():
            made.observe(lambda _: on_change(), names="value")

    @property
    def values(self) -> dict[str, Any]:
        """Parameter name → value, as keyword arguments of dv.explain."""
        return {name: made.value for name, made in self.by_name.items()}


FINEST = 100_000  # steps of a slider; a finer range is typed


def control(spec: Spec) -> ipywidgets.ValueWidget:
    """A dropdown for choices, a slider for a range, a field for numbers of a wide range and for free text."""
    common = {"description": spec.label, "tooltip": spec.help or spec.label, "style": {"description_width": "130px"}}
    if spec.choices is not None:
        return ipywidgets.Dropdown(
            options=[(str(choice), choice) for choice in spec.choices], value=spec.default, **common
        )
    if isinstance(spec.default, str):
        return ipywidgets.Text(value=spec.default, continuous_update=False, **common)
    limits = {"min": spec.low, "max": spec.high, "step": spec.step, "value": spec.default, "continuous_update": False}
    assert spec.low is not None and spec.high is not None and spec.step is not None
    whole, typed = isinstance(spec.default, int), (spec.high - spec.low) / spec.step > FINEST
    if typed:
        return (ipywidgets.BoundedIntText if whole else ipywidgets.BoundedFloatText)(**limits, **common)
    return (ipywidgets.IntSlider if whole else ipywidgets.FloatSlider)(**limits, **common)
