"""A widget and everything inside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def all_below(widgets: Sequence[Any]) -> list[Any]:
    """Every widget inside these and they themselves, children before parents."""
    return [found for widget in widgets for found in (*all_below(getattr(widget, "children", ())), widget)]


def close_all(widgets: Sequence[Any]) -> None:
    """Take every widget off the page and free its model."""
    for widget in all_below(widgets):
        widget.close()
