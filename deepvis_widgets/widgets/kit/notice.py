"""Sentences on the page: what went wrong, and what a screen reader is told."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

import ipywidgets

from ...core.errors import DeepvisError
from ..link.push import push

Say = Callable[[str], object]


class Notice(ipywidgets.HTML):
    """One sentence about what went wrong, read aloud by screen readers; empty where there is none.

    `say` may be called on any thread.
    """

    def __init__(self, classes: str = "dv-notice") -> None:
        self._classes = classes
        super().__init__()

    def say(self, sentence: str) -> None:
        """Shows a sentence; an empty one takes the last one away."""
        push(self, value=alert(sentence, self._classes) if sentence else "")


def alert(sentence: str, classes: str = "") -> str:
    """A sentence as HTML that screen readers say at once."""
    named = f' class="{classes}"' if classes else ""
    return f'<div{named} role="alert">{html.escape(sentence)}</div>'


def status(words: str) -> str:
    """Words as HTML that screen readers say when they are free."""
    return f'<div role="status" aria-live="polite">{html.escape(words)}</div>'


def attempt(say: Say, act: Callable[..., object], *arguments: Any) -> bool:
    """Does what the reader asked for; what does not fit is said in a sentence, and nothing changes.

    >>> def open_window() -> None:
    ...     raise DeepvisError("A window of 0 does not fit.")
    >>> attempt(print, open_window)
    A window of 0 does not fit.
    False
    """
    try:
        act(*arguments)
    except DeepvisError as error:
        say(str(error))
        return False
    say("")
    return True
