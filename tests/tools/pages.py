"""What tests see of a page's parts: those of a kind, and every call that a drawing makes on its canvas."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

import numpy as np

from deepvis_widgets.widgets.board.pen import DARK, LIGHT, Pen
from deepvis_widgets.widgets.page.parts import Choice, Column, Drawing, Page, Part, Row

P = TypeVar("P", bound=Part)


class Calls:
    """A canvas that notes what is set on it and called, in plain numbers and words."""

    def __init__(self) -> None:
        object.__setattr__(self, "made", [])

    def __setattr__(self, name: str, value: Any) -> None:
        self.made.append((name, plain(value)))

    def __getattr__(self, name: str) -> Any:
        def call(*args: Any) -> None:
            self.made.append((name, *map(plain, args)))

        return call


def plain(value: Any) -> Any:
    """A value that compares by what is in it."""
    return value.tolist() if isinstance(value, np.ndarray) else value


def painted(drawing: Drawing, dark: bool = False) -> list[Any]:
    """The calls of a drawing."""
    canvas = Calls()
    drawing.paint(canvas, dark)
    return canvas.made


def parts_in(part: Part, kind: type[P]) -> Iterator[P]:
    """The parts of a kind that are seen when nobody has chosen anything: of a choice the chosen one."""
    if isinstance(part, kind):
        yield part
    inner = part.parts if isinstance(part, Row | Column) else [part.part] if isinstance(part, Page) else ()
    inner = [part.parts[part.chosen]] if isinstance(part, Choice) else inner
    for each in inner:
        yield from parts_in(each, kind)


def part_in(part: Part, kind: type[P]) -> P:
    """The first of them."""
    return next(parts_in(part, kind))


def picked(part: Part, *labels: str) -> Part:
    """What is seen when these labels are chosen, one in each choice, the outer one first."""
    for label in labels:
        choice = part_in(part, Choice)
        part = choice.parts[list(choice.labels).index(label)]
    return part


def drawn(board: Any, dark: bool = False) -> list[Any]:
    """The calls that a board itself makes on its canvas, as it stands."""
    canvas = Calls()
    board.draw(Pen(canvas, DARK if dark else LIGHT))
    return canvas.made
