"""How many bytes a value keeps in memory."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from types import ModuleType
from typing import Any

import numpy as np
import torch

from ..core.content_key import is_pil


def size_of(value: object) -> int:
    """Returns the bytes that a value keeps alive: tensors, arrays, PIL images, containers, attributes; shared parts
    count once.

    A view counts as the whole storage behind it. Not seen are what an autograd graph holds (detach what you cache),
    networks, functions, and mappings that are no dict: they may compute their values when they are asked for them.
    """
    seen: dict[object, object] = {}  # holds the items too: a new object must not get the id of a freed one
    total, pending = 0, [value]
    while pending:
        item = pending.pop()
        identity, size = _own_size(item)
        if identity not in seen:
            seen[identity] = item
            total += size
            pending.extend(_parts(item))
    return total


def _own_size(item: Any) -> tuple[object, int]:
    """What tells whether the item was counted already, and its bytes without its parts."""
    if isinstance(item, torch.Tensor) and item.layout is torch.strided:
        storage = item.untyped_storage()
        return ("storage", str(item.device), storage.data_ptr() or id(item)), storage.nbytes()
    if isinstance(item, np.ndarray) and not isinstance(item.base, np.ndarray):
        return id(item), item.nbytes
    if is_pil(item):
        return id(item), item.size[0] * item.size[1] * _pil_pixel_bytes(item.mode)
    return id(item), sys.getsizeof(item)


def _parts(item: Any) -> Iterable[object]:
    if isinstance(item, torch.Tensor):
        return [] if item.layout is torch.strided else _sparse_parts(item)
    if isinstance(item, np.ndarray):
        return [item.base] if isinstance(item.base, np.ndarray) else []
    if isinstance(item, dict):
        return [*item.keys(), *item.values()]
    if isinstance(item, Mapping):
        return []
    if isinstance(item, (list, tuple, set, frozenset)):
        return list(item)
    if is_dataclass(item) and not isinstance(item, type):
        return [getattr(item, field.name) for field in fields(item)]
    return _attributes(item)


def _sparse_parts(tensor: torch.Tensor) -> list[object]:
    if tensor.layout is torch.sparse_coo:
        return [tensor._indices(), tensor._values()]
    return []


def _attributes(item: object) -> Iterable[object]:
    opaque = callable(item) or isinstance(item, ModuleType) or is_pil(item)
    return [] if opaque else getattr(item, "__dict__", {}).values()


def _pil_pixel_bytes(mode: str) -> int:
    """PIL keeps one byte per pixel for grey and palette pictures, two for 16-bit grey, four for everything else."""
    if mode in ("1", "L", "P"):
        return 1
    return 2 if mode.startswith("I;16") else 4
