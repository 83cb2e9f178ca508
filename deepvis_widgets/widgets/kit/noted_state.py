"""State that what comes out on another thread changes, too: it is read at once, and observed on the main thread."""

from __future__ import annotations

import threading
from typing import Any

import traitlets


class ReadOnlyError(traitlets.TraitError, AttributeError):
    """A value was set that is there to be read."""


class ReadOnly(traitlets.TraitType[Any, Any]):
    """A value of any kind that its own class sets, with `set_trait` or `note`, and nobody else.

    >>> class Job(traitlets.HasTraits):
    ...     running = ReadOnly(False)
    >>> Job().running = True
    Traceback (most recent call last):
    deepvis_widgets.widgets.kit.noted_state.ReadOnlyError: The "running" trait is read-only.
    """

    read_only = True

    def __set__(self, obj: Any, value: Any) -> None:
        """Refuses."""
        raise ReadOnlyError(f'The "{self.name}" trait is read-only.')


class NotedState(traitlets.HasTraits):
    """Traits that any thread may change with `note`; their observers hear of it when the main thread calls `announce`.

    A cell that runs keeps the main thread to itself: what it reads is true, and observers are told when it has ended.

    >>> class Job(NotedState):
    ...     running = ReadOnly(True)
    >>> job = Job()
    >>> job.observe(lambda change: print(change["name"], change["new"]))
    >>> job.note(running=False)
    >>> job.running
    False
    >>> job.announce()
    running False
    """

    def __init__(self, *given: Any, **traits: Any) -> None:
        self._noting = threading.Lock()
        self._untold: dict[str, Any] = {}  # by name of the trait: the value that its observers were told last
        super().__init__(*given, **traits)

    def note(self, **values: Any) -> None:
        """Changes these traits, in this order, without a word to their observers; on any thread."""
        with self._noting:
            for name, value in values.items():
                self._untold.setdefault(name, getattr(self, name))
                self._trait_values[name] = value  # what `set` does, but for telling

    def announce(self) -> None:
        """Tells the observers what was noted since the last time; on the main thread."""
        with self._noting:
            changes = [(name, old, getattr(self, name)) for name, old in self._untold.items()]
            self._untold.clear()
        for name, old, new in changes:
            if new != old:
                self._notify_trait(name, old, new)
