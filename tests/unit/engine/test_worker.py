"""Slots, order, cancelling, progress and errors of one worker."""

from __future__ import annotations

import gc
import logging
import threading
import weakref
from typing import Any

import pytest
import torch
from torch.overrides import TorchFunctionMode

from deepvis_widgets.core.errors import Cancelled, DeepvisError
from deepvis_widgets.engine import State, Worker

WAIT = 60


def hold(worker: Worker, gate: Any, slot: str = "held", **kwargs: Any) -> Any:
    """Occupy the worker until the test opens the gate."""
    job = worker.submit(slot, gate, **kwargs)
    assert gate.started.wait(WAIT)
    return job


def finish(worker: Worker, gate: Any = None) -> None:
    if gate is not None:
        gate.opened.set()
    assert worker.idle(WAIT)


def names(diary: Any) -> list[str]:
    return [line[0] for line in diary.lines if line[1] == "result"]


def test_a_result_is_told_once_on_the_worker_thread(worker, diary):
    job = worker.submit("a", lambda report: 7, **diary.listen("a"))
    finish(worker)
    assert diary.lines == [("a", "result", 7)]
    assert job.state is State.DONE
    assert diary.threads[0] is not threading.current_thread()


def test_progress_comes_in_order_before_the_result(worker, diary):
    def work(report):
        report(0.25)
        report(1, partial="almost")
        return "all"

    worker.submit("a", work, **diary.listen("a"))
    finish(worker)
    assert diary.of("a") == [("partial", 0.25, None), ("partial", 1, "almost"), ("result", "all")]


@pytest.mark.parametrize("fraction", [-0.01, 1.01, float("nan"), float("inf")])
def test_a_fraction_outside_0_1_is_an_error(worker, diary, fraction):
    worker.submit("a", lambda report: report(fraction), **diary.listen("a"))
    finish(worker)
    [(kind, text)] = diary.of("a")
    assert kind == "error" and "fraction" in text


def test_an_error_is_a_sentence_and_a_traceback_in_the_log(worker, diary, caplog):
    def broken(report):
        raise KeyError("layer nine")

    with caplog.at_level(logging.ERROR):
        job = worker.submit("a", broken, doing="running lrp", **diary.listen("a"))
        finish(worker)
    [(kind, text)] = diary.of("a")
    assert kind == "error" and "running lrp" in text and "layer nine" in text
    assert job.state is State.FAILED
    assert "in broken" in caplog.text and "KeyError" in caplog.text


def test_a_deepvis_error_is_told_in_its_own_words(worker, diary):
    def broken(report):
        raise DeepvisError("There is no layer 'x'.")

    worker.submit("a", broken, **diary.listen("a"))
    finish(worker)
    assert diary.of("a") == [("error", "There is no layer 'x'.")]


@pytest.mark.parametrize("error", [SystemExit(1), KeyboardInterrupt(), GeneratorExit(), MemoryError()])
def test_nothing_that_work_raises_ends_the_thread(worker, diary, error):
    def broken(report):
        raise error

    worker.submit("a", broken, **diary.listen("a"))
    worker.submit("b", lambda report: "alive", **diary.listen("b"))
    finish(worker)
    assert [line[0] for line in diary.of("a")] == ["error"]
    assert diary.of("b") == [("result", "alive")]


@pytest.mark.parametrize("kind", ["on_result", "on_partial", "on_error", "on_cancelled"])
def test_a_callback_that_fails_is_logged_and_the_thread_goes_on(worker, diary, caplog, kind):
    def work(report):
        report(0.5)
        if kind == "on_error":
            raise ValueError("no")
        if kind == "on_cancelled":
            raise Cancelled

    def fail(*args):
        raise SystemExit(f"{kind} is broken")

    worker.submit("a", work, **{kind: fail})
    worker.submit("b", lambda report: "alive", **diary.listen("b"))
    finish(worker)
    assert diary.of("b") == [("result", "alive")]
    assert f"{kind} is broken" in caplog.text


def test_a_newer_request_replaces_a_waiting_one(worker, diary, gate):
    hold(worker, gate)
    old = worker.submit("a", lambda report: 1, **diary.listen("old"))
    worker.submit("a", lambda report: 2, **diary.listen("new"))
    assert diary.of("old") == [("cancelled",)]  # at once, on this thread
    assert diary.threads == [threading.current_thread()]
    finish(worker, gate)
    assert diary.lines == [("old", "cancelled"), ("new", "result", 2)]
    assert old.state is State.CANCELLED


@pytest.mark.parametrize("long", [False, True])
def test_a_newer_request_stops_a_running_one_at_its_next_report(worker, diary, reporting_gate, long):
    hold(worker, reporting_gate, "a", long=long, **diary.listen("old"))
    worker.submit("a", lambda report: 2, **diary.listen("new"))
    finish(worker, reporting_gate)
    assert diary.lines == [("old", "cancelled"), ("new", "result", 2)]


def test_a_superseded_request_that_never_reports_delivers_nothing(worker, diary, gate):
    hold(worker, gate, "a", **diary.listen("old"))
    worker.submit("a", lambda report: 2, **diary.listen("new"))
    finish(worker, gate)
    assert diary.lines == [("old", "cancelled"), ("new", "result", 2)]


def test_a_superseded_request_that_fails_is_logged_but_not_told(worker, diary, gate, caplog):
    def broken(report):
        gate(report)
        raise ValueError("too late")

    worker.submit("a", broken, **diary.listen("old"))
    assert gate.started.wait(WAIT)
    worker.cancel("a")
    finish(worker, gate)
    assert diary.lines == [("old", "cancelled")]
    assert "too late" in caplog.text


def test_another_slot_is_not_disturbed(worker, diary, gate):
    hold(worker, gate, "a", **diary.listen("a"))
    worker.submit("b", lambda report: 2, **diary.listen("b"))
    finish(worker, gate)
    assert diary.lines == [("a", "result", "gate"), ("b", "result", 2)]


def test_a_supersede_switches_between_short_and_long(worker, diary, gate):
    hold(worker, gate)
    worker.submit("a", lambda report: 1, long=True, **diary.listen("long"))
    worker.submit("a", lambda report: 2, **diary.listen("short"))
    worker.submit("a", lambda report: 3, long=True, **diary.listen("long again"))
    finish(worker, gate)
    assert diary.lines == [("long", "cancelled"), ("short", "cancelled"), ("long again", "result", 3)]


def test_short_goes_before_long_then_first_come_first_served(worker, diary, gate):
    hold(worker, gate)
    for name, long in [("L1", True), ("S1", False), ("L2", True), ("S2", False)]:
        worker.submit(name, lambda report: None, long=long, **diary.listen(name))
    finish(worker, gate)
    assert names(diary) == ["S1", "S2", "L1", "L2"]


def test_a_slot_that_asks_again_keeps_its_place(worker, diary, gate):
    hold(worker, gate)
    for slot in ["drag", "click", "drag", "drag"]:
        worker.submit(slot, lambda report: None, **diary.listen(slot))
    finish(worker, gate)
    assert names(diary) == ["drag", "click"]


def test_a_slot_that_asks_all_the_time_does_not_starve_another(worker, diary, gate):
    remaining = iter(range(20))

    def drag(report):
        diary.write("drag", "ran")
        if next(remaining, None) is not None:
            worker.submit("drag", drag)

    hold(worker, gate)
    worker.submit("drag", drag)
    worker.submit("click", lambda report: None, **diary.listen("click"))
    finish(worker, gate)
    assert diary.lines.index(("click", "result", None)) == 1  # the drag came first, then asked again while it ran


def test_only_one_job_per_slot_waits(worker, gate):
    hold(worker, gate)
    jobs = [worker.submit("a", lambda report: None) for _ in range(100)]
    assert len(worker._queue) == 1
    finish(worker, gate)
    assert [job.state for job in jobs] == [State.CANCELLED] * 99 + [State.DONE]


# Short jobs inside a long one


def test_a_long_job_lets_short_ones_pass_when_it_reports(worker, diary, reporting_gate):
    hold(worker, reporting_gate, "long", long=True, **diary.listen("long"))
    worker.submit("other", lambda report: 2, long=True, **diary.listen("other long"))
    worker.submit("drag", lambda report: 1, **diary.listen("drag"))
    finish(worker, reporting_gate)
    assert [line[:2] for line in diary.lines] == [
        ("long", "partial"),
        ("drag", "result"),
        ("long", "result"),
        ("other long", "result"),
    ]
    assert len(set(diary.threads)) == 1


def test_a_short_job_lets_nobody_pass(worker, diary, reporting_gate):
    hold(worker, reporting_gate, "short", **diary.listen("short"))
    worker.submit("drag", lambda report: 1, **diary.listen("drag"))
    finish(worker, reporting_gate)
    assert names(diary) == ["short", "drag"]


def test_a_short_job_inside_that_fails_or_is_cancelled_leaves_the_long_one_alone(worker, diary, reporting_gate):
    def broken(report):
        raise ValueError("no")

    def given_up(report):
        raise Cancelled

    hold(worker, reporting_gate, "long", long=True, **diary.listen("long"))
    worker.submit("b", broken, **diary.listen("broken"))
    worker.submit("c", given_up, **diary.listen("given up"))
    worker.submit("d", lambda report: worker.cancel("d"), **diary.listen("cancelled"))
    finish(worker, reporting_gate)
    assert diary.of("broken")[0][0] == "error"
    assert diary.of("given up") == diary.of("cancelled") == [("cancelled",)]
    assert diary.of("long") == [("partial", 0.5, "half"), ("result", "gate")]
    assert diary.lines[-1][0] == "long"


def test_the_long_job_can_be_superseded_by_what_runs_inside_it(worker, diary, reporting_gate):
    def long(report):
        reporting_gate(report)
        diary.write("went on")

    def inside(report):
        worker.submit("long", lambda report: "newer", **diary.listen("newer"))

    worker.submit("long", long, long=True, **diary.listen("long"))
    assert reporting_gate.started.wait(WAIT)
    worker.submit("drag", inside, **diary.listen("drag"))
    finish(worker, reporting_gate)
    assert diary.of("long") == [("partial", 0.5, "half"), ("cancelled",)]
    assert [line[0] for line in diary.lines] == ["long", "drag", "long", "newer"]


def test_a_newer_request_never_runs_inside_the_older_of_its_slot(worker, diary):
    def supersede(fraction, partial):
        worker.submit("a", lambda report: "newer", **diary.listen("newer"))

    callbacks = {**diary.listen("older"), "on_partial": supersede}
    worker.submit("a", lambda report: report(0.5), long=True, **callbacks)
    finish(worker)
    assert diary.lines == [("older", "cancelled"), ("newer", "result", "newer")]


def test_endless_short_requests_do_not_stop_a_long_job(worker, diary, reporting_gate):
    """Each short job asks for the next; were the queue emptied at a report, the long job would come last."""
    remaining = iter(range(50))

    def drag(report):
        diary.write("drag", "ran")
        if next(remaining, None) is not None:
            worker.submit("drag", drag)

    hold(worker, reporting_gate, "long", long=True, **diary.listen("long"))
    worker.submit("drag", drag)
    finish(worker, reporting_gate)
    assert diary.lines.index(("long", "result", "gate")) < len(diary.lines) - 40


# In the background


def test_a_job_in_the_background_lets_long_ones_pass_too(worker, diary, reporting_gate):
    hold(worker, reporting_gate, "back", background=True, **diary.listen("back"))
    worker.submit("other", lambda report: 3, background=True, **diary.listen("other"))
    worker.submit("long", lambda report: report(0.5) or 2, long=True, **diary.listen("long"))
    worker.submit("drag", lambda report: 1, **diary.listen("drag"))
    finish(worker, reporting_gate)
    assert names(diary) == ["drag", "long", "back", "other"]


def test_a_job_in_the_background_rests_while_short_ones_follow_each_other(worker, diary, reporting_gate, monkeypatch):
    monkeypatch.setattr("deepvis_widgets.engine.worker.QUIET", 10 * WAIT)
    monkeypatch.setattr("deepvis_widgets.engine.worker.REST", 10 * WAIT)
    job = hold(worker, reporting_gate, "back", background=True, **diary.listen("back"))
    reporting_gate.opened.set()
    for step in range(3):
        answered = threading.Event()
        worker.submit("drag", lambda report, answered=answered: answered.set(), **diary.listen("drag"))
        assert answered.wait(WAIT), f"step {step} of the drag waits"
    assert job.state is State.RUNNING
    worker.cancel("back")
    finish(worker)
    assert diary.of("drag") == 3 * [("result", None)] and diary.of("back")[-1] == ("cancelled",)


def test_endless_short_requests_do_not_stop_one_in_the_background(worker, diary, reporting_gate, monkeypatch):
    monkeypatch.setattr("deepvis_widgets.engine.worker.REST", 0.01)
    ended = threading.Event()

    def drag(report):
        if not ended.is_set():
            worker.submit("drag", drag)

    listened = {**diary.listen("back"), "on_result": lambda value: ended.set()}
    hold(worker, reporting_gate, "back", background=True, **listened)
    worker.submit("drag", drag)
    finish(worker, reporting_gate)
    assert ended.is_set()


class Doubling(TorchFunctionMode):
    """Bends every relu, as the rules of a method do."""

    def __torch_function__(self, function, types, args=(), kwargs=None):
        result = function(*args, **(kwargs or {}))
        return 2 * result if function is torch.relu else result


@pytest.mark.parametrize("outer", [torch.inference_mode, torch.no_grad, torch.enable_grad])
def test_a_short_job_inside_starts_with_a_clean_torch_state(worker, diary, gate, outer):
    def state():
        return torch.is_grad_enabled(), torch.is_inference_mode_enabled(), torch.is_autocast_enabled("cpu"), twice()

    def twice():
        return torch.relu(torch.ones(())).item()

    def long(report):
        with outer(), Doubling(), Doubling(), torch.autocast("cpu", dtype=torch.bfloat16):
            gate(report)
            before = state()
            report(0.5)
            return before, state()

    worker.submit("long", long, long=True, **diary.listen("long"))
    assert gate.started.wait(WAIT)
    worker.submit("drag", lambda report: state(), **diary.listen("drag"))
    finish(worker, gate)
    assert diary.of("drag") == [("result", (True, False, False, 1.0))]
    before, after = diary.of("long")[-1][1]
    assert before == after
    assert before[2:] == (True, 4.0)


def test_a_short_job_inside_that_leaves_gradients_off_disturbs_nobody(worker, diary, reporting_gate):
    def long(report):
        reporting_gate(report)
        return torch.is_grad_enabled()

    worker.submit("long", long, long=True, **diary.listen("long"))
    assert reporting_gate.started.wait(WAIT)
    worker.submit("drag", lambda report: torch.set_grad_enabled(False) and None)
    finish(worker, reporting_gate)
    assert diary.of("long")[-1] == ("result", True)


# Cancel, reports from elsewhere, close


def test_cancel_drops_a_waiting_job_and_stops_a_running_one(worker, diary, reporting_gate):
    hold(worker, reporting_gate, "a", **diary.listen("running"))
    worker.submit("b", lambda report: 1, **diary.listen("waiting"))
    worker.submit("c", lambda report: 1, **diary.listen("other"))
    worker.cancel("a")
    worker.cancel("b")
    worker.cancel("nobody")
    assert diary.lines == [("waiting", "cancelled")]
    finish(worker, reporting_gate)
    assert diary.lines[1:] == [("running", "cancelled"), ("other", "result", 1)]


def test_a_report_after_the_end_is_cancelled(worker, diary):
    kept = []
    worker.submit("a", lambda report: kept.append(report), **diary.listen("a"))
    finish(worker)
    with pytest.raises(Cancelled):
        kept[0](0.5)
    assert diary.lines == [("a", "result", None)]


def test_a_callback_may_submit_cancel_and_close(worker, diary):
    def go_on(value):
        diary.write("first")
        worker.submit("a", lambda report: "second", on_result=close)

    def close(value):
        diary.write(value)
        worker.submit("b", lambda report: None, **diary.listen("b"))
        assert worker.idle() is False  # would wait for itself
        assert worker.close() is False  # cannot wait for itself

    worker.submit("a", lambda report: None, on_result=go_on)
    worker._thread.join(WAIT)
    assert diary.lines == [("first",), ("second",), ("b", "cancelled")]
    assert worker.close() is True


def test_idle_is_false_while_something_runs_and_counts_callbacks(worker, gate):
    worker.submit("a", lambda report: None, on_result=lambda value: gate(None))
    assert gate.started.wait(WAIT)
    assert worker.idle(timeout=0) is False
    finish(worker, gate)


def test_long_work_can_be_left_out_of_idle(worker, reporting_gate):
    hold(worker, reporting_gate, "long", long=True)
    worker.submit("later", lambda report: None, long=True)
    assert worker.idle(timeout=0, long=False) is True
    worker.submit("short", lambda report: None)
    assert worker.idle(timeout=0, long=False) is False
    finish(worker, reporting_gate)


def test_close_cancels_everything_ends_the_thread_and_may_be_repeated(diary, reporting_gate):
    before = threading.active_count()
    worker = Worker()
    hold(worker, reporting_gate, "a", long=True, **diary.listen("running"))
    worker.submit("b", lambda report: 1, **diary.listen("short"))
    worker.submit("c", lambda report: 1, long=True, **diary.listen("long"))
    assert worker.close(timeout=0) is False
    assert diary.lines == [("short", "cancelled"), ("long", "cancelled")]
    reporting_gate.opened.set()
    assert worker.close(WAIT) is True
    assert worker.close(WAIT) is True
    assert diary.lines[2:] == [("running", "cancelled")]
    assert threading.active_count() == before


def test_submit_after_close_says_so_in_one_sentence(worker, diary):
    worker.close()
    with pytest.raises(DeepvisError, match="closed"):
        worker.submit("a", lambda report: None, **diary.listen("a"))
    assert diary.lines == []
    assert worker.idle(0)


def test_a_worker_begins_after_the_one_before_it(diary, gate):
    first, early = Worker(), threading.Event()
    hold(first, gate, "a", on_cancelled=lambda: diary.write("first"))
    first.close(timeout=0)
    second = Worker(after=first)
    second.submit("a", lambda report: early.set(), on_result=lambda value: diary.write("second"))
    assert not early.wait(0.2)  # a chance to begin too early
    finish(second, gate)
    assert diary.lines == [("first",), ("second",)]
    second.close()


class Big:
    """Something to be collected."""


def test_an_idle_worker_keeps_no_work_alive(worker, monkeypatch):
    monkeypatch.setattr("deepvis_widgets.engine.worker.logger.disabled", True)  # pytest keeps tracebacks it captured
    big, freed = Big(), threading.Event()
    gone = weakref.ref(big, lambda ref: freed.set())
    worker.submit("b", lambda report, big=big: 1 / 0)
    worker.submit("a", lambda report, big=big: big, on_result=lambda value: None)
    finish(worker)
    del big
    assert any(collected(freed) for _ in range(100))
    assert gone() is None


def collected(freed: threading.Event) -> bool:
    gc.collect()
    return freed.wait(0.05)  # the thread may still be on its way from the last callback to its rest
