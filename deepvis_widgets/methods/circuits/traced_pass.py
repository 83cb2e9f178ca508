"""One pass of a network as a list of operations, with the layer that each of its values is."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from ...core.attention.heads import Heads
from ...core.network.network import Network
from ...core.network.operations import Numbers, Positions, with_positions
from ...passes.trace import Op, Program, Trace, Untraceable
from .linear_steps import numbers_of

SHAPED = with_positions(Positions.NONE)


@dataclass(frozen=True, eq=False)
class TracedPass:
    """A pass over one picture. `layers` says which layer a value is the output of, `makers` which operation made it,
    and `takers` how many others take it, whatever it was handed through unchanged.

    >>> import deepvis_widgets as dv
    >>> net = dv.load("husky-wolf")
    >>> traced = TracedPass.of(net, net.view(dv.scene("wolf", "snow")))
    >>> number = traced.number("features.conv2")
    >>> traced.makers[number].name, traced.takers[number]
    ('convolution', 1)
    """

    program: Program
    outputs: dict[str, Tensor]
    layers: dict[int, str]
    makers: dict[int, Op]
    takers: Counter[int]

    @classmethod
    def of(cls, network: Network, view: Tensor) -> TracedPass | None:
        """Runs a pass over a view (3, H, W); None where it cannot be written as a list of operations."""
        x, trace = network.feed(view[None]), _Trace()
        trace.start(x)
        names = [layer.name for layer in network.layers if not isinstance(layer.layout, Heads)]
        try:
            recording = network.run(x, keep=names, beside=trace)
        except Untraceable:
            return None
        program = trace.program
        kept = {name: program.numbers.get(id(output)) for name, output in recording.outputs.items()}
        layers = {number: name for name, number in kept.items() if number is not None}
        makers = {number: op for op in program.ops for number in op.outs}
        return cls(program, recording.outputs, layers, makers, _takers(program.ops))

    def number(self, layer: str) -> int | None:
        """Returns the number of the value that is the output of a layer, None where it is none."""
        return self.program.numbers.get(id(self.outputs[layer]))


class _Trace(Trace):  # type: ignore[no-untyped-call]
    """A trace in which what has only its shape from the picture is none of the values: masks of windows, say."""

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func._schema.name.split("::")[1] in SHAPED:
            return func(*args, **(kwargs or {}))
        return super().__torch_dispatch__(func, types, args, kwargs)


def _takers(ops: list[Op]) -> Counter[int]:
    found: Counter[int] = Counter()
    for op in reversed(ops):
        own = sum(found[number] for number in op.outs) if numbers_of(op) is Numbers.SAME else 1
        for number in set(op.ins):
            found[number] += own
    return found
