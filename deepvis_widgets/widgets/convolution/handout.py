"""What the convolution board shows on a page: each cell that comes out, both ways, here and in the examples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from ..board.handout import menu, moment, moments
from ..page.parts import Chart, Column, Line, Part, Table, Text
from . import words
from .controls import WAYS
from .cost_lines import expected, measured
from .costs import Times
from .drawing import Scene
from .lesson import Lesson
from .state import PRESETS, example_lesson

NOW = "these numbers"


def page(lesson: Lesson, step: int, times: Sequence[Times]) -> Part:
    """A menu of these numbers and the examples, in it the convolution and its transpose, and in each all cells that
    come out, from the present one on. Below stands what was measured.
    """
    lessons = {name: example_lesson(name, lesson.transposed) for name in PRESETS}
    now = next((name for name, other in lessons.items() if other.same(lesson)), NOW)
    if now == NOW:
        lessons = {NOW: lesson, **lessons}
    shown = {name: partial(ways, each, step if name == now else 0) for name, each in lessons.items()}
    examples = menu("Example", shown, list(shown).index(now))
    return Column([examples, costs(times)]) if times else examples


def ways(lesson: Lesson, step: int) -> Part:
    """The convolution, and its transpose."""
    shown = {
        name: partial(cells, replace(lesson, transposed=transposed), step if transposed == lesson.transposed else 0)
        for name, transposed in WAYS.items()
    }
    return menu("Way", shown, list(WAYS.values()).index(lesson.transposed))


def cells(lesson: Lesson, step: int) -> Part:
    """The cells that come out, one after the other, and the facts below."""
    name = "Wᵀy" if lesson.transposed else "y"
    labels = [f"{name}({words.at(lesson, *lesson.position(index))})" for index in range(lesson.count)]

    def at(index: int) -> Part:
        return moment(Scene(lesson, index, index), words.step(lesson, index))

    return Column([moments(labels, at, step, "Cell"), Table((), words.facts(lesson))])


def costs(times: Sequence[Times]) -> Part:
    """How long both ways back took, over the size of the input."""
    sizes = [float(each.size) for each in times]
    dots = [Line(name, sizes, found.tolist(), colour, dots=True) for name, colour, found in measured(times)]
    lines = [Line(name, sizes, found.tolist(), colour) for name, colour, _, found in expected(times)]
    chart = Chart([*dots, *lines], "Time both", "n, cells of x", "ms", 260, log=True)
    return Column([chart, Text(words.times(times))])
