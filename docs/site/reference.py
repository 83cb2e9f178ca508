"""The reference: every public name, from its docstring; for a widget also the traits that can be set and observed."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import ipywidgets

import deepvis_widgets as dv

GROUPS = {
    "widgets": ("Widgets", "What a notebook shows. Each trait can be set, read, observed and linked."),
    "networks": ("Networks, pictures and answers", "What goes in, and what comes out."),
    "functions": ("Functions", "Without a widget."),
}


def group_of(name: str) -> str:
    """The page on which a public name stands."""
    value = getattr(dv, name)
    if not inspect.isclass(value):
        return "functions"
    return "widgets" if issubclass(value, ipywidgets.Widget) else "networks"


def write_reference(pages: Path) -> None:
    """Writes a page for each group, and one that lists all names."""
    folder = pages / "reference"
    folder.mkdir()
    names = [name for name in dv.__all__ if not name.startswith("_")]
    index = ["# Reference", "Every public name of `deepvis_widgets`, imported as `dv`."]
    for group, (title, said) in GROUPS.items():
        of_group = [name for name in names if group_of(name) == group]
        parts = [f"# {title}", said, *(entry(name) for name in of_group)]
        (folder / f"{group}.md").write_text("\n\n".join(parts) + "\n", "utf-8")
        links = " · ".join(f"[`dv.{name}`]({group}.md#deepvis_widgets.{name})" for name in of_group)
        index += [f"## [{title}]({group}.md)", links]
    (folder / "index.md").write_text("\n\n".join(index) + "\n", "utf-8")


def entry(name: str) -> str:
    """What mkdocstrings writes of a name, and the traits of a widget."""
    asked = f"::: deepvis_widgets.{name}"
    return f"{asked}\n\n{traits(getattr(dv, name))}" if group_of(name) == "widgets" else asked


def traits(widget: Any) -> str:
    """The table of a widget's own traits: those that no library brought."""
    rows = [
        f"| `{name}` | {cell(trait.info())} | {cell(trait.help or '')} |"
        for name, trait in sorted(widget.class_traits().items())
        if not name.startswith("_") and trait.this_class.__module__.startswith("deepvis_widgets")
    ]
    return "\n".join(["| trait | accepts | |", "|---|---|---|", *rows]) if rows else ""


def cell(text: str) -> str:
    """A text that stays in its cell of a table."""
    return text.replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")
