"""Small controls that the boards of the lessons share."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any

import ipywidgets


def size_slider(label: str, low: int, high: int) -> ipywidgets.IntSlider:
    """A whole number within a range."""
    style = {"description_width": "56px"}
    return ipywidgets.IntSlider(
        min=low, max=high, value=low, description=label, tooltip=label, style=style, **wide(200)
    )


def numbers_field(label: str) -> ipywidgets.Text:
    """A grid of numbers as text."""
    help = f"{label}: numbers apart by spaces, rows apart by semicolons"
    style = {"description_width": "64px"}
    return ipywidgets.Text(description=label, tooltip=help, continuous_update=False, style=style, **wide(400))


def toggles(options: dict[str, Any], tooltips: Sequence[str]) -> ipywidgets.ToggleButtons:
    """Buttons of which one is down."""
    layout = ipywidgets.Layout(width="auto")
    return ipywidgets.ToggleButtons(options=options, tooltips=tooltips, style={"button_width": "auto"}, layout=layout)


def row(children: Sequence[Any]) -> ipywidgets.Box:
    """Controls beside each other, in several rows where the window is narrow."""
    return ipywidgets.Box(list(children)).add_class("dv-board-row")


def table(rows: Sequence[tuple[str, str]]) -> str:
    """Two columns of text as HTML."""
    lines = "".join(f"<tr><th scope='row'>{html.escape(a)}</th><td>{html.escape(b)}</td></tr>" for a, b in rows)
    return f"<table class='dv-facts'>{lines}</table>"


def wide(width: int) -> dict[str, ipywidgets.Layout]:
    """The layout of a control of a width in px, narrower where there is no room."""
    return {"layout": ipywidgets.Layout(width=f"{width}px", max_width="100%")}
