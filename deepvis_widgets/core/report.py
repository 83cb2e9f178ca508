"""How a long computation says how far it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol


class Report(Protocol):
    """What work is given to say how far it is; called between passes, never inside one.

    `fraction` is in [0, 1], else ValueError. `partial` is anything worth showing already.
    Raises Cancelled when nobody wants the answer any more: let it pass.
    """

    def __call__(self, fraction: float, partial: object | None = None) -> None: ...


def part_of(
    report: Report, first: float, last: float, tell: Callable[[object | None], object | None] = lambda partial: None
) -> Report:
    """Returns a report for a part of the work, that from `first` to `last` of the whole; `tell` makes of its partial
    results those of the whole, and without it there are none.

    >>> half = part_of(lambda fraction, partial=None: print(fraction, partial), 0.5, 1)
    >>> half(0.5, "a map")
    0.75 None
    """

    def part(fraction: float, partial: object | None = None) -> None:
        report(first + fraction * (last - first), tell(partial))

    return part
