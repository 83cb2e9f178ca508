"""What the interaction board shows on a page: the cones of every unit, layer by layer."""

from __future__ import annotations

from functools import partial

from ..board.handout import menu, moment, moments
from ..page.parts import Column, Part, Table
from . import words
from .drawing import Scene
from .stack import Stack, Unit


def page(stack: Stack, lit: Unit) -> Part:
    """A menu of the layers, and in each its units one after the other, from the one that is lit on; the sizes below."""
    names = ["input", *(f"layer {layer}" for layer in range(1, stack.depth + 1))]
    layers = {name: partial(units, stack, layer, lit) for layer, name in enumerate(names)}
    return Column([menu("Layer", layers, lit[0]), Table((), words.facts(stack))])


def units(stack: Stack, layer: int, lit: Unit) -> Part:
    """The units of a layer with what each sees and reaches."""
    size = stack.sizes[layer]
    chosen = lit[1] if lit[0] == layer else size // 2

    def at(index: int) -> Part:
        return moment(Scene(stack, (layer, index)), words.unit(stack, (layer, index)))

    return moments([f"unit {index}" for index in range(size)], at, chosen)
