"""Parts in words: what is read aloud, and what stands where no picture can be shown."""

from __future__ import annotations

from functools import singledispatch

from .computed import standing_occluder, standing_sum
from .drawn import choice_line
from .numbers import decimal
from .parts import (
    Bars,
    Chart,
    Choice,
    Column,
    Columns,
    Drawing,
    Key,
    Live,
    Map,
    Occluder,
    Page,
    Part,
    Picture,
    Row,
    Sum,
    Table,
    Text,
)


def words(part: Part) -> str:
    """Returns what parts show, a line for each.

    >>> words(Column([Text("A wolf"), Bars(["wolf", "husky"], [0.9, 0.1], ["90 %", "10 %"])]))
    'A wolf\\nwolf 90 %, husky 10 %'
    """
    return "\n".join(line for line in _said(part).split("\n") if line.strip())


@singledispatch
def _said(part: Part) -> str:
    raise TypeError(f"A part of the kind {type(part).__name__} has no words.")


@_said.register
def _(part: Text) -> str:
    return part.text


@_said.register
def _(part: Picture) -> str:
    return part.caption


@_said.register
def _(part: Map) -> str:
    return " · ".join(line for line in (part.title, *part.lines) if line)


@_said.register
def _(part: Bars) -> str:
    pairs = ", ".join(f"{name} {said}" for name, said in zip(part.names, part.words, strict=True))
    return f"{part.title}: {pairs}" if part.title else pairs


@_said.register
def _(part: Chart) -> str:
    names = ", ".join(line.name for line in part.lines if line.name)
    axes = " over ".join(title for title in (part.y_title, part.x_title) if title)
    return ": ".join(line for line in (part.title, axes, names) if line)


@_said.register
def _(part: Columns) -> str:
    lines = [
        f"{row.name or part.y_title or 'values'}: "
        + ", ".join(f"{name} {decimal(value)}" for name, value in zip(part.names, row.values, strict=True) if name)
        for row in part.series
    ]
    return "\n".join(line for line in (part.title, *lines) if line)


@_said.register
def _(part: Key) -> str:
    return ", ".join(name for _, name in part.entries)


@_said.register
def _(part: Table) -> str:
    lines = [" | ".join(cells) for cells in (part.heads, *part.rows)]
    return "\n".join([part.title, *lines])


@_said.register
def _(part: Drawing) -> str:
    return part.alt


@_said.register
def _(part: Row) -> str:
    return "\n".join(_said(inner) for inner in part.parts)


@_said.register
def _(part: Column) -> str:
    return "\n".join(_said(inner) for inner in part.parts)


@_said.register
def _(part: Choice) -> str:
    return f"{choice_line(part)}\n{_said(part.parts[part.chosen])}"


@_said.register
def _(part: Sum) -> str:
    return f"{part.title}\n{_said(standing_sum(part))}"


@_said.register
def _(part: Occluder) -> str:
    return _said(standing_occluder(part))


@_said.register
def _(part: Live) -> str:
    return _said(part.drawn)


@_said.register
def _(part: Page) -> str:
    return f"{part.title}\n{_said(part.part)}"
