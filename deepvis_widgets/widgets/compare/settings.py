"""The parameters of one method of a comparison."""

from __future__ import annotations

import dataclasses
import html
from typing import Any

import ipywidgets

from ...core.params import Spec
from ...methods import method
from ..kit.layout import close_all, display, title
from ..kit.param_controls import Controls
from .state import CompareState
from .tools import Attempt


class Settings(ipywidgets.VBox):
    """Controls for the parameters of the method that is selected, in `controls`; out of sight where none is."""

    def __init__(self, state: CompareState, attempt: Attempt) -> None:
        self._state, self._attempt = state, attempt
        self.controls: Controls | None = None
        self.children: Any
        super().__init__()
        self.add_class("dv-compare-settings")
        display(self, False)
        state.observe(lambda change: self._show(change["new"]), names="selected")
        state.observe(lambda _: self._follow(), names="params")

    def _show(self, name: str | None) -> None:
        if self.comm is None:
            return  # closed: nobody would close what is made now
        display(self, name is not None)
        if self.controls is not None:
            close_all(self.children)
            self.controls = None
        if name is None:
            self.children = []
            return
        given = self._state.params.get(name, {})
        self.controls = Controls([_started(spec, given) for spec in self._specs(name)], self._change)
        words = f"Parameters of {method(name).title}" + ("" if self.controls.children else ": it has none")
        self.children = [title(html.escape(words)), self.controls]

    def _specs(self, name: str) -> list[Spec]:
        """With the defaults of the first network: the others are of its kind, as a rule."""
        return method(name).specs(self._state.networks[0])

    def _change(self) -> None:
        state, controls = self._state, self.controls
        if state.selected is not None and controls is not None:
            params = {**state.params, state.selected: controls.values}
            self._attempt(lambda: setattr(state, "params", params))

    def _follow(self) -> None:
        """Shows other values where they were not chosen here."""
        selected, controls = self._state.selected, self.controls
        if selected is not None and controls is not None:
            given = self._state.params.get(selected, {})
            wanted = vars(method(selected).settings(self._state.networks[0], given))
            if any(wanted[name] != value for name, value in controls.values.items()):
                self._show(selected)


def _started(spec: Spec, given: dict[str, Any]) -> Spec:
    """The parameter with the value that was given for it as its default; numbers keep their kind."""
    if spec.name not in given:
        return spec
    value = given[spec.name]
    return dataclasses.replace(spec, default=float(value) if isinstance(spec.default, float) else value)
