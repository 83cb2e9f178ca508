"""What is drawn on a canvas, kept: to be drawn again elsewhere, on paper or in the browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .parts import Drawing

Call = tuple[str, tuple[Any, ...]]
SET = "="  # before the name of what a canvas is set to
Paint = Callable[[Any, bool], None]


class Recorder:
    """Takes any calls of a canvas, and what is set on it, and keeps them in order.

    >>> recorder = Recorder()
    >>> recorder.fill_style = "#ff0000"
    >>> recorder.fill_rect(0, 0, 4, 4)
    >>> recorder.calls
    [('=fill_style', ('#ff0000',)), ('fill_rect', (0, 0, 4, 4))]
    """

    calls: list[Call]

    def __init__(self) -> None:
        object.__setattr__(self, "calls", [])

    def __setattr__(self, name: str, value: Any) -> None:
        self.calls.append((SET + name, (value,)))

    def __getattr__(self, name: str) -> Callable[..., None]:
        def call(*arguments: Any) -> None:
            self.calls.append((name, tuple(map(_kept, arguments))))

        return call


def replay(calls: list[Call], canvas: Any) -> None:
    """Draws what was recorded on a canvas."""
    for name, arguments in calls:
        if name.startswith(SET):
            setattr(canvas, name.removeprefix(SET), *arguments)
        else:
            getattr(canvas, name)(*arguments)


def recorded(size: tuple[int, int], paint: Paint, alt: str = "") -> Drawing:
    """Returns a drawing that stays as `paint` draws it now, on light and on dark.

    >>> from .paper import Paper
    >>> colours = ["#ff0000"]
    >>> def paint(canvas, dark):
    ...     canvas.fill_style = colours[0]
    ...     canvas.fill_rect(0, 0, 2, 2)
    >>> drawing = recorded((2, 2), paint)
    >>> colours[0] = "#0000ff"
    >>> paper = Paper((2, 2), "#ffffff", density=1)
    >>> drawing.paint(paper, False)
    >>> paper.picture.getpixel((0, 0))
    (255, 0, 0)
    """
    found = {}
    for dark in (False, True):
        recorder = Recorder()
        paint(recorder, dark)
        found[dark] = recorder.calls
    return Drawing(size, lambda canvas, dark: replay(found[dark], canvas), alt)


def _kept(value: Any) -> Any:
    return np.array(value) if isinstance(value, np.ndarray) else value
