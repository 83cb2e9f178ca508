"""The score of a single class where the head allows it: what only the others need is left out of a traced pass."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import replace
from typing import Any

from torch import Tensor

from .operation_calls import ConvolutionCall
from .trace import Op, Program, Untraceable

# what does the same to every channel by itself, between the last weights and the scores
BETWEEN = {"relu", "mean", "_adaptive_avg_pool2d", "avg_pool2d", "clone", "detach", "alias", "native_dropout"}
SHAPES = {"view", "_unsafe_view", "as_strided"}  # say how many channels there are


def narrow_to_class(program: Program, scores: int, index: int, wanted: Collection[int]) -> None:
    """Changes a program so that its value number `scores`, the class scores (1, classes), is that of class `index`
    alone, (1, 1).

    Raises Untraceable, with nothing changed, where the scores do not come from a convolution or linear map by steps
    that leave classes apart, or one of the `wanted` values, or another operation, needs all classes.
    """
    classes = program.values[scores].shape[1]
    makers = {number: place for place, op in enumerate(program.ops) for number in op.outs}
    taken = Counter(number for op in program.ops for number in op.ins) + Counter(wanted)
    changed: dict[int, Op] = {}
    number, last = scores, False
    while not last:
        op = program.ops[makers[number]] if number in makers else None
        if op is None or taken[number] > 1 or program.values[number].shape[1] != classes:
            raise Untraceable("the scores do not come from one layer")
        made = _for_class(op, index, classes)
        last = made is not op and op.name not in SHAPES
        changed[number] = made
        number = op.ins[0]
    for number, op in changed.items():
        program.ops[makers[number]] = op
        program.values[number] = program.values[number][:, index : index + 1]


def _for_class(op: Op, index: int, classes: int) -> Op:
    """Returns the operation for one class; itself where it does not matter how many there are."""
    if op.name in BETWEEN:
        return op
    if op.name in SHAPES and op.args[1][1] == classes:
        first, _, *rest = op.args[1]
        return replace(op, args=(op.args[0], [first, 1, *rest], *op.args[2:]))
    call = ConvolutionCall.of(op)
    if call is not None and call.groups == 1 and not call.transposed:
        return replace(op, args=tuple(call._replace(weight=_row(call.weight, index), bias=_row(call.bias, index))))
    if op.name == "addmm" and isinstance(op.args[2], Tensor) and isinstance(op.args[0], Tensor):
        bias, x, weight = op.args
        return replace(op, args=(_row(bias, index), x, weight[:, index : index + 1]))
    raise Untraceable(f"{op.name} stands between the last weights and the scores")


def _row(weights: Any, index: int) -> Any:
    return None if weights is None else weights[index : index + 1]
