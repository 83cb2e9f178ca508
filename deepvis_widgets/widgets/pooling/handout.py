"""What the pooling board shows on a page: its steps, and what happens at each cell."""

from __future__ import annotations

from ..board.cells import Cell
from ..board.handout import menu, moment, moments
from ..page.parts import Part
from . import words
from .drawing import Scene
from .lesson import STEPS, PoolingLesson

LAST = len(STEPS) - 1


def page(lesson: PoolingLesson, step: int) -> Part:
    """All steps, from the present one on, and each cell with what belongs to it lit."""
    return menu("Show", {"step by step": lambda: steps(lesson, step), "cell by cell": lambda: cells(lesson)})


def steps(lesson: PoolingLesson, step: int) -> Part:
    """The way there and back."""
    return moments([""] * len(STEPS), lambda index: moment(Scene(lesson, index), words.step(index)), step)


def cells(lesson: PoolingLesson) -> Part:
    """Every cell of the input, row by row, as if the pointer were on it when all steps are shown."""
    places = [Cell("input", row, col) for row in range(len(lesson.x)) for col in range(len(lesson.x))]
    labels = [f"({cell.row}, {cell.col})" for cell in places]

    def at(index: int) -> Part:
        return moment(Scene(lesson, LAST, places[index]), words.cell(lesson, places[index]))

    return moments(labels, at, title="Cell")
