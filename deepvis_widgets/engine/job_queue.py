"""The queue of a worker: the jobs that wait for their turn."""

from __future__ import annotations

from typing import Any

from .job import Job

Lane = dict[str, Job[Any]]


class JobQueue:
    """At most one job per slot; short ones first, then in the order in which their slots came.

    A slot that asks again keeps its place, so a slot that asks all the time cannot starve the others.
    Not thread-safe: the worker holds its lock.
    """

    def __init__(self) -> None:
        self._short: Lane = {}
        self._long: Lane = {}

    def __len__(self) -> int:
        return len(self._short) + len(self._long)

    def put(self, job: Job[Any]) -> Job[Any] | None:
        """Queues a job; returns the one of the same slot that it replaces."""
        lane, other = (self._long, self._short) if job.long else (self._short, self._long)
        older = other.pop(job.slot, None) or lane.get(job.slot)
        lane[job.slot] = job
        return older

    def drop(self, slot: str) -> Job[Any] | None:
        """Takes a slot's job out; None if none waits."""
        return self._short.pop(slot, None) or self._long.pop(slot, None)

    def drop_all(self) -> list[Job[Any]]:
        """Takes every job out."""
        jobs = [*self._short.values(), *self._long.values()]
        self._short.clear()
        self._long.clear()
        return jobs

    def next(self) -> Job[Any] | None:
        """Takes the job whose turn it is; None if none waits."""
        lane = self._short or self._long
        return lane.pop(next(iter(lane))) if lane else None

    def short_slots(self) -> list[str]:
        """Returns the slots with a short job waiting, in turn."""
        return list(self._short)

    def take_short(self, slot: str) -> Job[Any] | None:
        """Takes a slot's short job out; None if none waits."""
        return self._short.pop(slot, None)
