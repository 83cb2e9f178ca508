"""Pictures of a unit that its atlas has not: drawn on demand on the network's engine."""

from __future__ import annotations

from functools import partial
from typing import Any, Protocol

from ...core.network.network import Network
from ...core.report import Report
from ...core.results import Pictures, Result
from ...engine.client import Client
from ...methods import explain

SLOT = "atlas-wanted"
PICTURES, STEPS = 4, 128


class PatternListener(Protocol):
    """What is told the pictures of a unit (layer, channel) while they improve; on the engine's thread."""

    def improve(self, unit: tuple[str, int], fraction: float, made: Pictures | None) -> None:
        """They are this far; `made` are the pictures so far, where there are any."""

    def end(self, sentence: str = "") -> None:
        """Nothing is drawn any more; `sentence` says why, where something failed."""


class PatternSession:
    """Draws one unit at a time."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def draw(self, unit: tuple[str, int], listener: PatternListener) -> None:
        """Draws a unit (layer, channel), and tells `listener` its pictures as they improve."""
        self._client.ask(
            SLOT,
            partial(_drawn, self._client.network, unit),
            lambda made: listener.improve(unit, 1.0, _pictures(made)),
            doing="drawing this unit",
            long=True,
            on_partial=lambda fraction, made: listener.improve(unit, fraction, _pictures(made)),
            on_error=listener.end,
            on_cancelled=listener.end,
        )

    def stop(self) -> None:
        """Stops drawing; the pictures as they are stay."""
        self._client.cancel(SLOT)


def _drawn(network: Network, unit: tuple[str, int], report: Report) -> Result:
    chosen: dict[str, Any] = {"layer": unit[0], "unit": unit[1], "pictures": PICTURES, "steps": STEPS}
    return explain(network, None, "activation_maximization", report=report, **chosen)


def _pictures(made: object) -> Pictures | None:
    return made if isinstance(made, Pictures) else None
