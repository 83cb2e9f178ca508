"""The order of the jobs in a queue."""

from deepvis_widgets.engine.job import Job
from deepvis_widgets.engine.job_queue import JobQueue


def job(slot: str, long: bool = False) -> Job[None]:
    return Job(slot, lambda report: None, long)


def drain(queue: JobQueue) -> list[Job[None]]:
    jobs = []
    while (taken := queue.next()) is not None:
        jobs.append(taken)
    return jobs


def test_short_before_long_each_in_order():
    queue = JobQueue()
    jobs = [job("a", True), job("b"), job("c", True), job("d")]
    assert [queue.put(each) for each in jobs] == [None] * 4
    assert len(queue) == 4
    assert drain(queue) == [jobs[1], jobs[3], jobs[0], jobs[2]]
    assert len(queue) == 0


def test_put_returns_what_it_replaces_and_keeps_the_place():
    queue = JobQueue()
    first, second, newer = job("a"), job("b"), job("a")
    queue.put(first)
    queue.put(second)
    assert queue.put(newer) is first
    assert drain(queue) == [newer, second]


def test_put_changes_the_lane():
    queue = JobQueue()
    short, long = job("a"), job("a", True)
    queue.put(short)
    assert queue.put(long) is short
    assert queue.waiting(1) == [] and queue.take("a", 1) is None
    assert queue.put(short) is long
    assert queue.waiting(1) == ["a"] and queue.take("a", 1) is short
    assert len(queue) == 0


def test_drop_one_and_all():
    queue = JobQueue()
    short, long = job("a"), job("b", True)
    for each in (short, long):
        queue.put(each)
        assert queue.drop(each.slot) is each
        assert queue.drop(each.slot) is None
        queue.put(each)
    assert queue.drop_all() == [short, long]
    assert len(queue) == 0 and queue.next() is None
