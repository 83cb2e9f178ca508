"""For tests of widgets whose answers come on other threads."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

import ipywidgets
import pytest

from deepvis_widgets.widgets.circuit import session as circuit
from deepvis_widgets.widgets.kit import unit_pictures
from deepvis_widgets.widgets.link.push import pushing
from deepvis_widgets.widgets.maximization import layer_gallery


@pytest.fixture(autouse=True)
def hasty_patterns(monkeypatch: pytest.MonkeyPatch) -> None:
    """Patterns of units take two steps: which ones are drawn, and where they stand, is the same."""
    for drawing in (unit_pictures, circuit, layer_gallery):
        monkeypatch.setattr(drawing, "STEPS", 2)


@dataclass
class WorkerChanges:
    """What threads other than the test's own changed of widgets, as (class, trait): by `push`, or beside it."""

    pushed: set[tuple[str, str]] = field(default_factory=set)
    others: set[tuple[str, str]] = field(default_factory=set)


@pytest.fixture
def worker_changes(monkeypatch: pytest.MonkeyPatch) -> WorkerChanges:
    """The changes from now until the test ends."""
    here, tell, found = threading.get_ident(), ipywidgets.Widget.notify_change, WorkerChanges()

    def watched(widget: ipywidgets.Widget, change: Any) -> None:
        if threading.get_ident() != here:
            (found.pushed if pushing() else found.others).add((type(widget).__name__, change["name"]))
        tell(widget, change)

    monkeypatch.setattr(ipywidgets.Widget, "notify_change", watched)
    return found
