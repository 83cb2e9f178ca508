"""Boxes, titles and small controls that every widget lays out, and closing what is inside them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import ipywidgets

from ..link.push import push


def box(classes: str, *children: ipywidgets.Widget) -> ipywidgets.Box:
    """A box with these CSS classes, apart by spaces, round its children."""
    return classed(ipywidgets.Box(list(children)), classes)


def html(classes: str = "", value: str = "") -> ipywidgets.HTML:
    """Text that the kernel writes; escape what is not ours before it comes here."""
    return classed(ipywidgets.HTML(value), classes)


def title(text: str, classes: str = "dv-title") -> ipywidgets.HTML:
    """The heading of a pane."""
    return html(classes, text)


def titled(text: str, *children: ipywidgets.Widget) -> ipywidgets.VBox:
    """Children under a heading."""
    return ipywidgets.VBox([title(text), *children])


def button(
    description: str = "",
    tooltip: str = "",
    icon: str = "",
    on_click: Callable[[], object] | None = None,
    width: str | None = None,
    **more: Any,
) -> ipywidgets.Button:
    """A button; `on_click` is called without arguments."""
    if width is not None:
        more["layout"] = {"width": width}
    made = ipywidgets.Button(description=description, tooltip=tooltip, icon=icon, **more)
    if on_click is not None:
        made.on_click(lambda _: on_click())
    return made


def dropdown(description: str, options: Any, tooltip: str, **more: Any) -> ipywidgets.Dropdown:
    """A menu of (text, value) pairs."""
    return ipywidgets.Dropdown(options=options, description=description, tooltip=tooltip, **more)


def class_field(labels: Sequence[str], tooltip: str, **more: Any) -> ipywidgets.Combobox:
    """A field for one of these classes, by name or number."""
    options, say = list(dict.fromkeys(labels)), "a class, then Enter"
    return ipywidgets.Combobox(options=options, placeholder=say, continuous_update=False, tooltip=tooltip, **more)


def classed(widget: Any, classes: str) -> Any:
    """The widget itself, with these CSS classes, apart by spaces."""
    for name in classes.split():
        widget.add_class(name)
    return widget


def display(widget: ipywidgets.DOMWidget, shown: bool) -> None:
    """Show a widget, or take it out of the layout; on any thread."""
    push(widget.layout, display=None if shown else "none")


def close_all(widgets: Sequence[Any]) -> None:
    """Take every widget off the page and free its model, and those of its layouts, styles, marks, axes and scales.

    ipywidgets keeps each open model alive, and with it whatever its callbacks hold.
    """
    for widget in models_of(widgets):
        widget.close()


def models_of(widgets: Sequence[Any]) -> list[ipywidgets.Widget]:
    """These widgets and every model that one of them shows or refers to, what is inside before what is round it."""
    found: dict[ipywidgets.Widget, bool] = {}

    def visit(value: Any) -> None:
        if isinstance(value, ipywidgets.Widget) and value not in found:
            found[value] = True
            for name in value.keys:
                if not name.startswith("_"):  # ipycanvas keeps one manager of all canvases in `_canvas_manager`
                    visit(getattr(value, name))
        elif isinstance(value, list | tuple):
            for item in value:
                visit(item)
        elif isinstance(value, dict):
            visit(list(value.values()))

    visit(list(widgets))
    return list(found)[::-1]
