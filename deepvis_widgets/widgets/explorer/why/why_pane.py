"""What the units below add to the selected one: asked for while it is shown, with a way down to each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from ....core.errors import DeepvisError
from ....core.network.network import Network
from ....core.network.target import Target
from ....core.weights_key import Stamps, stamps
from ....engine.client import Client
from ....methods.circuits.answers import Answered, Row
from ....methods.circuits.explain import Circuits
from ...link.port import Port
from ...link.protocol import Frame
from ..answers import AtlasInUse, Subscribe
from ..question import freeze
from ..state import ExplorerState
from .tiles import Unit, patterns_frame, planes_frame
from .trail import Trail

ROWS = 14
WATCHED = ("why", "layer", "unit", "position", "view", "occluder", "fill", "off", "inputs")
Known = Callable[[str, int], Tensor | None]


@dataclass(frozen=True, eq=False)
class _Pass:
    """The pass over an uncovered picture."""

    network: Network
    view: Tensor
    weights: Stamps | None
    circuits: Circuits

    def serves(self, network: Network, view: Tensor, weights: Stamps | None) -> bool:
        """Whether it is the pass of this network, with weights as they are, over this picture."""
        return self.network is network and self.view is view and weights is not None and self.weights == weights


class WhyPane:
    """Follows the state while `why` is set, and shows the terms of the selected unit as rows: what each adds, its map,
    its kernel, and what its unit wants to see where that is known. `trail` is the way that led there.

    The pass over a picture is kept until another one is asked about: a click on a unit costs none.
    """

    def __init__(self, state: ExplorerState, port: Port) -> None:
        self.port, self.trail, self._state = port, Trail(), state
        self._client: Client | None = None
        self._known: Known = lambda *_: None
        self._pass: _Pass | None = None
        self._sent: set[Unit] = set()  # whose pictures the browser has
        self._going = False  # while the state is set to a unit of the way
        self._followed: Callable[[], object] = lambda: None
        self._clear()
        port.on_frame("go", lambda frame: self._go(self.trail.down(_unit_of(frame))))
        port.on_frame("back", lambda frame: self._go(self.trail.back(int(frame.meta["place"]))))
        state.observe(lambda _: self._follow(), names=list(WATCHED))

    def ask_with(self, client: Client, known: Known) -> None:
        """Asks through this client from now on; `known(layer, channel)` is what a unit wants to see, None where that
        would have to be drawn.
        """
        self._client, self._known = client, known

    def follow(self, subscribe: Subscribe) -> None:
        """Shows the pictures of another atlas from now on."""
        subscribe(AtlasInUse, lambda _: self._look_again())

    def on_followed(self, act: Callable[[], object]) -> None:
        """Calls `act` whenever the way, or anything else that the terms depend on, was changed; also while `why` is
        not set.
        """
        self._followed = act

    def say(self, sentence: str) -> None:
        """Shows a sentence above the rows."""
        self.port.put(how=sentence)

    def close(self) -> None:
        """Lets go of the pass."""
        self._client = self._pass = None
        self._known, self._followed = lambda *_: None, lambda: None

    # --- where it stands ---

    def _follow(self) -> None:
        if self._going:
            return
        if self._state.why:
            self.trail.visit(self._state.selected)
            self._ask()
        elif self.trail.units:
            self._clear()
        self._followed()

    def _clear(self) -> None:
        """The sheet is closed: nothing of it is kept, here or for a browser that reloads."""
        if self._client is not None:
            self._client.cancel("why")
        self._pass = None
        self._sent = set()
        self.trail.clear()
        self.port.put(rows=[], heading="", how="", trail=[], code="", weights="weights")
        self.port.forget("planes", "patterns")

    def _look_again(self) -> None:
        self._sent = set()
        if self._state.why:
            self._ask()

    def _go(self, way: Sequence[Target]) -> None:
        """Selects the last unit of a way, and shows it."""
        if not self._state.why or not way:
            return
        unit = way[-1]
        self._going = True
        try:
            place = unit.channel if unit.position is None else (unit.channel, unit.position)
            self._state.network.target(None, unit.layer, place)  # nothing changes where there is no such unit
            self._select(unit)
        except DeepvisError as error:
            self.say(str(error))
            return
        finally:
            self._going = False
        self.trail.go((*way[:-1], self._state.selected))
        self._ask()
        self._followed()

    def _select(self, unit: Target) -> None:
        assert unit.layer is not None
        self._state.layer = unit.layer
        self._state.unit = unit.channel
        self._state.position = unit.position if unit.looking is None else unit.looking

    # --- answers ---

    def _ask(self) -> None:
        state, client = self._state, self._client
        question = None if client is None else freeze(state, state.occluder)
        if client is None or question is None or question.filming:
            return
        network, view, shown, unit = question.network, question.covered.view, question.covered.shown, question.unit
        way = tuple(self.trail.units)
        client.ask(
            "why",
            lambda _: self._apart(network, view, shown, unit),
            lambda found: self._show(way, *found),
            on_error=lambda sentence: self._refuse(way, sentence),
            doing="taking this unit apart",
        )

    def _apart(
        self, network: Network, view: Tensor, shown: Tensor, unit: Target
    ) -> tuple[Answered, dict[Unit, Tensor]]:
        answer = Answered.of(self._circuits(network, view, shown), {}, [unit], ROWS)
        return answer, dict(self._pictures(answer.rows))

    def _circuits(self, network: Network, view: Tensor, shown: Tensor) -> Circuits:
        """The pass over what is shown; that of an uncovered picture serves for its next units."""
        now, last = stamps(network.module), self._pass
        if last is not None and shown is view and last.serves(network, view, now):
            return last.circuits
        found = Circuits(network, shown)
        keep = shown is view and self._client is not None and self._state.why
        self._pass = _Pass(network, view, now, found) if keep else None
        return found

    def _pictures(self, rows: Sequence[Row]) -> Iterator[tuple[Unit, Tensor]]:
        """What the units below want to see, as far as it is known."""
        for row in rows:
            if row.below is not None:
                picture = self._known(row.term.layer, row.term.unit)
                if picture is not None:
                    yield (row.term.layer, row.term.unit), picture

    def _show(self, way: Sequence[Target], answer: Answered, pictures: Mapping[Unit, Tensor]) -> None:
        circuit, node = answer.circuit, answer.nodes[-1]
        if not self._state.why:
            return
        after = "" if circuit.through is None else f" → {circuit.through} → {circuit.value:.4g}"
        words = f"{node.name} " if node.name else ""
        with self.port.together():
            if not pictures.keys() <= self._sent:
                self._sent = set(pictures)
                self.port.push("patterns", *patterns_frame(pictures))
            self.port.push("planes", *planes_frame(answer.rows))
            self.port.put(
                rows=[*map(_row, answer.rows), *_ends(answer)],
                heading=f"{words}= {circuit.enters:.4g}{after}".replace("-", "−"),
                how=circuit.how,
                trail=_steps(way),
                weights="weights" if circuit.exact else "relevance",
                code="",
            )

    def _refuse(self, way: Sequence[Target], sentence: str) -> None:
        if self._state.why:
            self.port.put(rows=[], heading="", how=sentence, trail=_steps(way), code="")


def _unit_of(frame: Frame) -> Target:
    position = frame.meta.get("position")
    place = tuple(position) if isinstance(position, list) else position
    return Target(int(frame.meta["unit"]), str(frame.meta["layer"]), place)


def _steps(way: Sequence[Target]) -> list[dict[str, Any]]:
    return [{"layer": unit.layer, "unit": unit.channel} for unit in way]


def _row(row: Row) -> dict[str, Any]:
    below = None
    if row.below is not None:
        position = row.below.position
        below = {"layer": row.below.layer, "unit": row.below.channel, "position": position and list(position)}
    words = f"channel {row.term.unit}" if below is None else f"unit {row.term.unit}"
    through = f" → {row.part.through}" if row.part.through else ""
    return {"words": words, "layer": row.term.layer + through, "adds": row.term.adds, "below": below, "tiles": True}


def _ends(answer: Answered) -> Iterator[dict[str, Any]]:
    """What has no unit: the terms that are left out, and the bias or what biases took."""
    circuit = answer.circuit
    if left := len(circuit.terms) - len(answer.rows):
        yield _plain(f"{left} others", answer.others)
    yield _plain("bias", circuit.bias) if circuit.exact else _plain("rest: biases on the way", circuit.rest)


def _plain(words: str, adds: float) -> dict[str, Any]:
    return {"words": words, "layer": "", "adds": adds, "below": None, "tiles": False}
