"""The pane without a picture that gives the page the network; js/src/explorer/in_page/network.ts asks it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from ....engine.cache import Cache
from ....engine.worker import Worker
from ...in_page.facts import PLAIN_FILLS, fills
from ...link.port import Port
from ...link.protocol import Frame
from ..answers import Subscribe
from ..state import ExplorerState
from .given import Given, given
from .placed import Placed

NOTHING = np.zeros(0, np.float32)


class NetworkPane:
    """Sends the page what it asks for, and does nothing before: "want" is answered by "ready" with what is known of the
    network, "part" by a piece of a file, "view" by the picture. Nothing of this is kept for a browser that reloads.

    The network is exported on a thread of its own, beside the one that answers. Where that is not possible nothing is
    said: the page goes on with the kernel's answers. `titles` are those of the layers, `cache` that of the engine.
    """

    def __init__(
        self, state: ExplorerState, port: Port, titles: Callable[[], dict[str, str]], cache: Callable[[], Cache]
    ) -> None:
        self.port, self._state, self._titles, self._cache = port, state, titles, cache
        self._lock = threading.RLock()
        self._worker: Worker | None = None  # from the first "want" on
        self._given: Given | None = None
        self._turn = 0  # counts the networks that were given, and those that became another one
        self._closed = False
        state.observe(lambda _: self._change(), names=["inputs", "reference", "off"])
        port.on_frame("want", self._want)
        port.on_frame("part", self._send)
        port.on_frame("view", self._show)

    def follow(self, subscribe: Subscribe) -> None:
        """Says from now on which place of the occluder an answer is for, once the page has asked for the network."""
        subscribe(Placed, lambda placed: self.port.tell("place", {"box": placed.box}) if self._worker else None)

    def _want(self, _: Frame) -> None:
        state = self._state
        if state.view is None:
            return
        shown = [block.shown for block in state.blocks]
        make = partial(given, state.answering, state.view, shown, self._titles(), self._cache())
        with self._lock:
            if self._closed:
                return
            worker = self._worker = self._worker or Worker("deepvis network in a page")
            turn = self._turn
        worker.submit(
            "network",
            lambda _: make(),
            on_result=partial(self._ready, turn),
            doing="exporting the network for the page",
        )

    def _ready(self, turn: int, found: Given | None) -> None:
        with self._lock:
            if found is None or self._closed or turn != self._turn:
                return
            self._given, self._turn = found, turn + 1
            sizes = {name: len(file) for name, file in found.files.items()}
            self.port.tell("ready", {"turn": self._turn, "sizes": sizes, "facts": found.facts})

    def _change(self) -> None:
        """Other words beside the picture, or units switched off: the page has another network than this one."""
        with self._lock:
            self._given, self._turn = None, self._turn + 1
            if self._worker:
                self.port.tell("changed")

    def _send(self, frame: Frame) -> None:
        name, first, turn = (frame.meta[key] for key in ("name", "first", "turn"))
        with self._lock:
            files = self._given.files if self._given and turn == self._turn else {}
        if name in files:
            piece = files[name][first : first + frame.meta["count"]]
            meta: dict[str, Any] = {"name": name, "first": first, "turn": turn}
            self.port.tell("part", meta, {"bytes": np.frombuffer(piece, np.uint8)})
        self.port.ack(frame.seq)

    def _show(self, frame: Frame) -> None:
        view, cover = self._state.view, self._state.cover
        if view is not None and cover is not None:
            own = NOTHING if self._state.fill in PLAIN_FILLS else cover.float().numpy().ravel()
            arrays = {"view": view.float().numpy().ravel(), "cover": own}
            self.port.tell("view", {"fills": fills(view)}, arrays, frame.seq)

    def close(self) -> None:
        """Lets go of the network; what is being exported is for nobody any more."""
        with self._lock:
            self._closed, self._given = True, None
            worker, self._worker = self._worker, None
        if worker is not None:
            worker.close(timeout=0)
