"""A board as parts of a page: what it draws at one moment and says of it, and moments that one steps through."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from ..page.parts import Choice, Column, Drawing, Later, Part, Text
from .cell_board import Scene
from .cells import CellMap
from .pen import DARK, LIGHT, Pen

Moment = Callable[[int], Part]  # of a number, from 0


def drawing(size: tuple[int, int], draw: Callable[[Pen], object], alt: str = "") -> Drawing:
    """What `draw` draws on `size` (height, width) css px, in the colours of a light page and of a dark one; `alt` says
    the same where no words stand beside it.
    """

    def paint(canvas: Any, dark: bool) -> None:
        draw(Pen(canvas, DARK if dark else LIGHT))

    return Drawing(size, paint, alt)


def moment(scene: Scene, words: str) -> Column:
    """A scene drawn, and below it the words that the board says of it."""
    return Column([drawing(scene.size, lambda pen: scene.draw(pen, CellMap())), Text(words)])


def moments(labels: Sequence[str], made: Moment, chosen: int = 0, title: str = "") -> Choice:
    """One moment for each label, which may be empty, stepped through; each is made when somebody looks at it."""
    makers = [partial(made, number) for number in range(len(labels))]
    return Choice(labels, Later(makers), title, chosen, steps=True)


def menu(title: str, parts: Mapping[str, Callable[[], Part]], chosen: int = 0) -> Choice:
    """Parts by name, chosen from a menu; each is made when somebody looks at it."""
    return Choice(list(parts), Later(list(parts.values())), title, chosen)
