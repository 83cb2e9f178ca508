"""What the deconvnet board shows on a page: its steps by every rule and from every seed, and each cell of z."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from ..board.cells import Cell
from ..board.handout import menu, moment, moments
from ..page.parts import Part
from . import words
from .drawing import Scene
from .lesson import STEPS, DeconvnetLesson
from .words import RULE_NAMES, SEED_NAMES


def page(lesson: DeconvnetLesson, step: int) -> Part:
    """All steps by each rule, from the present one on, and each cell of z with what belongs to it lit."""
    return menu("Show", {"step by step": lambda: rules(lesson, step), "cell by cell": lambda: cells(lesson)})


def rules(lesson: DeconvnetLesson, step: int) -> Part:
    """A menu of the rules, and in it one of what may start the way back."""
    found = {title: partial(seeds, replace(lesson, rule=rule), step) for rule, title in RULE_NAMES.items()}
    return menu("Rule", found, list(RULE_NAMES).index(lesson.rule))


def seeds(lesson: DeconvnetLesson, step: int) -> Part:
    """What may start the way back."""
    found = {title: partial(steps, replace(lesson, seed=seed), step) for seed, title in SEED_NAMES.items()}
    return menu("Back from", found, list(SEED_NAMES).index(lesson.seed))


def steps(lesson: DeconvnetLesson, step: int) -> Part:
    """The way there and back."""
    return moments([""] * STEPS, lambda index: moment(Scene(lesson, index), words.step(lesson, index)), step)


def cells(lesson: DeconvnetLesson) -> Part:
    """Every cell of z, row by row, as if the pointer were on it when all steps are shown."""
    side = len(lesson.values("z"))
    places = [Cell("z", row, col) for row in range(side) for col in range(side)]
    labels = [f"z({cell.row}, {cell.col})" for cell in places]

    def at(index: int) -> Part:
        return moment(Scene(lesson, STEPS - 1, places[index]), words.cell(lesson, places[index]))

    return moments(labels, at, title="Cell")
