"""From one number of a pass down to the units that it is made of, through operations that are affine."""

from __future__ import annotations

from dataclasses import dataclass, field

from torch import Tensor

from ...core.network.operations import OPERATIONS, Numbers, Positions
from ...passes.trace import Op
from .linear_steps import CARRYING, MIXING, back, is_affine, numbers_of
from .traced_pass import TracedPass

PICTURE = "picture"


class Inexact(Exception):
    """An operation on the way is not affine in what it takes."""


@dataclass(frozen=True, eq=False)
class Source:
    """Numbers that enter: the value `number` of the pass, each times its `weight`. They are the output of a `layer`, or
    what a function such as relu, `through`, makes of it. `entry` is the value that meets the layer's weights, with
    these, where that is a pooled or moved one; None where it is this one, or several.
    """

    number: int
    weight: Tensor
    layer: str
    through: str | None = None
    entry: tuple[int, Tensor] | None = None


@dataclass(eq=False)
class Branch:
    """One summand: Σ weight · value of its `sources`, plus `bias`. `name` is the layer that it is."""

    name: str
    sources: list[Source] = field(default_factory=list)
    bias: float = 0.0


@dataclass(frozen=True, eq=False)
class _Summand:
    """Σ weight · value `number` + bias, one part of a sum; `name` is the first layer on the way to it."""

    number: int
    weight: Tensor
    bias: float = 0.0
    name: str = ""


def below(traced: TracedPass, number: int, weight: Tensor) -> tuple[list[Branch], float]:
    """Returns the summands of Σ weight · value `number`, each followed to the layers below, and the bias that is in
    none of them.

    Norms, and other affine layers that nobody else takes, are part of what is summed; below the first weights the way
    ends at the next layer that computes something, so poolings are passed. Raises Inexact.
    """
    ways, bias = _summands(traced, _Summand(number, weight), number)
    return [_branch(traced, way, number) for way in ways], bias


def function_before(traced: TracedPass, number: int) -> tuple[int, str] | None:
    """Returns the value that a function such as relu made this one of, one number of one, and the function's name."""
    op = traced.makers.get(number)
    known = None if op is None else OPERATIONS.get(op.name)
    if op is None or known is None or len(op.ins) != 1:
        return None
    apart = known.positions is Positions.UNARY and known.numbers is Numbers.FUNCTION and op.name != "neg"
    return (op.ins[0], op.name) if apart else None


def _summands(traced: TracedPass, first: _Summand, start: int) -> tuple[list[list[_Summand]], float]:
    """The parts of a sum of several values, however it is scaled or normed, one where it is no sum: each as the steps
    of the way down to it; and the bias before the sum.
    """
    way = [first]
    while not _ends(traced, way[-1].number, start, weighted=False):
        now = way[-1]
        op = traced.makers.get(now.number)
        several = op is not None and len(set(op.ins)) > 1
        if op is None or not is_affine(op) or numbers_of(op) in MIXING:
            break
        if several and numbers_of(op) is not Numbers.ADDITION:
            break
        sent, constant = back(op, traced.program.values, {now.number: now.weight})
        if several:
            parts = [_summands(traced, _Summand(part, message), start) for part, message in sent.items()]
            return [found for ways, _ in parts for found in ways], now.bias + constant + sum(more for _, more in parts)
        ((number, weight),) = sent.items()
        way.append(_Summand(number, weight, now.bias + constant, now.name or traced.layers.get(now.number, "")))
    return [way], 0.0


def _branch(traced: TracedPass, way: list[_Summand], start: int) -> Branch:
    """One summand, followed; where it is no sum of others, as an attention is none, it ends at a layer on the way."""
    try:
        return _followed(traced, way[-1], start)
    except Inexact:
        ends = [step for step in way if step.number != start and step.number in traced.layers]
        if not ends:
            raise
        last = ends[-1]
        return Branch(last.name or traced.layers[last.number], [_source(traced, last.number, last.weight)], last.bias)


def _followed(traced: TracedPass, summand: _Summand, start: int) -> Branch:
    """Follows one summand, against the order of the pass; `weighted` says which values are below weights."""
    values, number = traced.program.values, summand.number
    branch = Branch(summand.name or traced.layers.get(number, ""), bias=summand.bias)
    pending, weighted = {number: summand.weight}, {number: False}
    entries: dict[int, tuple[int, Tensor] | None] = {}
    for op in reversed(traced.program.ops):
        arrived = {out: pending.pop(out) for out in op.outs if out in pending}
        ended = [out for out in arrived if _is_source(traced, out, op, weighted[out], start)]
        branch.sources += [_source(traced, out, arrived.pop(out), entries.get(out)) for out in ended]
        if arrived:
            sent, constant = back(op, values, arrived)
            branch.bias += constant
            mixed = numbers_of(op) in MIXING
            passed = mixed or any(weighted[out] for out in arrived)
            for to, message in sent.items():
                if bool(message.any()):  # a concatenation has other parts, too
                    own = (to, message) if mixed else next((entries.get(out) for out in arrived), None)
                    entries[to] = own if to not in pending and len(arrived) == len(sent) == 1 else None
                    pending[to] = pending[to] + message if to in pending else message
                    weighted[to] = passed and weighted.get(to, True)
    branch.sources += [Source(left, message, PICTURE, None, entries.get(left)) for left, message in pending.items()]
    branch.name = branch.name or next((source.layer for source in branch.sources), "")
    return branch


def _is_source(traced: TracedPass, number: int, op: Op, weighted: bool, start: int) -> bool:
    if number == start and not is_affine(op):
        raise Inexact
    return _ends(traced, number, start, weighted) or not is_affine(op)


def _ends(traced: TracedPass, number: int, start: int, weighted: bool) -> bool:
    """Whether this value is a unit of its own: below weights a layer that computes, above them one that others take."""
    if number not in traced.layers or number == start:
        return False
    return not _only_carries(traced, number) if weighted else traced.takers[number] > 1


def _only_carries(traced: TracedPass, number: int) -> bool:
    """Whether a value only pools or moves what other layers computed."""
    op = traced.makers.get(number)
    return op is not None and numbers_of(op) in CARRYING and all(_is_named(traced, part) for part in op.ins)


def _is_named(traced: TracedPass, number: int) -> bool:
    """Whether a value is the picture, a layer, or made of these by a function or by moving them."""
    if number == 0 or number in traced.layers or _only_carries(traced, number):
        return True
    before = function_before(traced, number)
    return before is not None and _layer_of(traced, before[0]) is not None


def _source(traced: TracedPass, number: int, weight: Tensor, entry: tuple[int, Tensor] | None = None) -> Source:
    if number in traced.layers:
        return Source(number, weight, traced.layers[number], None, entry)
    before = function_before(traced, number)
    layer = None if before is None else _layer_of(traced, before[0])
    if before is None or layer is None:
        raise Inexact
    return Source(number, weight, layer, before[1], entry)


def _layer_of(traced: TracedPass, number: int) -> str | None:
    """The layer that a value is, handed through unchanged."""
    while number not in traced.layers:
        op = traced.makers.get(number)
        if op is None or numbers_of(op) is not Numbers.SAME or len(op.ins) != 1:
            return None
        if traced.program.values[number].shape != traced.program.values[op.ins[0]].shape:
            return None
        number = op.ins[0]
    return traced.layers[number]
