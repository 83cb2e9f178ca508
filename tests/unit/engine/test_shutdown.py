"""How threads end with the process: interrupted inside their work, at most once, and waited for in spite of Ctrl-C."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from deepvis_widgets.core.errors import Cancelled
from deepvis_widgets.engine import Worker, shutdown
from deepvis_widgets.engine.interruptible import Interrupted, Interruptible
from deepvis_widgets.engine.shutdown import end_all, end_with_process

WAIT = 60
ROUNDS, FEW = 100, 30


@pytest.fixture(autouse=True)
def quick_turns() -> Iterator[None]:
    """Threads take turns after every few steps, so that an interruption may come anywhere."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.fixture
def escaped(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What ended a thread."""
    found: list[Any] = []
    monkeypatch.setattr(threading, "excepthook", lambda arguments: found.append(arguments.exc_type))
    return found


def spin(until: Callable[[], object]) -> None:
    """Computes in Python, where an interruption may come after every step."""
    end = time.monotonic() + WAIT
    while not until() and time.monotonic() < end:
        pass


def in_a_thread(act: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=act, daemon=True)
    thread.start()
    return thread


def test_work_is_interrupted_once_however_often_it_is_asked_for() -> None:
    work, caught, began, enough = Interruptible(), [], threading.Event(), threading.Event()

    def swallow() -> None:
        while not enough.is_set():
            try:
                began.set()
                spin(enough.is_set)
            except Interrupted as error:
                caught.append(error)

    thread = in_a_thread(lambda: work.run(swallow))
    assert began.wait(WAIT)
    spin(lambda: work.interrupt() or caught)
    for _ in range(ROUNDS):
        work.interrupt()
        time.sleep(0)
    enough.set()
    thread.join(WAIT)
    assert len(caught) == 1


def test_nothing_is_raised_before_work_in_a_pause_and_after_it(escaped: list[Any]) -> None:
    work, began, go_on = Interruptible(), threading.Event(), threading.Event()

    def waits() -> str:
        with work.paused():
            began.set()
            spin(go_on.is_set)
        return "done"

    answers: list[str] = []
    work.interrupt()
    thread = in_a_thread(lambda: answers.append(work.run(waits)))
    assert began.wait(WAIT)
    work.interrupt()
    go_on.set()
    thread.join(WAIT)
    work.interrupt()
    assert answers == ["done"] and not escaped


def test_a_pause_of_another_thread_is_none() -> None:
    work, caught = Interruptible(), []

    def act() -> None:
        try:
            work.run(lambda: spin(lambda: False))
        except Interrupted as error:
            caught.append(error)

    thread = in_a_thread(act)
    with work.paused():
        spin(lambda: work.interrupt() or caught)
    thread.join(WAIT)
    assert len(caught) == 1


def test_interrupted_leaves_work_by_its_own_door_only(escaped: list[Any]) -> None:
    """One thread works in many short pieces, another interrupts whatever it is at, as fast as it can."""
    at: list[Interruptible] = [Interruptible()]
    outside: list[BaseException] = []
    caught: list[BaseException] = []

    def pieces() -> None:
        until = time.monotonic() + WAIT
        while len(caught) < FEW and time.monotonic() < until:
            try:
                at[0] = work = Interruptible()
                try:
                    work.run(lambda: [None for _ in range(1000)])
                except Interrupted as error:
                    caught.append(error)
                sum(range(50))
            except Interrupted as error:
                outside.append(error)

    thread = in_a_thread(pieces)
    while thread.is_alive():
        at[0].interrupt()
    assert len(caught) == FEW and not outside and not escaped


def test_a_worker_that_is_interrupted_all_the_time_ends_without_a_word(escaped: list[Any]) -> None:
    for _ in range(ROUNDS):
        worker, began = Worker(), threading.Event()
        worker.submit("a", lambda report, began=began: began.set() or spin(lambda: False))
        assert began.wait(WAIT)
        worker.end()
        spin(lambda worker=worker: worker.interrupt() or worker.wait(0))
        assert worker.wait(WAIT)
    assert not escaped


def test_a_report_is_told_whole(worker: Worker, escaped: list[Any]) -> None:
    told: list[str] = []
    began = threading.Event()

    def tell(fraction: float, partial: object) -> None:
        began.set()
        spin(lambda: worker._ending)
        for _ in range(ROUNDS):
            time.sleep(0)
        told.append("whole")

    worker.submit("a", lambda report: report(0.5), on_partial=tell)
    assert began.wait(WAIT)
    worker.end()
    spin(lambda: worker.interrupt() or worker.wait(0))
    assert told == ["whole"] and not escaped


# Ctrl-C


@pytest.fixture
def ctrl_c() -> Iterator[Callable[[], None]]:
    """Presses Ctrl-C as soon as this thread waits, until it notices: once."""
    this, begun, noticed = threading.get_ident(), threading.Event(), []
    threads: list[threading.Thread] = []

    def notice(number: int, frame: object) -> None:
        if not noticed:
            noticed.append(number)
            raise KeyboardInterrupt

    def waits() -> bool:
        code = sys._current_frames()[this].f_code
        return code.co_filename == threading.__file__ and code.co_name.lstrip("_").startswith("wait")

    def press() -> None:
        begun.wait(WAIT)  # until this thread does not wait for the other to begin
        while not noticed:
            spin(waits)
            signal.pthread_kill(this, signal.SIGINT)
            time.sleep(0.01)

    def begin() -> None:
        threads.append(in_a_thread(press))
        begun.set()

    before = signal.signal(signal.SIGINT, notice)
    yield begin
    for thread in threads:
        thread.join(WAIT)
    signal.signal(signal.SIGINT, before)


def test_a_close_that_is_interrupted_can_wait_again(gate: Any, ctrl_c: Callable[[], None]) -> None:
    worker = Worker()
    worker.submit("a", gate)
    assert gate.started.wait(WAIT)
    ctrl_c()
    with pytest.raises(KeyboardInterrupt):
        worker.close(WAIT)
    assert worker.close(0) is False
    gate.opened.set()
    assert worker.close(WAIT) is True


class Computing:
    """Ends when it is told to, and counts."""

    def __init__(self) -> None:
        self.ended, self.interruptions = threading.Event(), 0
        self.on_interrupt: Callable[[], object] = self.ended.set

    def end(self) -> None:
        pass

    def interrupt(self) -> None:
        self.interruptions += 1
        self.on_interrupt()

    def wait(self, timeout: float | None) -> bool:
        return self.ended.wait(timeout)


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> Computing:
    """The only thing that has to end with the process."""
    monkeypatch.setattr(shutdown, "_running", type(shutdown._running)())
    monkeypatch.setattr(shutdown, "PATIENCE", WAIT)
    what = Computing()
    end_with_process(what)
    return what


def test_the_end_waits_again_after_ctrl_c(
    alone: Computing, monkeypatch: pytest.MonkeyPatch, ctrl_c: Callable[[], None]
) -> None:
    monkeypatch.setattr(shutdown, "AGAIN", WAIT)
    pressed: list[bool] = []
    wait, alone.on_interrupt = alone.wait, lambda: None

    def wait_twice(timeout: float | None) -> bool:
        if timeout and not pressed:
            pressed.append(True)
            ctrl_c()
        elif pressed:
            alone.ended.set()
        return wait(timeout)

    alone.wait = wait_twice  # type: ignore[method-assign]
    end_all()
    assert pressed and alone.ended.is_set()


def test_the_end_does_not_wait_for_ever(alone: Computing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutdown, "PATIENCE", 0.2)
    alone.on_interrupt = lambda: None
    end_all()
    assert alone.interruptions and not alone.ended.is_set()


def test_the_end_interrupts_until_it_has_ended(alone: Computing) -> None:
    alone.on_interrupt = lambda: alone.interruptions == 3 and alone.ended.set()
    end_all()
    assert alone.interruptions == 3


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_process_waits_for_none_of_its_parents_threads(worker: Worker, gate: Any) -> None:
    worker.submit("a", gate)
    assert gate.started.wait(WAIT)
    child = multiprocessing.get_context("fork").Process(target=lambda: sys.exit(len(shutdown._running)))
    child.start()
    child.join(WAIT)
    assert child.exitcode == 0
    assert len(shutdown._running) >= 1


def test_a_cancelled_job_goes_on_being_cancelled(worker: Worker, diary: Any, reporting_gate: Any) -> None:
    """A report that comes after the end of the process was announced stops the work, interrupted or not."""
    caught: list[BaseException] = []

    def work(report: Any) -> None:
        try:
            reporting_gate(report)
        except BaseException as error:
            caught.append(error)
            raise

    worker.submit("a", work, **diary.listen("a"))
    assert reporting_gate.started.wait(WAIT)
    worker.end()
    reporting_gate.opened.set()
    assert worker.wait(WAIT)
    assert [type(error) for error in caught] == [Cancelled] and diary.lines == []
