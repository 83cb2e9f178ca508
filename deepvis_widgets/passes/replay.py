"""The operations of a traced pass, run again on inputs of any number."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from torch import Tensor

from .trace import Op, replaced

VIEWS = {"view", "_unsafe_view"}  # say how many pictures there are: one, when they were traced
AGAIN_OTHERWISE = VIEWS | {"as_strided"}


class Replay:
    """Makes the values of the numbers `wanted` from an input (B, ...), where the pass was traced with one of (1, ...).

    Raises what its operations raise where they cannot be run for another number of pictures.

    >>> import torch
    >>> from deepvis_widgets.passes.trace import Trace
    >>> x, trace = torch.ones(1, 2), Trace()
    >>> trace.start(x)
    >>> with trace:
    ...     y = (2 * x).sum(1)
    >>> [found] = Replay(trace.program.ops, [trace.program.number(y)])(torch.ones(3, 2))
    >>> found.tolist()
    [4.0, 4.0, 4.0]
    """

    def __init__(self, ops: list[Op], wanted: Sequence[int]) -> None:
        self.ops, self.wanted = needed(ops, wanted), tuple(wanted)
        self._ends = last_uses(self.ops, wanted)

    def __call__(self, x: Tensor) -> list[Tensor]:
        values: dict[int, Any] = {0: x}
        for op, ended in zip(self.ops, self._ends, strict=True):
            output = again(op, values, len(x))[1]
            outputs = output if isinstance(output, tuple | list) else (output,)
            values.update(zip(op.outs, outputs, strict=False))
            for number in ended:
                values.pop(number, None)
        return [values[number] for number in self.wanted]


def needed(ops: list[Op], wanted: Collection[int]) -> list[Op]:
    """Returns the operations that lead to the values wanted."""
    alive, kept = set(wanted), []
    for op in reversed(ops):
        if alive & set(op.outs):
            alive |= set(op.ins)
            kept.append(op)
    return kept[::-1]


def again(
    op: Op, values: Mapping[int, Any], count: int, func: Callable[..., Any] | None = None
) -> tuple[tuple[Any, ...], Any]:
    """Returns the arguments that an operation has for `count` pictures, and what it, or `func` in its place, makes of
    them.
    """
    args = replaced(op.args, values.__getitem__)
    if op.name == "as_strided" and tuple(args[1])[1:] == args[0].shape[1:]:
        return args, args[0]  # only says in which order a map of one position lies in memory
    if op.name in VIEWS:
        first, *rest = args[1]
        return args, args[0].reshape(max(-1, first * count), *rest)  # maps may lie in memory in another order now
    return args, (func or op.func)(*args, **replaced(op.kwargs, values.__getitem__))


def last_uses(ops: list[Op], wanted: Collection[int]) -> list[list[int]]:
    """Returns for each operation the values that nobody takes after it."""
    seen, ends = set(wanted), []
    for op in reversed(ops):
        ends.append([number for number in {*op.ins, *op.outs} if number not in seen])
        seen |= {*op.ins, *op.outs}
    return ends[::-1]
