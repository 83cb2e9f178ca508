"""Work, its callbacks and what they leave to the main thread see the context variables of whoever asked: where front
ends such as Shiny keep the session that a widget's messages go to.
"""

from __future__ import annotations

import asyncio
import threading
from contextvars import ContextVar
from typing import Any

import pytest

from deepvis_widgets.engine import Worker
from deepvis_widgets.engine.main_thread import MainThread
from tests.unit.engine.test_worker import WAIT, finish, hold

SESSION: ContextVar[str] = ContextVar("session", default="none")


def seen_by(worker: Worker, session: str, seen: dict[str, Any], **more: Any) -> None:
    """Asks in a session's name; `seen` gets the session that each of the job's functions finds."""
    token = SESSION.set(session)
    worker.submit(
        session,
        lambda report: (seen.update(work=SESSION.get()), report(0.5)),
        on_partial=lambda *_: seen.update(partial=SESSION.get()),
        on_result=lambda _: seen.update(result=SESSION.get()),
        on_cancelled=lambda: seen.update(cancelled=SESSION.get()),
        **more,
    )
    SESSION.reset(token)


def test_work_and_its_callbacks_are_in_the_session_of_whoever_asked(worker):
    first, second = {}, {}
    seen_by(worker, "first", first)
    seen_by(worker, "second", second)
    finish(worker)
    assert first == dict.fromkeys(("work", "partial", "result"), "first")
    assert second == dict.fromkeys(("work", "partial", "result"), "second")
    assert SESSION.get() == "none"


def test_a_short_job_inside_a_long_one_is_in_its_own_session(worker, gate):
    inside: dict[str, Any] = {}

    def long(report: Any) -> str:
        gate(report)
        report(0.5)
        return SESSION.get()

    after: list[str] = []
    token = SESSION.set("long")
    worker.submit("long", long, long=True, on_result=after.append)
    SESSION.reset(token)
    assert gate.started.wait(WAIT)
    seen_by(worker, "short", inside)
    finish(worker, gate)
    assert inside["work"] == inside["result"] == "short" and after == ["long"]


def test_an_error_is_told_in_the_session(worker):
    said: list[str] = []
    token = SESSION.set("asking")
    worker.submit("a", lambda report: 1 / 0, on_error=lambda *_: said.append(SESSION.get()))
    SESSION.reset(token)
    finish(worker)
    assert said == ["asking"]


def test_a_job_that_never_starts_is_cancelled_in_its_own_session(worker, gate):
    hold(worker, gate)
    seen: dict[str, Any] = {}
    seen_by(worker, "waiting", seen)
    worker.cancel("waiting")
    assert seen == {"cancelled": "waiting"}
    finish(worker, gate)


def test_work_that_reports_from_a_thread_of_its_own_is_in_the_session_too(worker):
    seen: dict[str, Any] = {}

    def work(report: Any) -> None:
        threads = [threading.Thread(target=report, args=(fraction,)) for fraction in (0.2, 0.4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    token = SESSION.set("asking")
    worker.submit("a", work, on_partial=lambda fraction, _: seen.update({fraction: SESSION.get()}))
    SESSION.reset(token)
    finish(worker)
    assert seen == {0.2: "asking", 0.4: "asking"}


@pytest.mark.parametrize("session", ["one", "other"])
def test_what_is_left_to_the_main_thread_is_in_the_session(worker, session):
    async def ask() -> tuple[str, bool]:
        main, answer = MainThread(), asyncio.get_running_loop().create_future()
        token = SESSION.set(session)
        here = threading.get_ident()
        tell = lambda: answer.set_result((SESSION.get(), threading.get_ident() == here))  # noqa: E731
        worker.submit("a", lambda report: None, on_result=lambda _: main.run(tell))
        SESSION.reset(token)
        return await asyncio.wait_for(answer, WAIT)

    assert asyncio.run(ask()) == (session, True)
