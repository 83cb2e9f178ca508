"""One request: what to compute, for which slot, and whom to tell."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from enum import Enum
from typing import Generic, TypeVar

from ..core.report import Report
from .interruptible import Interrupted, Interruptible

T = TypeVar("T")

logger = logging.getLogger(__name__)


class State(Enum):
    """Where a job is. The last three are final, and each job reaches exactly one of them."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(eq=False)
class Job(Generic[T]):
    """A request of one slot. It ends in exactly one of on_result, on_error, on_cancelled.

    Of a lower `rank` are those that run inside it when it reports. `doing` completes "failed while ..." in the sentence
    that on_error receives.
    `state` and all below belong to the worker: read `state`, change none.
    """

    slot: str
    work: Callable[[Report], T]
    long: bool = False
    on_result: Callable[[T], object] | None = None
    on_partial: Callable[[float, object], object] | None = None
    on_error: Callable[[str, BaseException], object] | None = None
    on_cancelled: Callable[[], object] | None = None
    doing: str = "computing this panel"
    background: bool = False
    state: State = State.WAITING
    unwanted: bool = False  # superseded or cancelled after it started
    speaking: bool = False  # on_partial is being called
    computing: Interruptible = field(default_factory=Interruptible)
    context: Context = field(default_factory=copy_context)  # of whoever asks: a front end finds its session in there

    @property
    def rank(self) -> int:
        """0 of a short job, 1 of a long one, 2 of one in the background."""
        return 2 if self.background else int(self.long)

    def within(self, act: Callable[..., object], *args: object) -> None:
        """Calls `act(*args)` with the context variables of whoever asked; several threads may, one inside the other."""
        self.context.copy().run(act, *args)


def tell(callback: Callable[..., object] | None, *args: object) -> None:
    """Calls a callback, if there is one; what it raises goes to the log (Ctrl-C goes on to the caller)."""
    if callback is None:
        return
    try:
        callback(*args)
    except (KeyboardInterrupt, Interrupted):
        raise
    except BaseException:
        logger.exception("A callback of the engine failed")
