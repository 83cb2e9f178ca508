"""Follows the state of the ShiftLab, and asks its networks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor

from ...core.network.network import Network
from ...core.report import Report
from ...engine.client import Client
from .answers import Asked, Curve, Here, curve_of, here
from .state import ShiftState


class ShiftSession:
    """Another object, way or line is one question to each network, another place one more. `on_curve(number, curve)`
    and `on_here(number, here)` are called on the networks' threads. `curves` are the latest, None before they come.
    """

    def __init__(
        self,
        state: ShiftState,
        clients: Sequence[Client],
        on_curve: Callable[[int, Curve], object],
        on_here: Callable[[int, Here], object],
    ) -> None:
        self._state, self._clients, self._on_curve, self._on_here = state, clients, on_curve, on_here
        self.curves: list[Curve | None] = [None] * len(clients)
        self._line: Any = None

    def follow(self) -> None:
        """Asks for what the state shows now, the way only where it is another one."""
        state = self._state
        picture = state.movable.picture(state.row, state.col)
        for number, client in enumerate(self._clients):
            client.ask(
                "here",
                partial(_here, client.network, picture, state.label),
                partial(self._on_here, number),
                doing="asking about this picture",
            )
        fixed = state.col if state.direction == "down" else state.row
        line = state.movable, state.direction, fixed
        if line != self._line:
            self._line = line
            self._ask_way()

    def _ask_way(self) -> None:
        state = self._state
        pictures = torch.stack([state.movable.picture(*state.at(place)) for place in state.way])
        home = state.movable.picture(*state.fitted(*state.movable.home))
        asked = Asked(state.label, state.way, pictures, home)
        for number, client in enumerate(self._clients):
            client.ask(
                "way",
                partial(_curve, client.network, asked),
                partial(self._arrived, number),
                doing="moving the object",
            )

    def _arrived(self, number: int, curve: Curve) -> None:
        self.curves[number] = curve
        self._on_curve(number, curve)

    def forget(self) -> None:
        """Lets go of the answers, once the clients are closed."""
        self.curves = [None] * len(self._clients)


def _here(network: Network, picture: Tensor, label: str, _: Report) -> Here:
    return here(network, picture, label)


def _curve(network: Network, asked: Asked, _: Report) -> Curve:
    return curve_of(network, asked)
