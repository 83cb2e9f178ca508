"""Sentences on the page: what went wrong, and what a screen reader is told."""

from __future__ import annotations

import html

import ipywidgets

from ..link.push import push


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
