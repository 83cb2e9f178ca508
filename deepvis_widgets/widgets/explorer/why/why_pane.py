"""What the units below add to the selected one: asked for while it is shown, and a way down to each of them."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from ....core.errors import DeepvisError
from ....core.network.network import Network
from ....engine.client import Client
from ....methods.circuits.circuit import Circuit
from ....methods.circuits.explain import Circuits
from ....methods.circuits.walk import PICTURE
from ...link.port import Port
from ...link.protocol import Frame
from ..question import freeze
from ..state import ExplorerState

ROWS = 14
WATCHED = ("why", "layer", "unit", "position", "view", "occluder", "fill", "off", "inputs")


class WhyPane:
    """Follows the state while `why` is set, and shows the terms of the selected unit as rows.

    The pass over a picture is kept until another one is asked about: a click on a unit costs none.
    """

    def __init__(self, state: ExplorerState, port: Port) -> None:
        self.port, self._state = port, state
        self._client: Client | None = None
        self._pass: tuple[Network, Tensor, Circuits] | None = None
        port.put(rows=[], heading="", how="")
        port.on_frame("go", self._go)
        state.observe(lambda _: self._ask(), names=list(WATCHED))

    def ask_with(self, client: Client) -> None:
        """Asks through this client from now on."""
        self._client = client

    def close(self) -> None:
        """Lets go of the pass."""
        self._client = self._pass = None

    def _ask(self) -> None:
        state, client = self._state, self._client
        if client is None or not state.why:
            self._pass = None
            return
        question = freeze(state, state.occluder)
        if question is None or question.filming:
            return
        network, view, unit = question.network, question.covered.shown, question.unit
        client.ask(
            "why",
            lambda _: self._circuits(network, question.covered.view, view).of(unit),
            self._show,
            on_error=lambda sentence: self.port.put(rows=[], heading="", how=sentence),
            doing="taking this unit apart",
        )

    def _circuits(self, network: Network, view: Tensor, shown: Tensor) -> Circuits:
        """The pass over what is shown; that of an uncovered picture serves for its next units."""
        last = self._pass
        if last is not None and last[0] is network and last[1] is view and shown is view:
            return last[2]
        found = Circuits(network, shown)
        self._pass = (network, view, found) if shown is view and self._client is not None else None
        return found

    def _show(self, circuit: Circuit) -> None:
        terms = circuit.terms[:ROWS]
        rows = [_row(circuit, place) for place in range(len(terms))]
        others = sum(term.adds for term in circuit.terms[ROWS:])
        if left := len(circuit.terms) - len(terms):
            rows.append(_plain(f"{left} others", others))
        rows.append(_plain("bias", circuit.bias) if circuit.exact else _plain("rest: biases on the way", circuit.rest))
        after = "" if circuit.through is None else f" → {circuit.through} → {circuit.value:.4g}"
        self.port.put(rows=rows, heading=f"{circuit.enters:.4g}{after}".replace("-", "−"), how=circuit.how)

    def _go(self, frame: Frame) -> None:
        """Selects a unit below."""
        position = frame.meta.get("position")
        try:
            self._state.layer = frame.meta["layer"]
            self._state.unit = int(frame.meta["unit"])
            self._state.position = None if position is None else tuple(position)
        except DeepvisError as error:
            self.port.put(how=str(error))


def _row(circuit: Circuit, place: int) -> dict[str, Any]:
    term = circuit.terms[place]
    part = circuit.parts[term.part]
    below = None
    if term.layer != PICTURE:
        position = None if part.window is None else part.places[term.unit].tolist()
        below = {"layer": term.layer, "unit": term.unit, "position": position}
    words = f"channel {term.unit}" if below is None else f"unit {term.unit}"
    through = f" → {part.through}" if part.through else ""
    return {"words": words, "layer": term.layer + through, "adds": term.adds, "below": below}


def _plain(words: str, adds: float) -> dict[str, Any]:
    return {"words": words, "layer": "", "adds": adds, "below": None}
