"""Values for a control or a chart from any thread."""

from __future__ import annotations

import threading
from typing import Any
from weakref import WeakKeyDictionary

import ipywidgets

_locks: WeakKeyDictionary[Any, threading.RLock] = WeakKeyDictionary()
_all_locks = threading.Lock()
_here = threading.local()


def push(widget: ipywidgets.Widget, **values: Any) -> None:
    """Shows values on a widget of ipywidgets or bqplot: all in one message, from whichever thread.

    Answers come on the engine's thread; this and `LiveWidget.push` are the only ways in which they may change a
    widget. It is for what a widget shows. What a person may be choosing at the same moment (a menu's options, a
    value that observers follow) is changed on the main thread: see `engine.main_thread`.

    >>> import ipywidgets
    >>> words = ipywidgets.HTML()
    >>> push(words, value="done")
    >>> words.value
    'done'
    """
    with _lock_of(widget):
        _here.depth = getattr(_here, "depth", 0) + 1
        try:
            with widget.hold_sync():
                for name, value in values.items():
                    setattr(widget, name, value)
        finally:
            _here.depth -= 1


def pushing() -> bool:
    """Returns whether this thread is inside `push`; tests ask it."""
    return getattr(_here, "depth", 0) > 0


def _lock_of(widget: Any) -> threading.RLock:
    with _all_locks:
        return _locks.setdefault(widget, threading.RLock())
