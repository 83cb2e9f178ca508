"""The order of those who wait."""

from deepvis_widgets.engine.job import Job
from deepvis_widgets.engine.job_queue import Waiting


def job(slot: str, long: bool = False) -> Job[None]:
    return Job(slot, lambda report: None, long)


def drain(waiting: Waiting) -> list[Job[None]]:
    jobs = []
    while (taken := waiting.next()) is not None:
        jobs.append(taken)
    return jobs


def test_short_before_long_each_in_order():
    waiting = Waiting()
    jobs = [job("a", True), job("b"), job("c", True), job("d")]
    assert [waiting.put(each) for each in jobs] == [None] * 4
    assert len(waiting) == 4
    assert drain(waiting) == [jobs[1], jobs[3], jobs[0], jobs[2]]
    assert len(waiting) == 0


def test_put_returns_what_it_replaces_and_keeps_the_place():
    waiting = Waiting()
    first, second, newer = job("a"), job("b"), job("a")
    waiting.put(first)
    waiting.put(second)
    assert waiting.put(newer) is first
    assert drain(waiting) == [newer, second]


def test_put_changes_the_lane():
    waiting = Waiting()
    short, long = job("a"), job("a", True)
    waiting.put(short)
    assert waiting.put(long) is short
    assert waiting.short_slots() == [] and waiting.take_short("a") is None
    assert waiting.put(short) is long
    assert waiting.short_slots() == ["a"] and waiting.take_short("a") is short
    assert len(waiting) == 0


def test_drop_one_and_all():
    waiting = Waiting()
    short, long = job("a"), job("b", True)
    for each in (short, long):
        waiting.put(each)
        assert waiting.drop(each.slot) is each
        assert waiting.drop(each.slot) is None
        waiting.put(each)
    assert waiting.drop_all() == [short, long]
    assert len(waiting) == 0 and waiting.next() is None
