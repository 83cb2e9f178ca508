"""What another thread notes is read at once, and told where and when it is announced."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import traitlets

from deepvis_widgets.widgets.kit.noted_state import NotedState, ReadOnly


class Job(NotedState):
    running = ReadOnly(False)
    done = traitlets.Int(0)


@pytest.fixture
def job() -> Job:
    return Job()


@pytest.fixture
def heard(job: Job) -> list[tuple[str, Any, Any]]:
    changes: list[tuple[str, Any, Any]] = []
    job.observe(lambda change: changes.append((change["name"], change["old"], change["new"])))
    return changes


def test_what_is_noted_is_read_at_once_and_told_when_it_is_announced(job: Job, heard: list[Any]) -> None:
    thread = threading.Thread(target=lambda: job.note(done=3, running=True))
    thread.start()
    thread.join()
    assert (job.done, job.running, heard) == (3, True, [])
    job.announce()
    assert heard == [("done", 0, 3), ("running", False, True)]
    job.announce()
    assert len(heard) == 2


def test_only_what_differs_from_what_was_told_last_is_told(job: Job, heard: list[Any]) -> None:
    job.note(done=1)
    job.note(done=2, running=True)
    job.note(running=False)
    job.announce()
    assert heard == [("done", 0, 2)]


def test_what_is_set_meanwhile_stays(job: Job, heard: list[Any]) -> None:
    job.note(done=1)
    job.done = 5
    job.announce()
    assert job.done == 5 and heard[-1] == ("done", 0, 5)


def test_an_observer_reads_everything_that_was_noted(job: Job) -> None:
    read: list[tuple[int, bool]] = []
    job.observe(lambda _: read.append((job.done, job.running)))
    job.note(done=1, running=True)
    job.announce()
    assert read == [(1, True)] * 2


def test_what_an_observer_notes_is_for_the_next_time(job: Job, heard: list[Any]) -> None:
    job.observe(lambda change: job.note(running=False), names="done")
    job.note(done=1, running=True)
    job.announce()
    assert not job.running and heard == [("done", 0, 1), ("running", False, True)]
    job.announce()
    assert not job.running and heard[2:] == [("running", True, False)]


@pytest.mark.parametrize("kind", [traitlets.TraitError, AttributeError])
def test_what_is_there_to_be_read_cannot_be_set(job: Job, kind: type[Exception]) -> None:
    with pytest.raises(kind, match='The "running" trait is read-only.'):
        job.running = True
    job.set_trait("running", True)
    assert job.running
