"""Calls of exported graphs (`torch.ops.aten.relu_.default`) as the calls a person writes (`torch.relu_`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

Call = tuple[Callable[..., Any], tuple[Any, ...]]
PLACES = (torch, torch._C._nn, Tensor)  # where the functions of aten's names are


def written(func: Any, args: tuple[Any, ...]) -> Call:
    """Returns a call with the function and the positional arguments that it has outside of exported graphs; others as
    they are, and those that nobody writes.

    >>> func, args = written(torch.ops.aten.relu_.default, (torch.zeros(1),))
    >>> func is torch.relu_, len(args)
    (True, 1)
    """
    if not isinstance(func, torch._ops.OpOverload):
        return func, args
    name = plain_name(func)
    return _OTHERWISE[name](*args) if name in _OTHERWISE else (_public(func, name), args)


def plain_name(func: Any) -> str:
    """Returns the name of an operation of an exported graph without its library and its kind.

    >>> plain_name(torch.ops.aten.add_.Tensor)
    'add_'
    """
    name: str = func._schema.name
    return name.partition("::")[2]


@cache
def _public(func: Any, name: str) -> Any:
    if func.namespace != "aten" or name.startswith("_"):
        return func
    return next((getattr(place, name) for place in PLACES if hasattr(place, name)), func)


def _batch_norm(x: Tensor, weight: Any, bias: Any, mean: Any, variance: Any, *more: Any) -> Call:
    return F.batch_norm, (x, mean, variance, weight, bias, *more[:-1])  # the last one says whether cuDNN may be used


def _instance_norm(x: Tensor, weight: Any, bias: Any, mean: Any, variance: Any, *more: Any) -> Call:
    return F.instance_norm, (x, mean, variance, weight, bias, *more[:-1])


def _slice(x: Tensor, dim: int = 0, start: Any = None, end: Any = None, step: int = 1) -> Call:
    before = (slice(None),) * (dim % x.ndim)
    return Tensor.__getitem__, (x, (*before, slice(start, end, step)))


def _index(x: Tensor, indices: Sequence[Any]) -> Call:
    return Tensor.__getitem__, (x, tuple(slice(None) if index is None else index for index in indices))


_OTHERWISE: dict[str, Callable[..., Call]] = {
    "batch_norm": _batch_norm,
    "instance_norm": _instance_norm,
    "slice": _slice,
    "index": _index,
}
