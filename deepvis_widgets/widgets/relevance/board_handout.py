"""What the relevance board shows on a page: the way back by every rule, step by step, and every formula."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from ..board.handout import drawing, menu, moments
from ..page.parts import Column, Part, Text
from .board_controls import RULE_NAMES
from .drawing import SIZE, Element, Scene, draw
from .ledger_drawing import LedgerBars
from .toy_network import EDGES, HIDDEN, INPUTS, OUTPUT, STEPS, flow
from .words import describe, low


def page(scene: Scene, inputs: tuple[float, ...]) -> Part:
    """A menu of the rules, in it the way back and every formula, and the account of the layers below."""
    rules = {title: partial(by_rule, scene, inputs, rule) for rule, title in RULE_NAMES.items()}
    return menu("Rule", rules, list(RULE_NAMES).index(scene.division.name))


def by_rule(scene: Scene, inputs: tuple[float, ...], rule: str) -> Part:
    """The same moment by another rule."""
    division = replace(scene.division, name=rule)
    found = flow(inputs, scene.weights, scene.biases, division)
    made = replace(scene, division=division, flow=found, chosen=None)  # there is no field to change a number in
    bars = LedgerBars(made.flow.ledger)
    shown = menu("Show", {"step by step": lambda: steps(made), "every formula": lambda: formulas(made)})
    return Column([shown, drawing(bars.size, bars.draw, bars.words)])


def steps(scene: Scene) -> Part:
    """The way back."""
    return moments([""] * STEPS, lambda step: moment(replace(scene, step=step, pointed=None)), scene.step)


def formulas(scene: Scene) -> Part:
    """Every neuron and edge, from the answer back to the inputs, as if the pointer were on it at the last step."""
    edges = [edge for edge in EDGES if edge in scene.weights]
    after, before = ([edge for edge in edges if (edge[1] == OUTPUT) == last] for last in (True, False))
    elements: list[Element] = [OUTPUT, *after, *HIDDEN, *before, *INPUTS]
    whole = replace(scene, step=STEPS - 1)
    return moments(
        [_name(element) for element in elements],
        lambda number: moment(replace(whole, pointed=elements[number])),
        title="Relevance",
    )


def moment(scene: Scene) -> Part:
    """A scene drawn, and what the board says of it."""
    words = describe(scene.pointed, scene.step, scene.flow, scene.division)
    return Column([drawing(SIZE, lambda pen: draw(pen, scene)), Text(words)])


def _name(element: Element) -> str:
    if isinstance(element, tuple):
        return f"R{low(element[0])}←{low(element[1])}"
    return f"R{low(element or 0)}"
