"""The deconvnet board in words."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from ..board.cells import Cell
from ..board.pen import short
from .lesson import STEPS, DeconvnetLesson, Place

RULE_NAMES = {"gradient": "gradient", "deconvnet": "deconvnet", "guided": "guided backprop"}
SEED_NAMES = {
    "above": "the signal from the layer above",
    "one": "1.0 at one activation",
    "activation": "one activation alone",
    "map": "the whole map",
}
PASSES = {
    "gradient": "Gradient: the signal passes ReLU where z was positive.",
    "deconvnet": "Deconvnet: the signal passes ReLU where it is positive itself, whatever z was.",
    "guided": "Guided backprop: the signal passes ReLU only where it and z are positive.",
}
STARTS = {
    "above": "The way back starts from the signal of the layer above, one number for each pooled cell.",
    "one": "The way back starts from 1.0 at one pooled cell; all others are set to zero.",
    "activation": "The way back starts from one activation alone; all others are set to zero.",
    "map": "The way back starts from the whole map: every activation of it.",
}


def step(lesson: DeconvnetLesson, index: int) -> str:
    """What is new in a step, with its number."""
    return f"Step {index + 1} of {STEPS}. {told(lesson, index)}"


def told(lesson: DeconvnetLesson, index: int) -> str:
    """What is new in a step."""
    return (
        "Convolution: the kernel slides over x; each cell of z is the sum of products in its window.",
        "ReLU keeps what is positive and sets the rest to zero.",
        "Max pooling keeps the largest number of each window; a ring marks its switch, the place it came from.",
        STARTS[lesson.seed],
        "Unpooling puts each number back at its switch; every other cell is zero.",
        PASSES[lesson.rule],
        "Transposed convolution: each number spreads the kernel over its window of x, and what overlaps is added.",
    )[index]


def panel_title(lesson: DeconvnetLesson, panel: str) -> str:
    """The name over a panel."""
    titles = {
        **{"input": "x", "kernel": "kernel w", "z": "z = w ∗ x", "rectified": "ReLU(z)", "pooled": "max pooling"},
        **{"signal": "signal", "unpooled": "unpooled", "behind": f"behind ReLU: {RULE_NAMES[lesson.rule]}"},
        **{"flipped": "w, flipped", "back": "back at x"},
    }
    return titles[panel]


def cell(lesson: DeconvnetLesson, pointed: Cell) -> str:
    """What happened at a cell: the sum behind it, the switch, or what each rule lets through."""
    place = (pointed.row, pointed.col)
    if pointed.grid in ("kernel", "flipped"):
        value = short(float(lesson.values(pointed.grid)[place]))
        return f"Weight {place} of the {'flipped kernel' if pointed.grid == 'flipped' else 'kernel'}: {value}."
    if pointed.grid == "input":
        return _input(lesson, place)
    if pointed.grid == "z":
        slide = lesson.forward
        pairs = [(weight, float(slide.source[at])) for weight, at in _weighted(slide.kernel, slide.window(*place))]
        return f"z{place} = {_sum(pairs)} = {short(float(slide.result[place]))}."
    if pointed.grid == "back":
        return _back(lesson, place)
    if pointed.grid in ("pooled", "signal"):
        return _window(lesson, place)
    return _rectifier(lesson, place)


def _input(lesson: DeconvnetLesson, place: Place) -> str:
    count = len(lesson.users(place))
    return f"x{place} = {short(float(lesson.x[place]))}; {_counted(count, 'cell')} of z see{'s' * (count == 1)} it."


def _back(lesson: DeconvnetLesson, place: Place) -> str:
    slide = lesson.backward
    pairs = [(weight, float(slide.source[at])) for weight, at in _weighted(slide.kernel, slide.window(*place))]
    sent = [(weight, value) for weight, value in pairs if value]
    return f"Back at x{place}: {_sum(sent)}{'' if not sent else f' = {short(float(slide.result[place]))}'}."


def _window(lesson: DeconvnetLesson, place: Place) -> str:
    largest, back = (float(values[place]) for values in (lesson.pooled.pooled, lesson.signal))
    tie = "" if largest else " No number in it is positive, so the first cell is the switch."
    return (
        f"Window {place}: its largest number is {short(largest)}, at {lesson.switch(place)}.{tie} "
        f"The signal {short(back)} goes back there."
    )


def _rectifier(lesson: DeconvnetLesson, place: Place) -> str:
    z, relu, back = (float(lesson.values(name)[place]) for name in ("z", "rectified", "unpooled"))
    passed = ", ".join(f"{RULE_NAMES[name]} {short(float(v[place]))}" for name, v in lesson.pooled.backward.items())
    where = "a switch" if place in lesson.sources else "no switch"
    start = f"Cell {place}: z = {short(z)}, ReLU(z) = {short(relu)}; {where}, unpooled signal {short(back)}."
    return f"{start} Behind ReLU: {passed}."


def _weighted(kernel: Tensor, window: Sequence[Place]) -> list[tuple[float, Place]]:
    return list(zip(kernel.flatten().tolist(), window, strict=True))


def _sum(pairs: Sequence[tuple[float, float]]) -> str:
    """Products of (weight, number), written out."""
    return " + ".join(f"{_factor(weight)}·{_factor(value)}" for weight, value in pairs) or "0"


def _factor(value: float) -> str:
    return f"({short(value)})" if value < 0 else short(value)


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' * (count != 1)}"
