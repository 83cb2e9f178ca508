"""Which pictures and classes were compared: what is still known of them goes on a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .state import CompareState

MOST = 8  # the last ones


@dataclass(frozen=True, eq=False)
class Visit:
    """A picture, and the class index that was explained on it, None: each top class."""

    picture: Any
    target: int | None

    def same(self, other: Visit) -> bool:
        """Whether both are of the same picture and class."""
        return self.picture is other.picture and self.target == other.target


class Visits:
    """The last pictures and classes that a comparison showed, in their order; the one that it shows is the last.

    >>> state = CompareState([])
    >>> Visits(state).all
    ()
    """

    def __init__(self, state: CompareState) -> None:
        self.all: tuple[Visit, ...] = ()
        self._state = state
        state.observe(lambda _: self._note(), names=["seen", "target"])

    def _note(self) -> None:
        seen = self._state.seen
        if seen is not None:
            here = Visit(seen.picture, self._state.target)
            self.all = (*(visit for visit in self.all if not visit.same(here)), here)[-MOST:]

    def close(self) -> None:
        """Lets go of the pictures."""
        self.all = ()
