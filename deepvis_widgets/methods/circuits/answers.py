"""What widgets show of circuits: a trail of units with their values, and the last of them taken apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ...core.network.network import Network
from ...core.network.target import Target
from .circuit import Circuit, Part, Term
from .explain import Circuits
from .walk import PICTURE

ROWS = 8  # terms that have a row of their own, unless more are asked for


@dataclass(frozen=True, eq=False)
class Row:
    """One term, with the map (h, w) of its unit and its kernel (h, w); `below` is the unit to go down to, None where it
    is the picture itself.
    """

    term: Term
    part: Part
    map: Tensor
    kernel: Tensor
    below: Target | None


@dataclass(frozen=True, eq=False)
class Node:
    """A unit of the trail with its map (h, w), its value, and what it adds to the one before it (None for the first,
    and where it is not among that one's terms); `name` is a class's label, and empty for units that have none.
    """

    unit: Target
    map: Tensor
    value: float
    adds: float | None
    name: str = ""

    @property
    def single(self) -> bool:
        """Whether its map is one number."""
        return self.map.numel() == 1


@dataclass(frozen=True, eq=False)
class Answered:
    """The picture (3, H, W), the trail, the circuit of its last unit, and the rows of that."""

    view: Tensor
    nodes: Sequence[Node]
    circuit: Circuit
    rows: Sequence[Row]

    @classmethod
    def of(
        cls, circuits: Circuits, known: dict[Target, Circuit], trail: Sequence[Target], rows: int = ROWS
    ) -> Answered:
        """Takes the units of a trail apart, with at most so many `rows`; `known` keeps what was found for one picture.

        >>> import deepvis_widgets as dv
        >>> net = dv.load("husky-wolf")
        >>> circuits = Circuits(net, net.view(dv.scene("wolf", "snow")))
        >>> found = Answered.of(circuits, {}, [Target(5, "features.conv2", (3, 4))], rows=3)
        >>> len(found.rows), found.rows[0].kernel.shape, found.rows[0].below.layer
        (3, torch.Size([5, 5]), 'features.relu1')
        """
        found = [known[unit] if unit in known else known.setdefault(unit, circuits.of(unit)) for unit in trail]
        last = found[-1]
        made = [_row(circuits, last, term) for term in last.terms[:rows]]
        before = [None, *found[:-1]]
        nodes = [_node(circuits, own, above) for own, above in zip(found, before, strict=True)]
        return cls(circuits.view, nodes, last, made)

    @property
    def others(self) -> float:
        """What the terms that have no row add up to."""
        return sum(term.adds for term in self.circuit.terms[len(self.rows) :])


def _row(circuits: Circuits, circuit: Circuit, term: Term) -> Row:
    part = circuit.parts[term.part]
    below = None
    if term.layer != PICTURE:
        below = Target(term.unit, term.layer, strongest_place(part, term.unit))
    return Row(term, part, circuits.map_of(term.layer, term.unit), part.kernel[term.unit], below)


def kernel_ends(row: Row, rows: Sequence[Row]) -> tuple[float, float]:
    """Returns what the kernel of a row is coloured between, the same on both sides of 0. Kernels of a single number are
    compared with those of the other rows of their layer: each by itself would say no more than its sign.

    >>> import deepvis_widgets as dv
    >>> net = dv.load("husky-wolf")
    >>> circuits = Circuits(net, net.view(dv.scene("wolf", "snow")))
    >>> rows = Answered.of(circuits, {}, [Target(5, "features.conv2", (3, 4))]).rows
    >>> kernel_ends(rows[0], rows) == kernel_ends(rows[0], rows[:1])
    True
    """
    kernels = [row.kernel]
    if row.kernel.numel() == 1:
        kernels = [other.kernel for other in rows if other.term.part == row.term.part and other.kernel.numel() == 1]
    most = max(float(kernel.abs().max()) if kernel.numel() else 0.0 for kernel in kernels)
    return -most, most


def strongest_place(part: Part, unit: int) -> tuple[int, int] | None:
    """Returns where in the window a unit adds, or takes, most; None where it has no place on the map."""
    if part.window is None:
        return None
    row, col = part.places[unit].tolist()
    return row, col


def _node(circuits: Circuits, own: Circuit, above: Circuit | None) -> Node:
    layer = own.unit.layer
    assert layer is not None
    adds = None
    if above is not None:
        every = [term.adds for term in above.terms if (term.layer, term.unit) == (layer, own.unit.channel)]
        adds = float(torch.tensor(every, dtype=torch.float64).sum()) if every else None
    name = named(circuits.network, layer, own.unit.channel)
    return Node(own.unit, circuits.map_of(layer, own.unit.channel), own.value, adds, name)


def named(network: Network, layer: str, unit: int) -> str:
    """Returns what a unit is called: a label where the layer is the last one and has one number for each class."""
    found, labels = network.layers[layer], network.labels
    if found.names:
        return str(found.names[unit])
    scores = layer == network.layers.names[-1] and found.shape == (len(labels),)
    return labels[unit] if scores else ""
