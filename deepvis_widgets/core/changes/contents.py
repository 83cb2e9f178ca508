"""What stands in lists, dictionaries, sets and queues, such as a network's own record of its maps: put back."""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict, deque
from typing import Any

KINDS = (list, dict, set, deque, OrderedDict, defaultdict, Counter)  # themselves: what is made of them has its own ways


class Contents:
    """What stood in a value's containers, also in those inside them, when this was made.

    >>> maps = {"relu": []}
    >>> before = Contents(maps)
    >>> maps["relu"].append(1)
    >>> before.changed()
    True
    >>> before.put_back()
    >>> maps
    {'relu': []}
    """

    def __init__(self, value: Any) -> None:
        self._held: dict[int, tuple[Any, Any]] = {}
        self._look(value)

    def changed(self) -> bool:
        """Whether something else stands in one of them now."""
        return any(not _alike(now, before) for now, before in self._held.values())

    def put_back(self) -> None:
        """Makes them hold what they held; they are the same objects as before."""
        for now, before in self._held.values():
            if not _alike(now, before):
                _fill(now, before)

    def _look(self, value: Any) -> None:
        if type(value) in KINDS and id(value) not in self._held:
            self._held[id(value)] = value, value.copy()
        elif type(value) is not tuple:
            return  # nothing that holds others, or looked at already
        for inner in value.values() if isinstance(value, dict) else value:
            self._look(inner)


def _alike(now: Any, before: Any) -> bool:
    """Whether the same objects stand in both, in the same order."""
    if isinstance(now, set):
        return bool(now == before)
    if isinstance(now, dict):
        return _same(now, before) and _same(now.values(), before.values())
    return _same(now, before)


def _same(now: Any, before: Any) -> bool:
    return len(now) == len(before) and all(one is other for one, other in zip(now, before, strict=True))


def _fill(container: Any, items: Any) -> None:
    container.clear()
    (container.update if isinstance(container, set | dict) else container.extend)(items)
