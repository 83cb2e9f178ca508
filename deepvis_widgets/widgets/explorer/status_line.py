"""The status line: layer, unit, modes, contrast, time of the last answer."""

from __future__ import annotations

import html
import threading

import ipywidgets

from ..link.push import push
from .answers import Answered, Subscribe
from .state import ExplorerState


class StatusLine(ipywidgets.HTML):
    """Says what was answered last, and the contrast as it is."""

    def __init__(self, state: ExplorerState) -> None:
        super().__init__()
        self.add_class("dv-status")
        self._labels = state.network.labels
        self._answered: Answered | None = None
        self._contrast = (state.boost, state.gamma)
        self._lock = threading.Lock()
        state.observe(lambda _: self._tell(contrast=(state.boost, state.gamma)), names=["boost", "gamma"])

    def follow(self, subscribe: Subscribe) -> None:
        """Shows answers from now on."""
        subscribe(Answered, self._tell)

    def _tell(self, answered: Answered | None = None, contrast: tuple[float, float] | None = None) -> None:
        with self._lock:
            self._answered = answered or self._answered
            self._contrast = contrast or self._contrast
            if self._answered is not None:
                push(self, value=self._words(self._answered))

    def _words(self, found: Answered) -> str:
        boost, gamma = self._contrast
        view = "" if found.backward == "off" else f" {found.backward_view}"
        explained = "top class" if found.target is None else self._labels[found.target]
        parts = [
            f"sees {found.field}",
            f"backward: {found.backward}{view}" + (" · frozen" if found.frozen else ""),
            f"explains: {explained}",
            f"boost {boost:g} · gamma {gamma:g}",
            f"{found.milliseconds:.0f} ms",
        ]
        unit = html.escape(f"{found.unit.layer}:{found.unit.channel}")
        return f"<span><b>{unit}</b></span>" + "".join(f"<span>{html.escape(part)}</span>" for part in parts)
