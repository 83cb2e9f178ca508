"""Answers on their way to the panes: of what a pane shows, nothing comes after something newer."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .answers import A, Tiles

Place = tuple[type, bool]


@dataclass(eq=False)
class _Newest:
    lock: threading.RLock = field(default_factory=threading.RLock)
    number: int = 0  # of the newest question that was answered there


class Publisher:
    """Tells answers to those who subscribed to their kind, on the thread that publishes them.

    Questions come in several slots of the engine, and the older one may be answered last: an answer that carries the
    number of its question is told only where no answer of its kind to a newer question was told before.

    >>> publisher = Publisher()
    >>> publisher.subscribe(str, print)
    >>> publisher.publish("the new picture", 2), publisher.publish("the old picture", 1)
    the new picture
    (True, False)
    """

    def __init__(self) -> None:
        self._shows: dict[type, list[Callable[[Any], object]]] = {}
        self._newest: dict[Place, _Newest] = {}

    def subscribe(self, kind: type[A], show: Callable[[A], object]) -> None:
        """Has `show` called with every answer of a kind."""
        self._shows.setdefault(kind, []).append(show)

    def wants(self, kind: type, number: int) -> bool:
        """Returns whether an answer of this kind to this question would be told; activations where there are two."""
        return number >= self._newest_at((kind, False)).number

    def publish(self, answer: object, number: int | None = None) -> bool:
        """Tells an answer, and returns whether it was told; without a number it always is."""
        if number is None:
            self._tell(answer)
            return True
        newest = self._newest_at(place_of(answer))
        with newest.lock:  # also while it is told: another thread must not come in between
            if number < newest.number:
                return False
            newest.number = number
            self._tell(answer)
            return True

    def _tell(self, answer: object) -> None:
        for show in self._shows.get(type(answer), ()):
            show(answer)

    def _newest_at(self, place: Place) -> _Newest:
        return self._newest.setdefault(place, _Newest())


def place_of(answer: object) -> Place:
    """Where an answer is shown: derivatives do not replace activations, though both are tiles."""
    return type(answer), isinstance(answer, Tiles) and answer.gradient
