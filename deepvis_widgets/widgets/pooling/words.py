"""The pooling board in words."""

from __future__ import annotations

from ..board.cells import Cell
from ..board.pen import short
from .lesson import SMALL, STEPS, PoolingLesson


def step(index: int) -> str:
    """What is new in a step.

    >>> step(3)
    'Step 4 of 7. Unpooling puts each number back at its switch; every other cell is zero.'
    """
    return f"Step {index + 1} of {len(STEPS)}. {STEPS[index]}"


def cell(lesson: PoolingLesson, pointed: Cell) -> str:
    """What happened at a cell, there and back."""
    position = (pointed.row, pointed.col)
    if pointed.grid in SMALL:
        return _window(lesson, *position)
    x, relu, back = (float(lesson.values(name)[position]) for name in ("input", "rectified", "unpooled"))
    passed = {name: short(float(values[position])) for name, values in lesson.pooled.backward.items()}
    signs = f"Here x is {_sign(x)}, the signal is {_sign(back)}"
    given = f"gradient {passed['gradient']}, deconvnet {passed['deconvnet']}, guided backprop {passed['guided']}"
    where = "a switch" if position in lesson.sources else "no switch"
    start = f"Cell {position}: x = {short(x)}, ReLU(x) = {short(relu)}; {where}, unpooled signal"
    return f"{start} {short(back)}. {signs}: {given}."


def _window(lesson: PoolingLesson, row: int, col: int) -> str:
    switch, largest = lesson.switch(row, col), short(float(lesson.pooled.pooled[row, col]))
    back = short(float(lesson.signal[row, col]))
    tie = " No number in it is positive, so the first cell is the switch." if largest == "0" else ""
    return (
        f"Window ({row}, {col}): its largest number is {largest}, at {switch}.{tie} The signal {back} goes back there."
    )


def _sign(value: float) -> str:
    return "positive" if value > 0 else "not positive"
