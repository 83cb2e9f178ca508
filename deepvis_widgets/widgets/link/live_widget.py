"""What every live widget shares: frames in both directions, and the last ones sent again to a browser that reloads."""

from __future__ import annotations

import logging
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

import anywidget
import traitlets
from IPython import get_ipython

from .comm_route import keep_route
from .kernel_status import leave_out_busy
from .protocol import Array, Frame, ProtocolError, pack, pack_together, unpack

STATIC = Path(__file__).parents[2] / "static"


def built(name: str) -> str:
    """Returns the text of a built front-end file. Not its path: anywidget watches files, and so holds every widget for
    ever.

    >>> "export" in built("map_view.js")
    True
    """
    return (STATIC / name).read_text("utf-8")


STYLE = built("style.css")

Callback = Callable[[Frame], None]
Packed = tuple[dict[str, Any], list[bytes]]
log = logging.getLogger(__name__)
_open: WeakValueDictionary[str, LiveWidget] = WeakValueDictionary()  # by model id


class LiveWidget(anywidget.AnyWidget):
    """An anywidget that exchanges frames with its module; `push` and callbacks may run on any thread.

    >>> from deepvis_widgets.widgets.views.map_view import MapView
    >>> view = MapView()
    >>> view.push("map", {"lo": 0.0, "hi": 0.0})
    >>> view.last("map").meta
    {'lo': 0.0, 'hi': 0.0}
    >>> view.close()
    """

    group = traitlets.Unicode(help="widgets of one explorer share it").tag(sync=True)
    label = traitlets.Unicode(help="text alternative").tag(sync=True)
    notice = traitlets.Unicode(help="empty, or one sentence shown in the pane").tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        self._lock = threading.RLock()
        self._last: dict[str, Packed] = {}
        self._held_frames = _Held()
        self._callbacks: dict[str, list[Callback]] = {}
        super().__init__(**traits)
        self.on_msg(self._receive)
        keep_route(self.comm)
        _open[self.model_id] = self
        leave_out_busy(getattr(get_ipython(), "kernel", None), _open)

    def push(
        self, kind: str, meta: Mapping[str, Any] | None = None, arrays: Mapping[str, Array] | None = None, seq: int = 0
    ) -> None:
        """Sends a frame, and keeps it for a browser that reloads: the newest of each kind, in order of arrival."""
        packed = pack(kind, seq, meta, arrays)
        with self._lock:
            self._last.pop(kind, None)
            self._last[kind] = packed
            self._send_or_hold(packed)

    def tell(
        self, kind: str, meta: Mapping[str, Any] | None = None, arrays: Mapping[str, Array] | None = None, seq: int = 0
    ) -> None:
        """Sends a frame that is not kept: a browser that reloads asks for it again, if it needs it."""
        with self._lock:
            self._send_or_hold(pack(kind, seq, meta, arrays))

    @contextmanager
    def together(self) -> Iterator[None]:
        """What this thread pushes meanwhile is one message, so that the browser draws it at once; what another thread
        has pushed anew until then is left out.
        """
        if self._held_frames.frames is not None:
            yield
            return
        held = self._held_frames.frames = []
        try:
            yield
        finally:
            self._held_frames.frames = None
            with self._lock:
                shown = [packed for packed in held if self._last.get(packed[0]["kind"], packed) is packed]
                if shown:
                    self.send(*(shown[0] if len(shown) == 1 else pack_together(shown)))

    def _send_or_hold(self, packed: Packed) -> None:
        if self._held_frames.frames is None:
            self.send(*packed)
        else:
            self._held_frames.frames.append(packed)

    def last(self, kind: str) -> Frame | None:
        """Returns the newest frame of this kind that was pushed, as the browser reads it; None where none was."""
        with self._lock:
            found = self._last.get(kind)
        return None if found is None else unpack(found[0], [memoryview(buffer) for buffer in found[1]])

    def newest(self, *kinds: str) -> Frame | None:
        """Returns the frame that was pushed last of these kinds; None where none was."""
        with self._lock:
            kind = next((kind for kind in reversed(self._last) if kind in kinds), None)
        return None if kind is None else self.last(kind)

    def kept(self) -> list[Packed]:
        """Returns what a browser that opens is sent: message and buffers of the newest frame of each kind, in order."""
        with self._lock:
            return list(self._last.values())

    def ack(self, seq: int) -> None:
        """Tells the browser that its request is answered, so that it sends the next."""
        self.tell("ack", seq=seq)

    def forget(self, *kinds: str) -> None:
        """Stops keeping the last frames of these kinds, of all when none is named."""
        with self._lock:
            for kind in kinds or tuple(self._last):
                self._last.pop(kind, None)

    def on_frame(self, kind: str, callback: Callback) -> None:
        """Calls back with every frame of a kind from the browser, on whatever thread it arrives."""
        with self._lock:
            self._callbacks.setdefault(kind, []).append(callback)

    def _receive(self, _widget: Any, content: Any, buffers: list[memoryview]) -> None:
        """Hands one message to the callbacks of its kind; nothing raised here may reach the comm."""
        try:
            frame = unpack(content, buffers)
        except ProtocolError as error:
            log.warning("a message was dropped: %s", error)
            return
        if frame.kind == "ready":
            self._resend(missed=bool(frame.meta.get("late")))
            if frame.seq:
                self.ack(frame.seq)
        with self._lock:
            callbacks = tuple(self._callbacks.get(frame.kind, ()))
        for callback in callbacks:
            self._call(callback, frame)

    def _resend(self, missed: bool) -> None:
        """Sends the last frames again, and the traits where the browser may have missed changes of them."""
        with self._lock:
            if missed:
                self.send_state([name for name in self.keys if not name.startswith("_")])
            for message, buffers in self._last.values():
                self.send(message, buffers)

    def _get_embed_state(self, drop_defaults: bool = False) -> dict[str, Any]:
        """The model for a page without a kernel (see ipywidgets.embed): whole, because the front end knows no defaults
        and gets its very module with the traits; and with the last frames, which js/src/link/link.ts finds as `_last`.
        """
        model: dict[str, Any] = super()._get_embed_state(drop_defaults=False)
        with self._lock:
            message, buffers = pack_together(list(self._last.values()))
        model["state"]["_last"] = {"message": message, "buffers": [None] * len(buffers)}
        model["buffers"] = model.get("buffers", []) + [
            {"encoding": "base64", "path": ["_last", "buffers", index], "data": b64encode(buffer).decode("ascii")}
            for index, buffer in enumerate(buffers)
        ]
        return model

    def _call(self, callback: Callback, frame: Frame) -> None:
        try:
            callback(frame)
        except Exception as error:
            log.exception("answering '%s' failed", frame.kind)
            self.notice = sentence(error)
            if frame.seq:
                self.ack(frame.seq)


class _Held(threading.local):
    """What a thread pushes together; None: everything by itself."""

    frames: list[Packed] | None = None


def sentence(error: BaseException) -> str:
    """Returns the first line of an error's text, or its type when it says nothing.

    >>> sentence(ValueError("No layer is called 'x'.\\nDetails follow."))
    "No layer is called 'x'."
    """
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
