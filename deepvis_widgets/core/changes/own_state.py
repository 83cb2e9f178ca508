"""What a network writes of itself while it runs, such as running statistics, counters, caches and lists of its maps:
put back after a pass.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from .contents import KINDS, Contents

Place = tuple[str, str]  # the dotted name of a module, and that of a buffer or an attribute of it
_lock = threading.RLock()  # two passes at once would put back what the other one wrote
_NO_STATE = frozenset(("training", "_parameters", "_buffers", "_modules"))
_OF_EVERY_MODULE = frozenset(vars(nn.Module()))  # tables of hooks, among others: they are PyTorch's own


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
        held = _contents(parts, [(path, name) for path, was in before.items() for name in was])
        with _copied(parts, [(path, name) for path, part in parts.items() for name in part._buffers]) as copies:
            try:
                yield written
                _see_buffers(parts, copies, written)
            finally:
                for path, part in parts.items():
                    _see_attributes(path, part, before[path], written)
                for place, contents in held.items():
                    if contents.changed():
                        written.places.add(place)
                        contents.put_back()


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
        held = _contents(parts, known)
        with _copied(parts, [(path, name) for path, name in known if name in parts[path]._buffers]):
            try:
                yield
            finally:
                for path, name in known:
                    _put_back(parts[path], before[path], (name,))
                for contents in held.values():
                    contents.put_back()


def _parts(module: nn.Module) -> dict[str, nn.Module]:
    """The modules whose buffers can be exchanged: those of TorchScript are its own."""
    return {name: part for name, part in module.named_modules() if not isinstance(part, torch.jit.ScriptModule)}


def _contents(parts: dict[str, nn.Module], places: Collection[Place]) -> dict[Place, Contents]:
    """What stands in the containers among these attributes."""
    own = {(path, name): vars(parts[path]).get(name) for path, name in places if name not in _OF_EVERY_MODULE}
    return {place: Contents(value) for place, value in own.items() if type(value) in (*KINDS, tuple)}


def _see_buffers(parts: dict[str, nn.Module], copies: dict[Place, tuple[Tensor, Tensor]], written: Written) -> None:
    for (path, name), (own, copy) in copies.items():
        if parts[path]._buffers.get(name) is not copy or not _same(own, copy):
            written.places.add((path, name))


def _see_attributes(path: str, part: nn.Module, was: dict[str, Any], written: Written) -> None:
    """Says which attributes were written, and puts them back."""
    found = vars(part)
    changed = {name for name in (*was, *found) if was.get(name) is not found.get(name)} - _NO_STATE
    counted = {name for name in changed if _is_number(was.get(name)) and _is_number(found.get(name))}
    written.places |= {(path, name) for name in changed}
    written.counters |= {(path, name) for name in counted}
    _put_back(part, was, changed)


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
