"""The queue of a worker: the jobs that wait for their turn."""

from __future__ import annotations

from typing import Any

from .job import Job

Lane = dict[str, Job[Any]]


class JobQueue:
    """At most one job per slot; those of a lower rank first, then in the order in which their slots came.

    A slot that asks again keeps its place, so a slot that asks all the time cannot starve the others.
    Not thread-safe: the worker holds its lock.
    """

    def __init__(self) -> None:
        self._lanes: tuple[Lane, Lane, Lane] = ({}, {}, {})  # by rank

    def __len__(self) -> int:
        return sum(map(len, self._lanes))

    def put(self, job: Job[Any]) -> Job[Any] | None:
        """Queues a job; returns the one of the same slot that it replaces."""
        own = self._lanes[job.rank]
        older = own.get(job.slot) or self.drop(job.slot)  # in its own lane the slot keeps its place
        own[job.slot] = job
        return older

    def drop(self, slot: str) -> Job[Any] | None:
        """Takes a slot's job out; None if none waits."""
        return self.take(slot, len(self._lanes))

    def drop_all(self) -> list[Job[Any]]:
        """Takes every job out."""
        jobs = [job for lane in self._lanes for job in lane.values()]
        for lane in self._lanes:
            lane.clear()
        return jobs

    def next(self) -> Job[Any] | None:
        """Takes the job whose turn it is; None if none waits."""
        lane = next(filter(None, self._lanes), None)
        return lane.pop(next(iter(lane))) if lane else None

    def waiting(self, below: int) -> list[str]:
        """Returns the slots with a job of a rank `below` this one waiting, in turn."""
        return [slot for lane in self._lanes[:below] for slot in lane]

    def take(self, slot: str, below: int) -> Job[Any] | None:
        """Takes a slot's job of a rank `below` this one out; None if none waits."""
        return next((lane.pop(slot) for lane in self._lanes[:below] if slot in lane), None)
