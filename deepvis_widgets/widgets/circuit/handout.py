"""What the circuit board shows on a page: the units of the trail taken apart, and those one layer further down."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np
from torch import Tensor

from ...core.network.network import Network
from ...core.network.target import Target
from ...core.picture.picture import to_bytes
from ...methods.circuits.answers import Answered
from ..board.handout import drawing, menu
from ..page.parts import Column, Map, Part, Picture, Row, Table, Text
from .drawing import Scene, draw
from .words import called, plain, sentence, signed

SIDE, PATTERN = 288, 96  # css pixels: of the picture, and of what a unit wants to see
MOST = 20  # terms in a table
Pictures = Mapping[tuple[str, int], Tensor]
Apart = Callable[[Sequence[Target]], Answered]


def page(network: Network, answer: Answered, apart: Apart, pictures: Callable[[Answered], Pictures]) -> Part:
    """A menu of the trail and of the units that its last one is made of, each taken apart by `apart`; `pictures` knows
    what its units want to see.
    """
    trail = [node.unit for node in answer.nodes]
    ways = {_name(unit): trail[: place + 1] for place, unit in enumerate(trail)}
    ways |= {f"↓ {_name(row.below)}": [*trail, row.below] for row in answer.rows if row.below is not None}

    def shown(units: Sequence[Target]) -> Part:
        found = answer if len(units) == len(trail) else apart(units)
        return unit(network, found, pictures(found))

    return menu("Unit", {name: partial(shown, units) for name, units in ways.items()}, len(trail) - 1)


def unit(network: Network, answer: Answered, pictures: Pictures) -> Part:
    """One unit: its map over the picture, the drawing, its terms, and what the units below want to see."""
    node, scene = answer.nodes[-1], Scene(answer, pictures)
    words = sentence(answer.circuit, node.single, node.name)
    drawn = drawing(scene.size, lambda pen: draw(pen, scene))
    beside = Row([picture(network, answer), Column([drawn, Text(words)])])
    return Column([beside, *wanted(answer, pictures), terms(answer)])


def picture(network: Network, answer: Answered) -> Part:
    """The picture under the map of the unit, and round what it sees a box."""
    node, pixels = answer.nodes[-1], to_bytes(answer.view)
    if node.single:
        return Picture(pixels, size=SIDE)
    title = f"{node.unit.layer}:{node.unit.channel}"
    position, field = node.unit.position, network.layers[node.unit.layer].field
    boxes = [] if position is None or isinstance(position, str) else [field.box(position)]
    values: np.ndarray = node.map.float().numpy()
    colours = {"colormap": "blue-red", "signed": True, "opacity": 0.55}
    return Map(values, title, picture=pixels, size=SIDE, boxes=boxes, **colours)  # type: ignore[arg-type]


def wanted(answer: Answered, pictures: Pictures) -> list[Part]:
    """Pictures of what the units of the strongest terms look for, as far as they are known."""
    found = [
        Picture(to_bytes(pictures[row.term.layer, row.term.unit]), _below(row.term.layer, row.term.unit), PATTERN)
        for row in answer.rows
        if (row.term.layer, row.term.unit) in pictures
    ]
    return [Text("What the units below look for", "heading"), Row(found)] if found else []


def terms(answer: Answered) -> Table:
    """The strongest terms, the sum of those left out, and what is no term."""
    circuit, shown = answer.circuit, answer.circuit.terms[:MOST]
    rows = [(term.layer, str(term.unit), signed(term.adds)) for term in shown]
    left_out = circuit.terms[MOST:]
    if left_out:
        rows.append((f"{len(left_out)} others", "", signed(sum(term.adds for term in left_out))))
    end = ("bias", circuit.bias) if circuit.exact else ("rest: biases on the way", circuit.rest)
    rows += [(end[0], "", signed(end[1])), ("together", "", plain(circuit.enters))]
    return Table(("layer", "unit", "adds"), rows, "What each unit adds")


def _below(layer: str, unit: int) -> str:
    return f"{layer.rsplit('.', 1)[-1]}:{unit}"


def _name(unit: Target) -> str:
    return f"{unit.layer}, {called(unit, single=False)}"
