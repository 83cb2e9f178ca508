"""Costs that were measured earlier, on disk in the user's cache: one small file for a network on a machine.

Whatever is wrong with such a file, or with its folder, costs are measured anew and nobody is told.
"""

from __future__ import annotations

import json
import math
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from ...core.content_key import content_key
from ...core.errors import DeepvisError
from ...core.network.network import Network
from ...core.whole_file import write_whole
from .machine import machine

VERSION = 1  # of what a way is, and of what its cost counts: other costs than these are no use
CASES = 200  # in one file: what is beyond is forgotten, the oldest first

Cases = dict[str, dict[str, float]]  # by case the costs of its ways, by their names
_recent: dict[Path, Cases] = {}  # by file: in this process, whether it can be written or not
_architectures: WeakKeyDictionary[Network, str] = WeakKeyDictionary()


def recall(network: Network, case: str) -> dict[str, float]:
    """Returns what the ways of a case cost when they were last measured on this machine; nothing where that is unknown.

    A case is a text that says what decides about the costs beside network and machine.
    """
    return dict(_cases(_path(network)).get(case, {}))


def remember(network: Network, case: str, costs: dict[str, float]) -> None:
    """Keeps what the ways of a case cost, in this process and on disk."""
    path = _path(network)
    kept = {**_cases(path)}
    kept.pop(case, None)
    _recent[path] = kept = dict([*kept.items(), (case, dict(costs))][-CASES:])
    with suppress(OSError, DeepvisError):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, json.dumps({"version": VERSION, "machine": machine(), "cases": kept}))


def cache_folder() -> Path:
    """Returns where the costs lie, in the place that the system has for such files."""
    asked = os.environ.get("XDG_CACHE_HOME") or (os.environ.get("LOCALAPPDATA") if os.name == "nt" else None)
    usual = "Library/Caches" if sys.platform == "darwin" else ".cache"
    return (Path(asked) if asked else Path(os.path.expanduser("~")) / usual) / "deepvis_widgets" / "costs"


def _cases(path: Path) -> Cases:
    if path not in _recent:
        _recent[path] = _read(path)
    return _recent[path]


def _read(path: Path) -> Cases:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found["cases"] if _is_whole(found) else {}


def _is_whole(found: Any) -> bool:
    """Returns whether a file holds what `remember` wrote, for this version and machine."""
    if not isinstance(found, dict) or (found.get("version"), found.get("machine")) != (VERSION, machine()):
        return False
    cases = found.get("cases")
    return isinstance(cases, dict) and all(
        isinstance(costs, dict) and all(map(_is_cost, costs.values())) for costs in cases.values()
    )


def _is_cost(value: Any) -> bool:
    return isinstance(value, float) and math.isfinite(value) and value > 0


def _path(network: Network) -> Path:
    """Returns the file for a network's architecture on this machine: its weights do not matter."""
    if network not in _architectures:
        layers = [(layer.name, tuple(layer.shape)) for layer in network.layers]
        kind = f"{type(network.module).__module__}.{type(network.module).__qualname__}"
        _architectures[network] = content_key(kind, layers, tuple(network.size))
    return (
        cache_folder() / f"{content_key(machine(), _architectures[network], network.dtype, str(network.device))}.json"
    )
