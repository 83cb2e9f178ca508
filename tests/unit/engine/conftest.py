"""Listeners, workers and work that waits for the test: order is made with events, never with time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from deepvis_widgets.engine import Report, Worker

WAIT = 60  # only a broken engine waits that long


class Diary:
    """What happened, in order, from any thread; `listen(name)` gives the four callbacks of one job."""

    def __init__(self) -> None:
        self.lines: list[tuple[Any, ...]] = []
        self.threads: list[threading.Thread] = []

    def write(self, *line: Any) -> None:
        self.lines.append(line)
        self.threads.append(threading.current_thread())

    def listen(self, name: str) -> dict[str, Callable[..., None]]:
        return {
            "on_result": lambda value: self.write(name, "result", value),
            "on_partial": lambda fraction, partial: self.write(name, "partial", fraction, partial),
            "on_error": lambda text, error: self.write(name, "error", text),
            "on_cancelled": lambda: self.write(name, "cancelled"),
        }

    def of(self, name: str) -> list[tuple[Any, ...]]:
        return [line[1:] for line in self.lines if line[0] == name]


class Gate:
    """Work that says when it started, and returns "gate" when the test opens it."""

    def __init__(self) -> None:
        self.started = threading.Event()
        self.opened = threading.Event()

    def __call__(self, report: Report) -> str:
        self.started.set()
        assert self.opened.wait(WAIT)
        return "gate"


class ReportingGate(Gate):
    """The same, and it reports once after it was opened."""

    def __call__(self, report: Report) -> str:
        super().__call__(report)
        report(0.5, "half")
        return "gate"


@pytest.fixture
def diary() -> Diary:
    return Diary()


@pytest.fixture
def gate() -> Iterator[Gate]:
    gate = Gate()
    yield gate
    gate.opened.set()


@pytest.fixture
def reporting_gate() -> Iterator[ReportingGate]:
    gate = ReportingGate()
    yield gate
    gate.opened.set()


@pytest.fixture
def worker() -> Iterator[Worker]:
    worker = Worker()
    yield worker
    assert worker.close(WAIT)  # the gates are open by now
