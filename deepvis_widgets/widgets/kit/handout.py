"""Widgets as a page that lives without them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ...core.errors import DeepvisError
from ..page.html import hand_out
from .root import Root


def handout(widgets: Any, path: Any, title: str | None = None) -> Path:
    """Writes what widgets show now as one file of HTML, below each other; returns its path.

    The file needs no kernel and no network: maps tell their values, boards step, sums are added up, an occluder drags,
    all in the page. `widgets` is a widget of this package or a list of them, `title` what the page is called. First
    answers that are still computed are waited for, at most a minute. Raises DeepvisError where something does not fit.

    >>> import tempfile
    >>> import deepvis_widgets as dv
    >>> board = dv.PoolingBoard()
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     page = dv.handout([board], f"{folder}/pooling.html", "Pooling, step by step")
    ...     page.name
    'pooling.html'
    >>> board.close()
    """
    return hand_out(_roots(widgets), path, title)


def _roots(widgets: Any) -> Sequence[Root]:
    found = [widgets] if isinstance(widgets, Root) else widgets
    if not isinstance(found, list | tuple) or not found:
        raise DeepvisError("There is nothing to hand out; give a widget, or a list of widgets.")
    for widget in found:
        if not isinstance(widget, Root):
            raise DeepvisError(f"A {type(widget).__name__} cannot be handed out; accepted are widgets of this package.")
        if widget.closed:
            raise DeepvisError(f"This {type(widget).__name__} was closed; make it again, and hand that out.")
    return found
