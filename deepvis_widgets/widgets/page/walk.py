"""What a widget of widgets shows, found by walking through it: what it draws and says, without its controls."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

import ipywidgets
import numpy as np
from PIL import Image

from .bqplot_parts import figure_part, is_figure
from .html_text import Role, html_parts
from .parts import Column, Part, Picture, Row, Text

UNSEEN = {"dv-offscreen"}  # CSS classes of what only screen readers are told
HEADINGS = {"dv-title", "dv-strong"}
CHOSEN_CHILD = (ipywidgets.Tab, ipywidgets.Accordion, ipywidgets.Stack)


def page_of(widget: Any) -> Part | None:
    """Returns what a widget shows; None for controls, and for what is empty or hidden.

    >>> page_of(ipywidgets.VBox([ipywidgets.HTML("<b>A wolf</b>"), ipywidgets.Button()])).text
    'A wolf'
    """
    if _hidden(widget):
        return None
    own = getattr(widget, "page", None)
    if callable(own):
        part: Part | None = own()
        return part
    return walked(widget)


def walked(widget: Any) -> Part | None:
    """Returns what the children of a widget show, or the widget itself where ipywidgets or bqplot made it."""
    if is_figure(widget):
        return figure_part(widget)
    if isinstance(widget, CHOSEN_CHILD):
        return _chosen(widget)
    if isinstance(widget, ipywidgets.Box):
        return gathered(map(page_of, widget.children), across=_across(widget))
    if isinstance(widget, ipywidgets.HTML | ipywidgets.HTMLMath | ipywidgets.Label):
        return gathered(html_parts(widget.value, _role(widget)))
    if isinstance(widget, ipywidgets.Image) and widget.value:
        return Picture(np.asarray(Image.open(io.BytesIO(widget.value)).convert("RGB")))
    return None


def gathered(parts: Iterable[Part | None], across: bool = False) -> Part | None:
    """Returns parts beside or below each other: one alone as itself, None where there is none."""
    found = [part for part in parts if part is not None]
    if len(found) < 2:
        return found[0] if found else None
    return (Row if across else Column)(found)


def _chosen(widget: Any) -> Part | None:
    place = widget.selected_index
    if place is None or place >= len(widget.children):
        return None
    titles: Sequence[str] = () if isinstance(widget, ipywidgets.Stack) else widget.titles
    heading = Text(titles[place], "heading") if place < len(titles) and titles[place] else None
    shown = page_of(widget.children[place])
    return gathered([heading, shown]) if shown is not None else None


def _across(box: Any) -> bool:
    """Whether the children of a box stand side by side."""
    flow = box.layout.flex_flow or ""
    return "column" not in flow if flow else not isinstance(box, ipywidgets.VBox)


def _role(widget: Any) -> Role:
    return "heading" if HEADINGS & set(widget._dom_classes) else "plain"


def _hidden(widget: Any) -> bool:
    layout = getattr(widget, "layout", None)
    gone = layout is not None and (layout.display == "none" or layout.visibility == "hidden")
    return bool(gone) or bool(UNSEEN & set(getattr(widget, "_dom_classes", ())))
