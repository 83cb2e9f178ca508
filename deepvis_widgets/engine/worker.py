"""One thread that computes what the slots ask for: latest wins, short before long."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from deepvis_widgets.core.errors import Cancelled, DeepvisError, sentence

from ..core.report import Report
from .interruptible import Interrupted
from .job import Job, State, T, tell
from .job_queue import JobQueue
from .shutdown import end_with_process
from .torch_state import fresh_torch_state

logger = logging.getLogger(__name__)
QUIET = 0.25  # s without a short job, after which a hand that drags something rests
REST = 1.0  # s that a job in the background rests at most between two reports


class Worker:
    """One daemon thread. Any thread may call any method.

    A request belongs to a slot; a newer one supersedes the older: a waiting one is dropped, a running one gets
    Cancelled at its next report, or, if it never reports again, its answer is not delivered.
    Short jobs run before long ones, and inside a long one whenever it reports; a job never runs inside a short one.
    A long one in the background also lets other long ones pass, and rests while short ones follow each other, as in a
    drag: the hand then has the processor to itself, but for one report a second.

    Callbacks run on the worker's thread, with one exception: on_cancelled of a job that never started runs on the
    thread that superseded it, cancelled it or closed the worker, before that call returns. Hold no lock there that a
    callback takes. Work and callbacks see the context variables of whoever asked.

    `after` is a worker that must have ended before this one begins to work.
    """

    def __init__(self, name: str = "deepvis", after: Worker | None = None) -> None:
        self._changed = threading.Condition()
        self._queue = JobQueue()
        self._running: list[Job[Any]] = []  # the innermost last, each of a lower rank than the one it runs in
        self._answered = -QUIET  # when the last short job ended
        self._closed = False
        self._ending = False  # with the process: nobody is told anything any more
        self._ended = threading.Event()  # nothing is computed any more; see Ending.wait
        before = after._ended if after else None
        self._thread = threading.Thread(target=self._loop, args=(before,), name=name, daemon=True)
        self._thread.start()
        end_with_process(self)

    def submit(
        self,
        slot: str,
        work: Callable[[Report], T],
        *,
        long: bool = False,
        background: bool = False,
        on_result: Callable[[T], object] | None = None,
        on_partial: Callable[[float, object], object] | None = None,
        on_error: Callable[[str, BaseException], object] | None = None,
        on_cancelled: Callable[[], object] | None = None,
        doing: str = "computing this panel",
    ) -> Job[T]:
        """Asks for `work(report)` on behalf of a slot, superseding what the slot asked before.

        Ends in exactly one of on_result(value), on_error(sentence, error), on_cancelled(); before that any number of
        on_partial(fraction, partial). Raises DeepvisError after close.
        """
        return self.enqueue(Job(slot, work, long, on_result, on_partial, on_error, on_cancelled, doing, background))

    def enqueue(self, job: Job[T]) -> Job[T]:
        """Asks for a job that was made by hand; see submit."""
        with self._changed:
            if self._ending:
                job.state = State.CANCELLED
                return job
            if self._closed:
                raise DeepvisError("This engine is closed: open the widget again to go on.")
            self._unwant(job.slot)
            older = self._queue.put(job)
            self._changed.notify_all()
        _drop(older)
        return job

    def cancel(self, slot: str) -> None:
        """Drops a slot's waiting job, and stops its running one at its next report."""
        self.clear_way(slot)

    def clear_way(self, slot: str) -> bool:
        """Cancels a slot; False if one of its callbacks is being called right now, so that an answer can follow."""
        with self._changed:
            self._unwant(slot)
            older = self._queue.drop(slot)
            clear = not any(job.slot == slot and _is_speaking(job) for job in self._running)
            if older is not None:  # nobody is woken for nothing: the thread would take the interpreter from the caller
                self._changed.notify_all()
        _drop(older)
        return clear

    def idle(self, timeout: float | None = None, long: bool = True) -> bool:
        """Waits until nothing runs or waits, long jobs left out where `long` is False, at most `timeout` seconds; False
        if not so, and in a callback.
        """
        if self._is_own_thread():
            return False
        with self._changed:
            return self._changed.wait_for(self._is_idle if long else self._is_answered, timeout)

    def _is_idle(self) -> bool:
        return not self._running and not self._queue

    def _is_answered(self) -> bool:
        return all(job.rank for job in self._running) and not self._queue.waiting(1)

    def close(self, timeout: float | None = 10.0) -> bool:
        """Cancels everything and waits at most `timeout` seconds for the thread; False if it is still in its last pass.

        The thread ends in any case once that pass reports or returns. Closing again changes nothing. From a callback
        it does not wait.
        """
        with self._changed:
            self._closed = True
            for job in self._running:
                job.unwanted = True
            dropped = self._queue.drop_all()
            self._changed.notify_all()
        for job in dropped:
            _drop(job)
        return not self._is_own_thread() and self.wait(timeout)

    def wait(self, timeout: float | None = None) -> bool:
        """Waits for the thread, at most `timeout` seconds; False if it still works."""
        ended = self._ended.wait(timeout)
        if ended:
            self._thread.join(timeout)  # its last steps
        return ended

    def end(self) -> None:
        """Drops everything without telling anybody, because the process ends, and lets the thread end, too."""
        with self._changed:
            self._closed = self._ending = True
            for job in (*self._running, *self._queue.drop_all()):
                job.unwanted = True
                job.on_result = job.on_partial = job.on_error = job.on_cancelled = None
            self._changed.notify_all()

    def interrupt(self) -> None:
        """Interrupts what is being computed."""
        for job in list(self._running):
            job.computing.interrupt()

    # The thread

    def _loop(self, before: threading.Event | None) -> None:
        if before is not None:
            before.wait()
        try:
            while (job := self._take()) is not None:
                self._run(job)
                del job  # while it waits for the next one, the thread keeps no picture and no network alive
        except Interrupted:
            pass
        finally:
            self._ended.set()

    def _take(self) -> Job[Any] | None:
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._closed)
            return self._start(self._queue.next())

    def _start(self, job: Job[T] | None) -> Job[T] | None:
        if job is not None:
            job.state = State.RUNNING
            self._running.append(job)
        return job

    def _run(self, job: Job[Any]) -> None:
        try:
            job.within(self._work, job)
        finally:
            with self._changed:
                self._answered = self._answered if job.rank else time.monotonic()
                self._running.remove(job)
                self._changed.notify_all()

    def _work(self, job: Job[Any]) -> None:
        try:
            result = job.computing.run(job.work, partial(self._report, job))
        except (Cancelled, Interrupted) as stopped:
            self._end(job, State.CANCELLED)
            tell(job.on_cancelled)
            if isinstance(stopped, Interrupted):
                raise
        except BaseException as error:  # SystemExit too: nothing may end the thread
            self._fail(job, error)
        else:
            wanted = self._end(job, State.DONE)
            tell(job.on_result, result) if wanted else tell(job.on_cancelled)

    def _fail(self, job: Job[Any], error: BaseException) -> None:
        logger.error("Slot %s failed while %s", job.slot, job.doing, exc_info=error)
        if self._end(job, State.FAILED):
            tell(job.on_error, sentence(error, job.doing), error)
        else:
            tell(job.on_cancelled)

    def _end(self, job: Job[Any], state: State) -> bool:
        """Sets the final state; False if that is CANCELLED. Whoever supersedes the job from here on comes after it."""
        with self._changed:
            job.state = State.CANCELLED if job.unwanted else state
            return job.state is not State.CANCELLED

    # Reports

    def _report(self, job: Job[Any], fraction: float, partial: object | None = None) -> None:
        if not 0 <= fraction <= 1:
            raise ValueError(f"a progress fraction lies in [0, 1], this one is {fraction}")
        with job.computing.paused():
            self._speak(job, fraction, partial)
            if job.rank and self._is_own_thread():
                self._let_others_pass(job)
                self._rest(job)
            self._check(job)

    def _speak(self, job: Job[Any], fraction: float, partial: object | None) -> None:
        with self._changed:
            self._check(job)
            job.speaking = True
        try:
            job.within(tell, job.on_partial, fraction, partial)
        finally:
            with self._changed:
                job.speaking = False

    def _let_others_pass(self, job: Job[Any]) -> None:
        """One round: the slots that wait now, so that a steady stream of requests cannot stop the long job for good."""
        with self._changed:
            self._check(job)  # in one step with the list: a newer job of the same slot must not run inside the older
            slots = self._queue.waiting(job.rank)
        for slot in slots:
            self._run_inside(slot, job.rank)

    def _run_inside(self, slot: str, rank: int) -> None:
        with self._changed:
            job = self._start(self._queue.take(slot, rank))
        if job is not None:
            with fresh_torch_state():
                self._run(job)

    def _rest(self, job: Job[Any]) -> None:
        """A job in the background waits while a short one may soon follow the last."""
        until = time.monotonic() + REST
        while job.background and (left := min(until, self._answered + QUIET) - time.monotonic()) > 0:
            with self._changed:
                self._changed.wait_for(lambda: job.unwanted or self._queue.waiting(job.rank), left)
            self._let_others_pass(job)

    def _check(self, job: Job[Any]) -> None:
        with self._changed:
            if job.unwanted or job.state is not State.RUNNING:
                raise Cancelled(f"slot {job.slot}")

    # With the lock held, or without any

    def _unwant(self, slot: str) -> None:
        for job in self._running:
            if job.slot == slot:
                job.unwanted = True
                self._changed.notify_all()  # it may rest

    def _is_own_thread(self) -> bool:
        return threading.current_thread() is self._thread


def _drop(job: Job[Any] | None) -> None:
    """Ends a job that was taken out of the queue before it started."""
    if job is not None:
        job.state = State.CANCELLED
        job.within(tell, job.on_cancelled)


def _is_speaking(job: Job[Any]) -> bool:
    return job.speaking or job.state is not State.RUNNING
