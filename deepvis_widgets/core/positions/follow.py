"""What becomes of labels in one operation, by what it does with positions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import Tensor

from ..network.field_rules import tensors_in
from ..network.operations import Numbers, Operation, Positions
from .contract import contracted, contraction
from .labels import Labels, count_positions, first_along, grid_labels, is_uniform, joined_labels, nowhere, renumbered
from .names import Extras

MULTI_HEAD = "multi_head_attention_forward"
DOT_PRODUCT = "scaled_dot_product_attention"
Found = list[Labels | None]


@dataclass(frozen=True, eq=False)
class Followed:
    """One call with the labels of those of its tensors that were made from the picture, and their shapes before it, by
    id; it adds to `asked` what the queries, keys and values of an attention were made by.
    """

    name: str
    func: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    operation: Operation
    labels: Mapping[int, Labels | None]
    shapes: Mapping[int, torch.Size]
    outputs: Sequence[Tensor]
    extras: Extras
    asked: set[int] = field(default_factory=set)
    attended: list[str] = field(default_factory=list)  # the call's name, where it is an attention

    @property
    def known(self) -> list[Labels]:
        """The labels that are known, of different tensors."""
        return [labels for labels in self.labels.values() if labels is not None]

    @property
    def unknown(self) -> Found:
        return [None] * len(self.outputs)

    def with_labels(self, values: Mapping[int, Tensor]) -> list[Tensor]:
        """What the call makes of labels in the place of its tensors; nothing where it cannot."""
        try:
            found = self.func(*_put(self.args, values), **_put(self.kwargs, values))
        except (RuntimeError, TypeError, ValueError, IndexError):
            return []
        return tensors_in(found)

    def given(self, *names: str) -> dict[str, Any]:
        """The arguments by name."""
        return dict(zip(names, self.args, strict=False)) | self.kwargs


def follow(call: Followed) -> Found:
    """Returns the labels of each output of a call; None where its positions are not known.

    >>> from ..network.operations import OPERATIONS
    >>> x = torch.zeros(1, 3, 2, 2)
    >>> labels = {id(x): grid_labels(x.shape)}
    >>> made = x.flatten(2)
    >>> call = Followed("flatten", torch.flatten, (x, 2), {}, OPERATIONS["flatten"], labels, {}, [made], Extras({}))
    >>> follow(call)[0].values[0, 1].tolist()
    [1.0, 2.0, 3.0, 4.0]
    """
    if call.name in ATTENTION:
        return ATTENTION[call.name](call)
    rule = RULES.get(call.operation.positions)
    if rule is None and call.name == "group_norm":
        rule = _matched
    return contraction_of(call) if rule is None else rule(call)


def _matched(call: Followed) -> Found:
    """What has more dimensions than the output only lends its type."""
    known = [labels for labels in call.known if labels.values.ndim <= call.outputs[0].ndim]
    return [joined_labels(known, made.shape) if known else None for made in call.outputs]


def _along(call: Followed) -> Found:
    if len(call.args) > 1 and isinstance(call.args[1], Tensor):  # torch.max(x, y)
        return _matched(call)
    ((known, labels),) = list(call.labels.items())[:1]
    if labels is None:
        return call.unknown
    shape = call.shapes[known]
    dims = call.operation.dims(call.args, call.kwargs, len(shape)) or tuple(range(-len(shape), 0))
    return [_mixed(call, labels, shape, dims, made) for made in call.outputs]


def _mixed(call: Followed, labels: Labels, shape: torch.Size, dims: tuple[int, ...], made: Tensor) -> Labels | None:
    if made.shape == shape and call.operation.numbers is not Numbers.CHOSEN:
        return replace(labels, weights=labels.weights or call.name == "softmax")
    values = labels.values
    for dim in dims:
        values = first_along(values, dim)
    if made.ndim < values.ndim:
        values = values.squeeze(dims)
    return labels.with_values(values.expand(made.shape)) if made.ndim == values.ndim else None


def _trailing(call: Followed) -> Found:
    if call.operation.numbers is not Numbers.WEIGHTED:
        return _matched(call)
    labels = next(iter(call.labels.values()))
    if labels is None or labels.keys is not None:
        return call.unknown
    (made,) = call.outputs
    values = first_along(labels.values, -1).expand(made.shape)
    return [replace(labels.with_values(values), made=frozenset((id(made),)))]


def _windowed(call: Followed) -> Found:
    """A grid of its own, wherever the window slides over a map."""
    labels = next(iter(call.labels.values()))
    if labels is not None and not _is_map(labels):
        return call.unknown
    known = frozenset() if labels is None else labels.made
    weighted = call.operation.numbers is Numbers.WEIGHTED
    return [
        grid_labels(made.shape, frozenset((id(made),)) if weighted else known) if made.ndim == 4 else None
        for made in call.outputs
    ]


def _is_map(labels: Labels) -> bool:
    values = labels.values
    changing = [values.shape[dim] == 1 or not is_uniform(values, dim) for dim in (-2, -1)]
    return labels.keys is None and (all(changing) or not bool((values > 0).any()))


def _moved(call: Followed) -> Found:
    """The same done to the labels shows which one comes where."""
    ((known, labels), *others) = call.labels.items()
    if others or labels is None:  # also an index comes from the picture
        return call.unknown
    values = _done_to(call, known, labels.values)
    keys = None if labels.keys is None else _done_to(call, known, labels.keys)
    found: Found = []
    for place, made in enumerate(call.outputs):
        if place >= len(values) or values[place].shape != made.shape or (keys is not None and place >= len(keys)):
            return call.unknown
        found.append(replace(labels, values=values[place], keys=None if keys is None else keys[place]))
    return found


def _done_to(call: Followed, known: int, values: Tensor) -> list[Tensor]:
    """What is made of labels; a view may ask for another order in memory than theirs."""
    return call.with_labels({known: values}) or call.with_labels({known: values.contiguous()})


def _joined(call: Followed) -> Found:
    """Tokens that are no part of the picture get labels of their own."""
    (made,) = call.outputs
    (dim,) = call.operation.dims(call.args, call.kwargs, made.ndim) or (None,)
    parts = [labels for labels in call.known if labels.keys is None]
    if dim is None or len(parts) != len(call.labels):
        return call.unknown
    if len(_columns(parts)) > 1:
        parts = [renumbered(labels) for labels in parts]
    columns = _columns(parts) or {1}
    if len(columns) > 1:
        return call.unknown
    values = {known: labels.values for known, labels in zip(call.labels, parts, strict=True)}
    for tensor in tensors_in((call.args, call.kwargs)):
        if id(tensor) not in values:
            values[id(tensor)] = _extra(call, tensor, dim, tensor.ndim == made.ndim)
    found = call.with_labels(values)
    sources = {labels.made for labels in parts}
    return [Labels(found[0], columns.pop(), made=sources.pop() if len(sources) == 1 else frozenset())]


def _columns(parts: Sequence[Labels]) -> set[int]:
    """The columns of the grids that tensors stand on, if they do."""
    return {labels.columns for labels in parts if count_positions(labels.values)}


def _extra(call: Followed, tensor: Tensor, dim: int, joins: bool) -> Tensor:
    if not joins or not tensor.numel():
        return nowhere(tensor.shape)
    numbers = call.extras.numbers(tensor, dim)
    return numbers.view(-1, *[1] * (-dim - 1)).expand(tensor.shape)


def _padded(call: Followed) -> Found:
    ((known, labels),) = list(call.labels.items())[:1]
    if labels is None or labels.keys is not None:
        return call.unknown
    given = call.given("input", "pad", "mode")
    mode = {"mode": given["mode"]} if given.get("mode") else {}
    try:
        found = torch.nn.functional.pad(labels.values.contiguous(), given["pad"], **mode)
    except (RuntimeError, NotImplementedError):
        return call.unknown
    return [labels.with_values(found)]


def _written(call: Followed) -> Found:
    target, key, value = call.args
    if not call.known:
        return call.unknown
    before, after = (call.labels.get(id(part)) if isinstance(part, Tensor) else None for part in (target, value))
    values = (nowhere(target.shape) if before is None else before.values).clone()
    values[key] = 0 if after is None else after.values
    return [call.known[0].with_values(values)]


# --- products and attention ---


def contraction_of(call: Followed) -> Found:
    """Labels of a matrix product, however it is written; of any other operation positions are not known."""
    found = contraction(call.name, call.args)
    if found is None or len(call.outputs) != 1:
        return call.unknown
    letters, tensors, result = found
    labels = [call.labels.get(id(tensor)) for tensor in tensors]
    made = contracted(labels, letters, result, call.outputs[0].shape)
    for part in labels:
        if part is not None and part.weights:
            call.asked.update(*(other.made for other in labels if other is not None))
            call.attended.append(call.name)
    return [made]


def _dot_product(call: Followed) -> Found:
    """What comes out stands where what asks stands."""
    return _attended(call, call.given("query", "key", "value"))


def _multi_head(call: Followed) -> Found:
    given = call.given("query", "key", "value")
    (found, *_) = _attended(call, given)
    return [found, *[None] * (len(call.outputs) - 1)]


def _attended(call: Followed, given: dict[str, Any]) -> Found:
    call.attended.append(call.name)
    parts = [call.labels.get(id(given[name])) for name in ("query", "key", "value")]
    if call.name == DOT_PRODUCT:
        call.asked.update(*(part.made for part in parts if part is not None))
    asking = parts[0]
    if asking is None:
        return call.unknown
    values = first_along(asking.values, -1)
    return [Labels(values.expand(made.shape), asking.columns) for made in call.outputs[:1]]


def _put(value: Any, others: Mapping[int, Tensor]) -> Any:
    """An argument with other tensors in the place of those of these ids, the rest on the CPU, as labels are."""
    if isinstance(value, Tensor):
        return others[id(value)] if id(value) in others else value.cpu()
    if isinstance(value, dict):
        return {key: _put(item, others) for key, item in value.items()}
    if type(value) in (list, tuple):
        return type(value)(_put(item, others) for item in value)
    return value


ATTENTION: dict[str, Callable[[Followed], Found]] = {DOT_PRODUCT: _dot_product, MULTI_HEAD: _multi_head}
RULES: dict[Positions, Callable[[Followed], Found]] = {
    Positions.UNARY: _matched,
    Positions.BINARY: _matched,
    Positions.NARY: _matched,
    Positions.STATISTICS: _matched,
    Positions.ALONG: _along,
    Positions.TRAILING: _trailing,
    Positions.WINDOW: _windowed,
    Positions.ADAPTIVE: _windowed,
    Positions.RESIZED: _windowed,
    Positions.PERMUTED: _moved,
    Positions.REARRANGED: _moved,
    Positions.JOINED: _joined,
    Positions.PADDED: _padded,
    Positions.WRITTEN: _written,
}
