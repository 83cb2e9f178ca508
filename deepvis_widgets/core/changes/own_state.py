"""What a network writes of itself while it runs, such as running statistics, counters and caches: put back after a
pass.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

Place = tuple[str, str]  # the dotted name of a module, and that of a buffer or an attribute of it
_lock = threading.RLock()  # two passes at once would put back what the other one wrote
_NO_STATE = frozenset(("training", "_parameters", "_buffers", "_modules"))


@dataclass
class Written:
    """The places that were written; `counters` are those of attributes that were numbers and are."""

    places: set[Place] = field(default_factory=set)
    counters: set[Place] = field(default_factory=set)


@contextmanager
def written_places(module: nn.Module) -> Iterator[Written]:
    """Leaves the buffers and attributes of a module as they were before; says afterwards which were written inside.

    >>> module = nn.BatchNorm2d(3)
    >>> with written_places(module) as written:
    ...     _ = module(torch.rand(2, 3, 4, 4))
    >>> sorted(name for _, name in written.places), int(module.num_batches_tracked)
    (['num_batches_tracked', 'running_mean', 'running_var'], 0)
    """
    written = Written()
    with _lock:
        parts = _parts(module)
        before = {path: dict(vars(part)) for path, part in parts.items()}
        with _copied(parts, [(path, name) for path, part in parts.items() for name in part._buffers]) as copies:
            yield written
            for (path, name), (own, copy) in copies.items():
                now = parts[path]._buffers.get(name)
                if now is not copy or not _same(own, copy):
                    written.places.add((path, name))
        for path, part in parts.items():
            was, found = before[path], vars(part)
            changed = {name for name in (*was, *found) if was.get(name) is not found.get(name)} - _NO_STATE
            written.places |= {(path, name) for name in changed}
            counted = {name for name in changed if _is_number(was.get(name)) and _is_number(found.get(name))}
            written.counters |= {(path, name) for name in counted}
            _put_back(part, was, changed)


@contextmanager
def put_back(module: nn.Module, places: Collection[Place]) -> Iterator[None]:
    """Puts back what is written at these places of a module inside.

    >>> module = nn.BatchNorm2d(3)
    >>> with put_back(module, [("", "num_batches_tracked")]):
    ...     _ = module(torch.rand(2, 3, 4, 4))
    >>> int(module.num_batches_tracked)
    0
    """
    if not places:
        yield
        return
    with _lock:
        parts = _parts(module)
        known = [(path, name) for path, name in places if path in parts]
        before = {path: dict(vars(parts[path])) for path, _ in known}
        with _copied(parts, [(path, name) for path, name in known if name in parts[path]._buffers]):
            try:
                yield
            finally:
                for path, name in known:
                    _put_back(parts[path], before[path], (name,))


def _parts(module: nn.Module) -> dict[str, nn.Module]:
    """The modules whose buffers can be exchanged: those of TorchScript are its own."""
    return {name: part for name, part in module.named_modules() if not isinstance(part, torch.jit.ScriptModule)}


@contextmanager
def _copied(parts: dict[str, nn.Module], places: Collection[Place]) -> Iterator[dict[Place, tuple[Tensor, Tensor]]]:
    """Has copies stand for buffers inside; they are no other tensors than before afterwards."""
    own = {(path, name): parts[path]._buffers[name] for path, name in places}
    copied: dict[int, Tensor] = {id(tensor): tensor.detach().clone() for tensor in own.values() if tensor is not None}
    try:
        for (path, name), tensor in own.items():
            parts[path]._buffers[name] = None if tensor is None else copied[id(tensor)]
        yield {place: (tensor, copied[id(tensor)]) for place, tensor in own.items() if tensor is not None}
    finally:
        for (path, name), tensor in own.items():
            parts[path]._buffers[name] = tensor


def _same(one: Tensor, other: Tensor) -> bool:
    """Whether they hold the same numbers; those that are none count as the same."""
    if one.shape != other.shape or one.is_meta:
        return one.shape == other.shape
    return bool(torch.equal(one, other) or torch.allclose(one, other, rtol=0, atol=0, equal_nan=True))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float)


def _put_back(part: nn.Module, before: dict[str, Any], names: Collection[str]) -> None:
    now = vars(part)
    for name in names:
        if name in before:
            now[name] = before[name]
        else:
            now.pop(name, None)
