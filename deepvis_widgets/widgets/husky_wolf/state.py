"""What decides what HuskyWolf shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...core.errors import DeepvisError

VOTERS = ("one", "class")


def _nested(value: Any, names: tuple[str, ...]) -> Mapping[str, Any]:
    if not isinstance(value, Mapping) or not set(value) <= set(names):
        raise DeepvisError(f'votes are {{"A": {{"before": ..., "after": ...}}, "B": ...}}, and not {value!r}.')
    return value
