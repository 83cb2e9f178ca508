"""Containers hold what they held."""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable
from typing import Any

import pytest

from deepvis_widgets.core.changes.contents import Contents

CHANGES: dict[str, tuple[Any, Callable[[Any], object]]] = {
    "list": ([1], lambda found: found.append(2)),
    "list, sorted": ([2, 1], lambda found: found.sort()),
    "dict": ({"a": 1}, lambda found: found.update(a=2)),
    "dict, other order": ({"a": 1, "b": 2}, lambda found: found.update(a=found.pop("a"))),
    "set": ({1}, lambda found: found.add(2)),
    "deque": (deque([1, 2], maxlen=2), lambda found: found.append(3)),
    "ordered": (OrderedDict(a=1), lambda found: found.clear()),
    "default": (defaultdict(list), lambda found: found["a"]),
    "counter": (Counter("a"), lambda found: found.update("a")),
    "inside": ({"a": ([],)}, lambda found: found["a"][0].append(1)),
    "inside, and replaced": ([[1]], lambda found: (found[0].append(2), found.clear())),
}


@pytest.mark.parametrize("name", CHANGES)
def test_it_is_seen_and_put_back(name: str) -> None:
    value, change = CHANGES[name]
    said, inner = repr(value), list(value)
    before = Contents(value)
    assert not before.changed()
    change(value)
    assert before.changed()
    before.put_back()
    assert repr(value) == said and not before.changed()
    assert all(one is other for one, other in zip(value, inner, strict=True))


def test_what_holds_itself_is_looked_at_once() -> None:
    value: list[Any] = []
    value.append(value)
    before = Contents(value)
    value.append(1)
    before.put_back()
    assert len(value) == 1 and value[0] is value


def test_other_values_hold_nothing() -> None:
    assert not Contents("text").changed() and not Contents(3).changed()
