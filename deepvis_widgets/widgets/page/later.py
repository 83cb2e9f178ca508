"""Parts of a choice that are made when they are looked at: a picture of the chosen one does not wait for the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import overload

from .parts import Part


class Later(Sequence[Part]):
    """Parts, each made by calling its maker when somebody takes it, and anew every time. What a maker depends on must
    be frozen by then: the widget may show something else.

    >>> from .parts import Text
    >>> parts = Later([lambda: Text("one"), lambda: Text("two")])
    >>> len(parts), parts[1].text
    (2, 'two')
    """

    def __init__(self, makers: Sequence[Callable[[], Part]]) -> None:
        self._makers = tuple(makers)

    def __len__(self) -> int:
        return len(self._makers)

    @overload
    def __getitem__(self, index: int) -> Part: ...

    @overload
    def __getitem__(self, index: slice) -> Later: ...

    def __getitem__(self, index: int | slice) -> Part | Later:
        return Later(self._makers[index]) if isinstance(index, slice) else self._makers[index]()
