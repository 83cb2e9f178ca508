"""Numbers that are typed: one cell's, or a whole grid's."""

from __future__ import annotations

import contextlib
import html
import math
from collections.abc import Callable, Sequence

import ipywidgets

from ...core.errors import DeepvisError

LARGEST = 9999.0


def read_number(text: str) -> float:
    """The number a text stands for, with either minus sign; DeepvisError where it stands for none."""
    value = math.nan
    with contextlib.suppress(ValueError):
        value = float(text.strip().replace("−", "-"))
    if math.isnan(value):
        raise DeepvisError(f"“{text.strip()[:20]}” is no number; type one such as 2 or -0.5.")
    if abs(value) > LARGEST:
        raise DeepvisError(f"“{text.strip()[:20]}” is too large; type a number from -{LARGEST:.0f} to {LARGEST:.0f}.")
    return value


def read_grid(text: str) -> list[list[float]]:
    """Rows of equal length: numbers apart by spaces or commas, rows by semicolons."""
    rows = [[read_number(word) for word in line.replace(",", " ").split()] for line in text.strip(" ;").split(";")]
    if not rows[0] or len({len(row) for row in rows}) != 1:
        raise DeepvisError("Type numbers apart by spaces, and rows of equal length apart by semicolons.")
    return rows


def write_grid(rows: Sequence[Sequence[float]]) -> str:
    """What `read_grid` reads."""
    return "; ".join(" ".join(f"{value:g}" for value in row) for row in rows)


class CellEditor(ipywidgets.HBox):
    """A field for the number of one cell: empty, with the present number shown in grey, until something is typed."""

    def __init__(self, commit: Callable[[str], None]) -> None:
        self._commit = commit
        self._label = ipywidgets.HTML()
        self.field = ipywidgets.Text(continuous_update=False, layout=ipywidgets.Layout(width="120px"))
        super().__init__([self._label, self.field])
        self.add_class("dv-cell-editor")
        self.field.observe(self._typed, names="value")
        self.aim("", None)

    def aim(self, name: str, value: float | None) -> None:
        """At a cell and its present value; without one the field waits for a click."""
        self.field.disabled = value is None
        self.field.placeholder = "" if value is None else f"now {value:g}"
        self.field.tooltip = f"New number for {name}" if name else "Click a number in the drawing to change it"
        label = f"{name} becomes" if name else "Click a number to change it"
        self._label.value = f"<span>{html.escape(label)}</span>"

    def focus(self) -> None:
        """Let the reader type."""
        self.field.focus()

    def _typed(self, change: dict[str, str]) -> None:
        if change["new"]:
            self.field.value = ""
            self._commit(change["new"])
