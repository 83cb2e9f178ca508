"""One pane of a widget that has several: its frames go through the widget, their kinds begin with the pane's name."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from threading import RLock
from typing import Any

from .live_widget import Callback, LiveWidget
from .protocol import Array, Frame

SET = "set"  # the kind of frame that carries a pane's values


class Port:
    """The way of the pane `name` to the browser and back, through the model of `widget`; it may be used on any thread.

    `values` are what the pane shows besides pictures: words, whether something runs, lists. js/src/link/part.ts is its
    counterpart.

    >>> from deepvis_widgets.widgets.views.map_view import MapView
    >>> widget = MapView()
    >>> port = Port(widget, "unit")
    >>> port.put(title="conv1 : 3")
    >>> widget.last("unit/set").meta
    {'title': 'conv1 : 3'}
    >>> widget.close()
    """

    def __init__(self, widget: LiveWidget, name: str) -> None:
        self._widget, self._name = widget, name
        self._lock = RLock()
        self.values: dict[str, Any] = {}

    def push(
        self, kind: str, meta: Mapping[str, Any] | None = None, arrays: Mapping[str, Array] | None = None, seq: int = 0
    ) -> None:
        """Sends a frame, and keeps it for a browser that reloads."""
        self._widget.push(f"{self._name}/{kind}", meta, arrays, seq)

    def tell(
        self, kind: str, meta: Mapping[str, Any] | None = None, arrays: Mapping[str, Array] | None = None, seq: int = 0
    ) -> None:
        """Sends a frame that is not kept."""
        self._widget.tell(f"{self._name}/{kind}", meta, arrays, seq)

    def put(self, **values: Any) -> None:
        """Shows these values, which stand for themselves in JSON; nothing is sent where all are shown already."""
        with self._lock:
            new = {name: value for name, value in values.items() if self.values.get(name, self) != value}
            if new:
                self.values.update(new)
                self._widget.push(f"{self._name}/{SET}", self.values)

    def together(self) -> AbstractContextManager[object]:
        """What this thread shows meanwhile is one message, so that the browser draws it at once."""
        return self._widget.together()

    def last(self, kind: str) -> Frame | None:
        """Returns the newest frame of this kind that was pushed; None where none was."""
        return self._widget.last(f"{self._name}/{kind}")

    def forget(self, *kinds: str) -> None:
        """Stops keeping the last frames of these kinds."""
        self._widget.forget(*(f"{self._name}/{kind}" for kind in kinds))

    def ack(self, seq: int) -> None:
        """Tells the browser that its request is answered."""
        self._widget.ack(seq)

    def on_frame(self, kind: str, callback: Callback) -> None:
        """Calls back with every frame of a kind from this pane, on whatever thread it arrives."""
        self._widget.on_frame(f"{self._name}/{kind}", callback)
