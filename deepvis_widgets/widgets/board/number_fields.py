"""The controls by which a board's numbers are set: one cell's field, a whole grid's field, a size, a choice."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from typing import Any

import ipywidgets

from ..kit import layout


class CellEditor(ipywidgets.HBox):
    """A field for the number of one cell: empty, with the present number shown in grey, until something is typed."""

    def __init__(self, commit: Callable[[str], None]) -> None:
        self._commit = commit
        self._label = layout.html()
        self.field = ipywidgets.Text(continuous_update=False, layout=ipywidgets.Layout(width="120px"))
        super().__init__([self._label, self.field])
        layout.classed(self, "dv-cell-editor")
        self.field.observe(self._typed, names="value")
        self.edit("", None)

    def edit(self, name: str, value: float | None) -> None:
        """Edits a cell, by its name and its present value; without a value the field waits for a click."""
        self.field.disabled = value is None
        self.field.placeholder = "" if value is None else f"now {value:g}"
        self.field.tooltip = f"New number for {name}" if name else "Click a number in the drawing to change it"
        label = f"{name} becomes" if name else "Click a number to change it"
        self._label.value = f"<span>{html.escape(label)}</span>"

    def focus(self) -> None:
        """Lets the reader type."""
        self.field.focus()

    def _typed(self, change: dict[str, str]) -> None:
        if change["new"]:
            self.field.value = ""
            self._commit(change["new"])


def grid_field(label: str) -> ipywidgets.Text:
    """A grid of numbers as text."""
    help = f"{label}: numbers apart by spaces, rows apart by semicolons"
    style = {"description_width": "64px"}
    return ipywidgets.Text(description=label, tooltip=help, continuous_update=False, style=style, **wide(400))


def size_slider(label: str, low: int, high: int) -> ipywidgets.IntSlider:
    """A whole number within a range."""
    style = {"description_width": "56px"}
    return ipywidgets.IntSlider(
        min=low, max=high, value=low, description=label, tooltip=label, style=style, **wide(200)
    )


def toggles(options: dict[str, Any], tooltips: Sequence[str]) -> ipywidgets.ToggleButtons:
    """Buttons of which one is down."""
    style = {"button_width": "auto"}
    return ipywidgets.ToggleButtons(
        options=options, tooltips=tooltips, style=style, layout=ipywidgets.Layout(width="auto")
    )


def row(*controls: ipywidgets.Widget) -> ipywidgets.Box:
    """Controls beside each other, in several rows where the window is narrow."""
    return layout.box("dv-board-row", *controls)


def wide(width: int) -> dict[str, ipywidgets.Layout]:
    """The layout of a control of a width in px, narrower where there is no room."""
    return {"layout": ipywidgets.Layout(width=f"{width}px", max_width="100%")}
