"""Plain values of a session as the values that they stand for."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

from ..core.errors import DeepvisError
from ..core.network.network import Network
from ..widgets.remake.packing import KIND


@dataclass(frozen=True, eq=False)
class Tables:
    """What values name by their place: pictures and networks."""

    pictures: list[Any] = field(default_factory=list)
    networks: list[Network] = field(default_factory=list)


def unpacked(value: Any, tables: Tables) -> Any:
    """Returns the value that was packed.

    >>> unpacked({"$": "tuple", "items": [1, {"a": [2]}]}, Tables())
    (1, {'a': [2]})
    """
    if isinstance(value, list):
        return [unpacked(item, tables) for item in value]
    if not isinstance(value, dict):
        return value
    kind = value.get(KIND)
    if kind is None:
        return mapping_of(value, tables)
    if kind in ("picture", "network"):
        return _at(tables.pictures if kind == "picture" else tables.networks, value["place"])
    if kind == "tuple":
        return tuple(unpacked(item, tables) for item in value["items"])
    if kind == "mapping":
        return {unpacked(key, tables): unpacked(item, tables) for key, item in value["items"]}
    if kind == "array":
        return array_of(value)
    raise DeepvisError(f"The session holds a {kind!r}, which is no kind of value.")


def _at(table: list[Any], place: Any) -> Any:
    if not isinstance(place, int) or not 0 <= place < len(table):
        raise DeepvisError("The session names a picture or network that is not in it; save it again.")
    return table[place]


def mapping_of(value: Mapping[str, Any], tables: Tables) -> dict[str, Any]:
    """Returns a mapping with its values unpacked."""
    return {key: unpacked(item, tables) for key, item in value.items()}


def array_of(value: Mapping[str, Any]) -> Any:
    """Returns an array, or a tensor; DeepvisError where its bytes are something else."""
    try:
        found = np.load(io.BytesIO(bytes_of(value["bytes"])), allow_pickle=False)
    except (ValueError, EOFError, OSError) as error:
        raise DeepvisError(f"An array in the session is damaged ({error}); save it again.") from None
    return torch.from_numpy(found) if value.get("tensor") else found


def bytes_of(text: str) -> bytes:
    """Returns what was written as text; DeepvisError where that is damaged."""
    try:
        return base64.b64decode(text, validate=True)
    except (ValueError, TypeError):
        raise DeepvisError("A picture or array in the session is damaged; save it again.") from None
