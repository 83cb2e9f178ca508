"""What the network is given beside the picture: a line of words, sliders, a second picture, each with a control."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ...core.errors import DeepvisError
from ...core.network.network import Network
from ...core.picture.picture import to_bytes
from ..link.port import Port
from .answers import Contributed, Subscribe
from .state import ExplorerState


class InputsPane:
    """Shows the inputs with what their parts contribute, and sets the state's; what is not accepted is said."""

    def __init__(self, state: ExplorerState, port: Port, say: Callable[[str], object]) -> None:
        self.port, self._state, self._say = port, state, say
        state.observe(lambda _: self._show(state.answering, {}), names="inputs")
        port.on_frame("set", lambda frame: self._set(frame.meta["name"], frame.meta["value"]))
        port.on_frame("file", lambda frame: self._set(frame.meta["input"], frame.arrays["bytes"].tobytes()))
        self._show(state.answering, {})

    def follow(self, subscribe: Subscribe) -> None:
        """Shows answers from now on."""
        subscribe(Contributed, lambda found: self._show(found.network, found.parts))

    def _set(self, name: str, value: Any) -> None:
        try:
            self._state.inputs = {**self._state.inputs, name: tuple(value) if isinstance(value, list) else value}
        except DeepvisError as error:
            self._say(str(error))
            self._show(self._state.answering, {}, anew=True)

    def _show(self, network: Network, parts: Mapping[str, list[tuple[str, float]]], anew: bool = False) -> None:
        """Shows the values; `anew` gives a field back its last good one."""
        bundle = network.inputs
        rows = [
            {
                "name": name,
                "kind": found.kind,
                "value": None if found.kind == "picture" else bundle.values[name],
                "names": list(getattr(found, "names", ())),
                "ranges": list(getattr(found, "ranges", ())),
                "parts": parts.get(name, []),
            }
            for name, found in bundle.inputs.items()
            if found.kind != "fixed"
        ]
        self.port.put(rows=rows, turn=self.port.values.get("turn", 0) + int(anew))
        for name, found in bundle.inputs.items():
            if found.kind == "picture":
                seen = to_bytes(found.preprocessing.view(bundle.values[name]))  # type: ignore[attr-defined]
                self.port.push(f"picture-{name}", arrays={"pictures": np.ascontiguousarray(seen[None])})
