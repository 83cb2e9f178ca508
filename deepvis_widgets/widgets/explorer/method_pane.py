"""What lies over the picture: the methods there are, their parameters, and how far one that takes seconds is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ...core.network.network import Network
from ...core.params import Spec
from ...methods import method
from ..link.port import Port
from .answers import Progress, Served, Subscribe, served
from .state import ExplorerState


class MethodPane:
    """Shows the menu of methods and the parameters of each; `stop()` ends one that takes seconds."""

    def __init__(self, state: ExplorerState, port: Port, stop: Callable[[], None]) -> None:
        self.port, self._network = port, state.network
        port.put(progress=None)
        self._offer(served(state.network, surveyed=False))
        port.on_frame("stop", lambda _: stop())

    def follow(self, subscribe: Subscribe) -> None:
        """Shows answers from now on."""
        subscribe(Progress, lambda found: self.port.put(progress=found.fraction))
        subscribe(Served, lambda found: self._offer(found.methods))

    def _offer(self, methods: Mapping[str, bool]) -> None:
        self.port.put(methods=[offered(self._network, name, serves) for name, serves in methods.items()])


def offered(network: Network, name: str, serves: bool) -> dict[str, Any]:
    """A method for the menu: its title, whether it can serve the network, and what can be set.

    >>> import deepvis_widgets as dv
    >>> offered(dv.load("husky-wolf"), "occlusion", True)["params"][0]["name"]
    'window'
    """
    found = method(name)
    params = [_entry(spec) for spec in found.specs(network)]
    return {"name": name, "title": found.title, "serves": serves, "params": params}


def _entry(spec: Spec) -> dict[str, Any]:
    choices = None if spec.choices is None else list(spec.choices)
    limits = {"low": spec.low, "high": spec.high, "step": spec.step, "whole": isinstance(spec.default, int)}
    return {
        "name": spec.name,
        "label": spec.label,
        "help": spec.help,
        "value": spec.default,
        "choices": choices,
    } | limits
