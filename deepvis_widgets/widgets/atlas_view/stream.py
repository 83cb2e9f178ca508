"""Work in small pieces on a network's engine: whatever the user does meanwhile comes in between."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator

from ...core.errors import DeepvisError
from ...engine.engine import Engine

_END = object()


class Stream:
    """A slot of an engine, no one else's, that goes through iterators a step at a time; a newer one takes the place of
    the older.
    """

    def __init__(self, engine: Engine, slot: str) -> None:
        self._engine, self._slot = engine, f"{slot} {uuid.uuid4().hex}"
        self._lock = threading.RLock()
        self._turn = 0

    def start(
        self, steps: Iterator[object], fail: Callable[[str], object], done: Callable[[], object] = lambda: None
    ) -> None:
        """Goes through `steps` on the engine's thread; `fail(sentence)` if one raises, `done()` at the end of all."""
        with self._lock:
            self._turn += 1
            turn = self._turn

        def step(_: object) -> object:
            try:
                return next(steps, _END)
            except DeepvisError as error:  # what was asked for does not exist: no failure of ours
                return error

        def proceed(value: object) -> None:
            if value is _END:
                done()
            elif isinstance(value, DeepvisError):
                fail(str(value))
            else:
                submit()

        def submit() -> None:
            with self._lock:  # an older iterator must not supersede the newer one
                if turn == self._turn:
                    self._engine.submit(
                        self._slot,
                        step,
                        on_result=proceed,
                        on_error=lambda why, _: fail(why),
                        doing="reading the atlas",
                    )

        submit()

    def stop(self) -> None:
        """Begins no further step."""
        with self._lock:
            self._turn += 1
        self._engine.cancel(self._slot)
