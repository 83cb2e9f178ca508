"""Layers of units along one axis: which units of one reach which of the next, and what a unit sees through all."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from ...core.errors import DeepvisError
from ..convolution.arithmetic import Axis

Unit = tuple[int, int]  # (layer, index); layer 0 is the input
Cone = tuple[frozenset[int], ...]  # the units of each layer that belong to one unit

# name: (label, lowest, highest)
RANGES: dict[str, tuple[str, int, int]] = {
    "input_size": ("Input", 2, 16),
    "kernel_size": ("Kernel", 1, 5),
    "stride": ("Stride", 1, 3),
    "padding": ("Padding", 0, 4),
    "dilation": ("Dilation", 1, 3),
    "depth": ("Layers", 1, 5),
}


@dataclass(frozen=True)
class Stack:
    """`depth` convolutions of the same kernel size, stride, padding and dilation, one after the other.

    Raises DeepvisError where a layer does not fit, or the board cannot show it.

    >>> stack = Stack(input_size=9, kernel_size=3, padding=0, depth=2)
    >>> stack.sizes, stack.field((2, 0)), sorted(stack.cone((2, 0))[0])
    ((9, 7, 5), (0, 4), [0, 1, 2, 3, 4])
    """

    input_size: int = 9
    kernel_size: int = 3
    stride: int = 1
    padding: int = 1
    dilation: int = 1
    depth: int = 3

    def __post_init__(self) -> None:
        for name, (label, low, high) in RANGES.items():
            if not low <= getattr(self, name) <= high:
                raise DeepvisError(f"{label} is {getattr(self, name)}; this board shows values from {low} to {high}.")
        if max(self.sizes) > RANGES["input_size"][2]:
            raise DeepvisError(f"A layer would have {max(self.sizes)} units; this board shows at most 16.")

    @cached_property
    def axes(self) -> tuple[Axis, ...]:
        """The convolutions, the lowest first."""
        found: list[Axis] = []
        for layer in range(self.depth):
            size = found[-1].output if found else self.input_size
            try:
                found.append(Axis(size, self.kernel_size, self.stride, self.padding, self.dilation))
            except DeepvisError as error:
                raise DeepvisError(f"Layer {layer + 1} does not fit. {error}") from None
        return tuple(found)

    @cached_property
    def sizes(self) -> tuple[int, ...]:
        """How many units each layer has, from the input on."""
        return (self.input_size, *(axis.output for axis in self.axes))

    def below(self, unit: Unit) -> list[int]:
        """The units of the layer below that a unit is made of; what lies in the padding is none."""
        layer, index = unit
        first = index * self.stride - self.padding
        places = (first + tap * self.dilation for tap in range(self.kernel_size))
        return [place for place in places if layer and 0 <= place < self.sizes[layer - 1]]

    @cached_property
    def edges(self) -> tuple[tuple[tuple[int, int], ...], ...]:
        """For each layer after the input: (unit below, unit) of every connection."""
        return tuple(
            tuple((place, index) for index in range(self.sizes[layer]) for place in self.below((layer, index)))
            for layer in range(1, self.depth + 1)
        )

    def cone(self, unit: Unit, dense: bool = False) -> Cone:
        """The units that belong to a unit, layer by layer: what it sees below it, itself, what it reaches above it."""
        layer, index = unit
        if dense:
            return tuple(frozenset([index] if at == layer else range(size)) for at, size in enumerate(self.sizes))
        found = {layer: frozenset([index])}
        for at in range(layer, 0, -1):
            found[at - 1] = frozenset(place for place, unit in self.edges[at - 1] if unit in found[at])
        for at in range(layer, self.depth):
            found[at + 1] = frozenset(unit for place, unit in self.edges[at] if place in found[at])
        return tuple(found[at] for at in range(self.depth + 1))

    def field(self, unit: Unit) -> tuple[int, int] | None:
        """(first, last) input that a unit sees; None where it sees nothing but padding."""
        seen = self.cone(unit)[0]
        return (min(seen), max(seen)) if seen else None

    def sees(self, layer: int) -> int:
        """How many inputs a unit of a layer spans where no border cuts it off: 1 + Σ d(k - 1) sʲ."""
        return 1 + sum(self.growth(below) for below in range(layer))

    def growth(self, below: int) -> int:
        """By how much the layer over the layer `below` makes that larger."""
        return self.dilation * (self.kernel_size - 1) * self.stride**below

    def centre(self, unit: Unit) -> float:
        """Where a unit stands over the inputs, in inputs from the first: in the middle of what it would see."""
        layer, index = unit
        place = float(index)
        for _ in range(layer):
            place = place * self.stride - self.padding + self.dilation * (self.kernel_size - 1) / 2
        return place
