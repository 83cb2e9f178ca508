"""How a long computation says how far it is."""

from __future__ import annotations

from typing import Protocol


class Report(Protocol):
    """What work is given to say how far it is; called between passes, never inside one.

    `fraction` is in [0, 1], else ValueError. `partial` is anything worth showing already.
    Raises Cancelled when nobody wants the answer any more: let it pass.
    """

    def __call__(self, fraction: float, partial: object | None = None) -> None: ...
