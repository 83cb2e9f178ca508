"""Many threads ask, supersede and cancel at random: each job ends exactly once, and no thread is left."""

from __future__ import annotations

import random
import threading
from collections import Counter

import pytest

from deepvis_widgets.core.errors import Cancelled, DeepvisError
from deepvis_widgets.engine import Engine, State, Worker

WAIT = 120
THREADS, REQUESTS, SLOTS = 6, 300, 5


class Tally:
    """How often each job ended, and how; which job ran while another did."""

    def __init__(self) -> None:
        self.ends: dict[int, list[str]] = {}
        self.ended: dict[int, threading.Event] = {}
        self.inside: list[bool] = []  # of the jobs running now, whether each is long
        self.faults: list[str] = []

    def callbacks(self, number: int) -> dict[str, object]:
        self.ends[number], self.ended[number] = [], threading.Event()
        return {
            "on_result": lambda value: self.result(number, value),
            "on_error": lambda text, error: self.end(number, "error"),
            "on_cancelled": lambda: self.end(number, "cancelled"),
            "on_partial": lambda fraction, partial: self.partial(number),
        }

    def end(self, number: int, how: str) -> None:
        self.ends[number].append(how)
        self.ended[number].set()

    def result(self, number: int, value: int) -> None:
        self.end(number, "result")
        if value != number:
            self.faults.append(f"job {number} got the result of {value}")

    def partial(self, number: int) -> None:
        if self.ends[number]:
            self.faults.append(f"job {number} reported after its end")

    def work(self, number: int, long: bool, kind: str):
        def run(report):
            if self.inside and (long or self.inside != [True]):
                self.faults.append(f"job {number} (long: {long}) ran inside {self.inside}")
            self.inside.append(long)
            try:
                report(0.3)
                if kind == "error":
                    raise ValueError(number)
                if kind == "give up":
                    raise Cancelled
                report(0.6)
                return number
            finally:
                self.inside.pop()

        return run


def ask(submit, cancel, tally: Tally, jobs: list, first: int, start: threading.Barrier) -> None:
    chance = random.Random(first)
    start.wait()
    for number in range(first, first + REQUESTS):
        alone, long = chance.random() < 0.2, chance.random() < 0.3
        slot = f"alone {first}" if alone else f"shared {chance.randrange(SLOTS)}"
        kind = chance.choice(["result"] * 6 + ["error", "give up"])
        try:
            jobs.append(submit(slot, tally.work(number, long, kind), long=long, **tally.callbacks(number)))
        except DeepvisError:
            tally.end(number, "refused")
        if chance.random() < 0.1:
            cancel(slot)
        if alone:  # nobody supersedes it, so that enough jobs run to their end on any machine
            tally.ended[number].wait(WAIT)


def storm(submit, cancel, tally: Tally) -> tuple[list, list[threading.Thread], threading.Barrier]:
    jobs: list = []
    start = threading.Barrier(THREADS + 1)
    threads = [
        threading.Thread(target=ask, args=(submit, cancel, tally, jobs, index * REQUESTS, start))
        for index in range(THREADS)
    ]
    for thread in threads:
        thread.start()
    return jobs, threads, start


def join(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.join(WAIT)
        assert not thread.is_alive()


def check(tally: Tally, jobs: list) -> Counter:
    assert tally.faults == []
    assert len(tally.ends) == THREADS * REQUESTS
    wrong = {number: ends for number, ends in tally.ends.items() if len(ends) != 1}
    assert wrong == {}
    told = Counter(ends[0] for ends in tally.ends.values())
    states = Counter(job.state for job in jobs)
    assert states[State.DONE] == told["result"]
    assert states[State.FAILED] == told["error"]
    assert states[State.CANCELLED] == told["cancelled"]
    assert len(jobs) == THREADS * REQUESTS - told["refused"]
    return told


@pytest.fixture(autouse=True)
def quiet(monkeypatch):
    """Hundreds of wanted errors need no hundred tracebacks; and threads change often."""
    import logging
    import sys

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    logging.disable(logging.ERROR)
    yield
    logging.disable(logging.NOTSET)
    sys.setswitchinterval(interval)


def test_each_job_ends_exactly_once():
    before = threading.active_count()
    worker, tally = Worker(), Tally()
    jobs, threads, start = storm(worker.submit, worker.cancel, tally)
    start.wait()
    join(threads)
    assert worker.idle(WAIT)
    told = check(tally, jobs)
    assert told["result"] > 0 and told["cancelled"] > 0 and told["error"] > 0
    assert worker.close(WAIT)
    assert threading.active_count() == before


def test_each_job_ends_exactly_once_when_the_worker_closes_in_the_middle():
    before = threading.active_count()
    worker, tally = Worker(), Tally()
    halfway = threading.Event()
    jobs, threads, start = storm(worker.submit, worker.cancel, tally)
    worker.submit("signal", lambda report: None, on_result=lambda value: halfway.set())
    start.wait()
    assert halfway.wait(WAIT)
    assert worker.close(WAIT)
    join(threads)
    check(tally, jobs)
    assert threading.active_count() == before


def test_a_network_may_be_acquired_and_released_from_many_threads():
    class Network:
        module = None

    before = threading.active_count()
    network, faults = Network(), []

    def use(index: int) -> None:
        for turn in range(40):
            ends: list[str] = []
            with Engine.of(network) as engine:
                engine.submit(
                    f"slot {index}",
                    lambda report: 1,
                    key=(index, turn // 2),
                    on_result=lambda value, ends=ends: ends.append("result"),
                    on_cancelled=lambda ends=ends: ends.append("cancelled"),
                )
                engine.idle(WAIT)
            if len(ends) != 1:
                faults.append((index, turn, ends))

    threads = [threading.Thread(target=use, args=(index,)) for index in range(THREADS)]
    for thread in threads:
        thread.start()
    join(threads)
    assert faults == []
    assert threading.active_count() == before
