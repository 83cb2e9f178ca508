"""On which of a kernel's threads the messages of a widget are handled: always on the one that the browser names.

From its version 7.4 on, ipykernel hands them to the thread from which the widget last sent something, and here that
changes all the time: two threads then handle the messages of one widget at once, a later one before an earlier one.
"""

from __future__ import annotations

from typing import Any

ROUTE = "_reply_subshell_for"


def keep_route(comm: Any) -> None:
    """Has the messages to a comm of ipykernel (None, and those of others: nothing is done) handled where the browser
    sends them, one after the other.

    >>> class Comm:
    ...     def _reply_subshell_for(self, data, default): return "the last that sent"
    >>> comm = Comm()
    >>> keep_route(comm)
    >>> comm._reply_subshell_for({}, "the one named")
    'the one named'
    """
    if hasattr(comm, ROUTE):
        setattr(comm, ROUTE, _as_named)


def _as_named(_data: Any, named: str | None) -> str | None:
    return named
