"""Pictures of a unit that its atlas has not: drawn on demand on the network's engine."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from ...core.network.network import Network
from ...core.report import Report
from ...core.results import Pictures, Result
from ...engine.client import Client
from ...methods import explain

SLOT = "atlas-wanted"
PICTURES, STEPS = 4, 128
Improve = Callable[[tuple[str, int], float, Pictures | None], object]  # of a unit, how far it is, the pictures so far


class PatternSession:
    """Draws one unit at a time."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def draw(self, unit: tuple[str, int], improve: Improve, end: Callable[..., object]) -> None:
        """Draws a unit (layer, channel); `improve` is called while it gets better, on the engine's thread, and `end`
        when it is stopped, or with the sentence why it failed.
        """
        self._client.ask(
            SLOT,
            partial(_drawn, self._client.network, unit),
            lambda made: improve(unit, 1.0, _pictures(made)),
            doing="drawing this unit",
            long=True,
            on_partial=lambda fraction, made: improve(unit, fraction, _pictures(made)),
            on_error=end,
            on_cancelled=end,
        )

    def stop(self) -> None:
        """Stops drawing; the pictures as they are stay."""
        self._client.cancel(SLOT)


def _drawn(network: Network, unit: tuple[str, int], report: Report) -> Result:
    chosen: dict[str, Any] = {"layer": unit[0], "unit": unit[1], "pictures": PICTURES, "steps": STEPS}
    return explain(network, None, "activation_maximization", report=report, **chosen)


def _pictures(made: object) -> Pictures | None:
    return made if isinstance(made, Pictures) else None
