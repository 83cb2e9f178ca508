"""A call of an operation as a function of the tensors that relevance goes back to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from ...core.network.rectifiers import is_in_place

OUT_OF_PLACE: dict[str, Callable[..., Tensor]] = {
    "iadd": torch.add,
    "isub": torch.sub,
    "imul": torch.mul,
    "itruediv": torch.div,
}


def tensors_of(value: Any) -> list[Tensor]:
    """Returns the tensors with a graph in an argument or output, each once, parameters left out."""
    found: dict[int, Tensor] = {}
    with torch._C.DisableTorchFunction():  # other modes need not see every question
        _collect(value, found)
    return list(found.values())


def overwrites(name: str, func: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    """Returns whether a call overwrites its first argument."""
    return name in OUT_OF_PLACE or is_in_place(func, args, kwargs)


def as_function(
    name: str, func: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], live: list[Tensor]
) -> Callable[..., Any]:
    """Returns the call as a function of `live`, the tensors with a graph among its arguments; it overwrites nothing."""
    slots = [_Slot(index) for index in range(len(live))]
    copy = name not in OUT_OF_PLACE and is_in_place(func, args, kwargs)
    func = OUT_OF_PLACE.get(name, func)
    # lists are copied, as a network may go on to append to one; tensors with a graph are not held, or an operation in
    # place would hold its own output for ever
    args, kwargs = (_replaced(given, dict(zip(map(id, live), slots, strict=True))) for given in (args, kwargs))

    def compute(*inputs: Tensor) -> Any:
        values: dict[int, Any] = dict(zip(map(id, slots), inputs, strict=True))
        if copy:
            values[id(slots[0])] = inputs[0].clone()
        return func(*_replaced(args, values), **_replaced(kwargs, values))

    return compute


@dataclass(frozen=True, eq=False)
class _Slot:
    """Where a tensor goes in the arguments of a call."""

    index: int


def has_constants(value: Any) -> bool:
    """Returns whether there is a tensor without a graph in an argument."""
    if isinstance(value, Tensor):
        return not value.requires_grad or isinstance(value, nn.Parameter)
    return isinstance(value, list | tuple) and any(map(has_constants, value))


def _collect(value: Any, found: dict[int, Tensor]) -> None:
    if isinstance(value, Tensor):
        if value.requires_grad and not isinstance(value, nn.Parameter):
            found[id(value)] = value
    elif isinstance(value, dict):
        _collect(list(value.values()), found)
    elif isinstance(value, list | tuple):
        for item in value:
            _collect(item, found)


def _replaced(value: Any, values: Mapping[int, Any]) -> Any:
    """Returns an argument with the objects of these ids replaced."""
    if id(value) in values:
        return values[id(value)]
    if isinstance(value, dict):
        return {key: _replaced(item, values) for key, item in value.items()}
    if isinstance(value, list | tuple) and not isinstance(value, torch.Size):
        return type(value)(_replaced(item, values) for item in value)
    return value
