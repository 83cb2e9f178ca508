"""What the network is given beside the picture, or compares it with: words, sliders, second pictures, each with a
control.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from torch import Tensor

from ...core.errors import DeepvisError
from ...core.inputs.base import Input
from ...core.network.network import Network
from ...core.picture.picture import to_bytes
from ..link.port import Port
from ..link.protocol import Frame
from .answers import Contributed, Subscribe
from .state import ExplorerState

REFERENCE = "compared with"  # the row of a similarity's second picture: no argument of a module has a name with a space


class InputsPane:
    """Shows the inputs with what their parts contribute, and sets the state's; what is not accepted is said.

    A second picture is a file from the browser, one of `choices`, or the picture that is shown.
    """

    def __init__(
        self,
        state: ExplorerState,
        port: Port,
        say: Callable[[str], object],
        choices: Callable[[], Sequence[tuple[str, Any]]] = tuple,
    ) -> None:
        self.port, self._state, self._say, self._choices = port, state, say, choices
        state.observe(lambda _: self._show(state.answering, {}), names=["inputs", "reference"])
        port.on_frame("set", lambda frame: self._set(frame, frame.meta["value"]))
        port.on_frame("file", lambda frame: self._set(frame, frame.arrays["bytes"].tobytes()))
        port.on_frame("choose", lambda frame: self._set(frame, self._choices()[int(frame.meta["index"])][1]))
        port.on_frame("shown", lambda frame: self._set(frame, state.view if state.filming else state.image))
        self._show(state.answering, {})

    def follow(self, subscribe: Subscribe) -> None:
        """Shows answers from now on."""
        subscribe(Contributed, lambda found: self._show(found.network, found.parts))

    def _set(self, frame: Frame, value: Any) -> None:
        name = frame.meta["input"]
        try:
            if name == REFERENCE:
                self._state.reference = value
            else:
                self._state.inputs = {**self._state.inputs, name: tuple(value) if isinstance(value, list) else value}
        except DeepvisError as error:
            self._say(str(error))
            self._show(self._state.answering, {}, anew=True)

    def _show(self, network: Network, parts: Mapping[str, list[tuple[str, float]]], anew: bool = False) -> None:
        """Shows the values; `anew` gives a field back its last good one."""
        bundle, pictures = network.inputs, second_pictures(network)
        rows = [
            row(name, found, bundle.values[name], parts.get(name, []))
            for name, found in bundle.inputs.items()
            if found.kind != "fixed"
        ]
        if REFERENCE in pictures:
            rows.append(row(REFERENCE, None, None, []))
        self.port.put(rows=rows, turn=self.port.values.get("turn", 0) + int(anew))
        for name, view in pictures.items():
            self.port.push(f"picture-{name}", arrays={"pictures": np.ascontiguousarray(to_bytes(view[:3])[None])})


def row(name: str, found: Input | None, value: Any, parts: Sequence[tuple[str, float]]) -> dict[str, Any]:
    """Returns what the browser needs to know of an input; None: of the picture that others are compared with."""
    kind = "picture" if found is None else found.kind
    return {
        "name": name,
        "kind": kind,
        "value": None if kind == "picture" else value,
        "names": list(getattr(found, "names", ())),
        "ranges": list(getattr(found, "ranges", ())),
        "parts": list(parts),
    }


def second_pictures(network: Network) -> dict[str, Tensor]:
    """Returns the pictures beside the first one, as the network sees them: those that it is given, by the names of
    their arguments, and that which it compares with.

    >>> import deepvis_widgets as dv
    >>> second_pictures(dv.load("husky-wolf"))
    {}
    """
    bundle = network.inputs
    found = {
        name: given.preprocessing.view(bundle.values[name])  # type: ignore[attr-defined]
        for name, given in bundle.inputs.items()
        if given.kind == "picture"
    }
    reference = getattr(network.answers, "picture", None)
    return found if reference is None else {**found, REFERENCE: network.view(reference)}
