"""The interaction board in words."""

from __future__ import annotations

from .stack import Stack, Unit


def unit(stack: Stack, lit: Unit) -> str:
    """What a unit sees and reaches, sparse and dense."""
    seen = [_seen(stack, lit)] if lit[0] else []
    reached = [_reached(stack, lit)] if lit[0] < stack.depth else []
    return f"{name(lit)}. {' '.join(seen + reached)}"


def name(lit: Unit) -> str:
    """A unit by its layer and index.

    >>> name((0, 3)), name((2, 1))
    ('Input 3', 'Unit 1 of layer 2')
    """
    layer, index = lit
    return f"Unit {index} of layer {layer}" if layer else f"Input {index}"


def _seen(stack: Stack, lit: Unit) -> str:
    field, seen, total = stack.field(lit), len(stack.cone(lit)[0]), stack.input_size
    if field is None:
        return "It sees nothing but padding."
    gaps = "" if seen == field[1] - field[0] + 1 else f", {seen} of them; dilation leaves the others out"
    where = f"input {field[0]}" if field[0] == field[1] else f"inputs {field[0]} to {field[1]}{gaps}"
    return f"Sparse, it sees {where}; dense, all {total}."


def _reached(stack: Stack, lit: Unit) -> str:
    reached, total = len(stack.cone(lit)[-1]), stack.sizes[-1]
    return f"Sparse, it reaches {reached} of the {total} units of layer {stack.depth}; dense, all of them."


def facts(stack: Stack) -> list[tuple[str, str]]:
    """(what, its value) below the board: the receptive field's growth, and connections of both kinds."""
    terms = " + ".join(["1", *(str(stack.growth(below)) for below in range(stack.depth))])
    rows = [("A unit of the last layer sees", f"{terms} = {stack.sees(stack.depth)} inputs, less at a border")]
    for layer in range(1, stack.depth + 1):
        below, units, edges = stack.sizes[layer - 1], stack.sizes[layer], len(stack.edges[layer - 1])
        dense = f"dense {below} × {units} = {below * units} weights"
        sparse = f"sparse {edges} connections that share {stack.kernel_size} weights"
        rows.append((f"Layer {layer}", f"{dense}; {sparse}"))
    return rows
