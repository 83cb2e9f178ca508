"""What the widgets of one network share."""

from __future__ import annotations

import gc
import threading
import weakref
from dataclasses import dataclass, field

import pytest
from torch import nn

from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.engine import Engine, State

WAIT = 60


@dataclass  # equal to each other, and not hashable: only identity may count
class Network:
    module: nn.Module | None = None
    recordings: dict[str, int] = field(default_factory=dict)


@pytest.fixture
def network():
    return Network()


@pytest.fixture
def engine(network):
    with Engine.of(network) as engine:
        yield engine


def test_one_engine_per_network_object(network):
    other = Network()
    assert network == other
    assert Engine.of(network) is Engine.of(network)
    assert Engine.of(network) is not Engine.of(other)
    assert Engine.of(network).network is network


def test_the_thread_lives_from_the_first_user_to_the_last(network):
    before = threading.active_count()
    engine = Engine.of(network)
    assert threading.active_count() == before
    engine.acquire()
    engine.acquire()
    assert threading.active_count() == before + 1
    engine.release()
    assert threading.active_count() == before + 1
    engine.release()
    assert threading.active_count() == before


def test_the_last_release_empties_cache_and_recordings(network):
    engine = Engine.of(network)
    network.recordings["picture"] = 1
    engine.acquire()
    engine.acquire()
    engine.cache.put("key", 1)
    engine.release()
    assert "key" in engine.cache and network.recordings
    engine.release()
    assert "key" not in engine.cache and engine.cache.bytes == 0
    assert not network.recordings


def test_a_network_needs_no_recordings():
    class Bare:
        module = None

    with Engine.of(Bare()) as engine:
        assert engine.idle(WAIT)


def test_it_can_be_used_again_after_the_last_release(network, diary):
    for turn in range(2):
        with Engine.of(network) as engine:
            engine.submit("a", lambda report: 1, **diary.listen(f"turn {turn}"))
            assert engine.idle(WAIT)
    assert diary.lines == [("turn 0", "result", 1), ("turn 1", "result", 1)]


def test_asking_without_acquire_is_one_sentence(network):
    engine = Engine.of(network)
    with pytest.raises(DeepvisError, match="acquire"):
        engine.submit("a", lambda report: 1)
    engine.cancel("a")
    assert engine.idle(0)


def test_releasing_too_often_is_a_programming_error(network):
    engine = Engine.of(network).acquire()
    engine.release()
    with pytest.raises(RuntimeError, match="more often"):
        engine.release()
    engine.acquire()  # and did not spoil the count
    engine.submit("a", lambda report: 1)
    engine.release()


def test_release_from_a_callback_and_the_next_thread_waits_for_the_last(network, diary, gate):
    engine, early = Engine.of(network).acquire(), threading.Event()

    def close(value):
        engine.release()
        gate(None)
        diary.write("closed")

    engine.submit("a", lambda report: 1, on_result=close)
    assert gate.started.wait(WAIT)
    with Engine.of(network) as again:
        again.submit("a", lambda report: early.set(), **diary.listen("a"))
        assert not early.wait(0.2)  # a chance to begin too early
        gate.opened.set()
        assert again.idle(WAIT)
    assert diary.lines == [("closed",), ("a", "result", None)]


def test_errors_and_progress_pass_through(engine, diary):
    def work(report):
        report(0.5, "half")
        raise DeepvisError("There is no unit 99.")

    job = engine.submit("a", work, key="key", long=True, **diary.listen("a"))
    assert engine.idle(WAIT)
    assert diary.of("a") == [("partial", 0.5, "half"), ("error", "There is no unit 99.")]
    assert job.long and job.state is State.FAILED
    assert "key" not in engine.cache


def test_cancel_reaches_the_worker(engine, diary, gate):
    engine.submit("a", gate, **diary.listen("a"))
    assert gate.started.wait(WAIT)
    engine.cancel("a")
    gate.opened.set()
    assert engine.idle(WAIT)
    assert diary.lines == [("a", "cancelled")]


# Cache


def never(report):
    raise AssertionError("computed although cached")


@pytest.mark.parametrize("value", ["value", None])
def test_a_cached_result_is_told_at_once_on_this_thread(engine, diary, value):
    engine.submit("a", lambda report: value, key="key", **diary.listen("first"))
    assert engine.idle(WAIT)
    job = engine.submit("a", never, key="key", **diary.listen("second"))
    assert diary.lines == [("first", "result", value), ("second", "result", value)]
    assert diary.threads[1] is threading.current_thread()
    assert job.state is State.DONE


def test_without_a_key_nothing_is_cached(engine, diary):
    for name in ("first", "second"):
        engine.submit("a", lambda report, name=name: name, **diary.listen(name))
        assert engine.idle(WAIT)
    assert diary.lines == [("first", "result", "first"), ("second", "result", "second")]
    assert len(engine.cache) == 0


def test_two_slots_that_ask_the_same_compute_it_once(engine, diary, gate):
    engine.submit("a", gate, key="key", **diary.listen("a"))
    assert gate.started.wait(WAIT)
    engine.submit("b", never, key="key", **diary.listen("b"))
    gate.opened.set()
    assert engine.idle(WAIT)
    assert diary.lines == [("a", "result", "gate"), ("b", "result", "gate")]


def test_a_cached_answer_supersedes_what_the_slot_asked_before(engine, diary, gate):
    engine.cache.put("key", "cached")
    engine.submit("a", gate, **diary.listen("running"))
    assert gate.started.wait(WAIT)
    engine.submit("a", lambda report: 1, **diary.listen("waiting"))
    engine.submit("a", never, key="key", **diary.listen("cached"))
    gate.opened.set()
    assert engine.idle(WAIT)
    assert diary.of("running") == diary.of("waiting") == [("cancelled",)]
    assert diary.of("cached") == [("result", "cached")]


@pytest.mark.parametrize("moment", ["on_result", "on_partial"])
def test_a_cached_answer_never_overtakes_an_older_one_being_told(engine, diary, gate, moment):
    """Else the panel would show the older answer last."""

    def tell(*args):
        gate(None)
        diary.write("older", moment)

    engine.cache.put("key", "cached")
    engine.submit("a", lambda report: report(0.5), **{moment: tell})
    assert gate.started.wait(WAIT)
    engine.submit("a", never, key="key", long=True, **diary.listen("newer"))
    assert diary.lines == []
    gate.opened.set()
    assert engine.idle(WAIT)
    assert diary.lines == [("older", moment), ("newer", "result", "cached")]


def test_a_superseded_result_is_cached_all_the_same(engine, diary, gate):
    engine.submit("a", gate, key="key")
    assert gate.started.wait(WAIT)
    engine.cancel("a")
    gate.opened.set()
    assert engine.idle(WAIT)
    engine.submit("a", never, key="key", **diary.listen("again"))
    assert diary.lines == [("again", "result", "gate")]


def test_a_failing_callback_does_not_reach_the_caller(engine, caplog):
    def broken(value):
        raise ValueError("broken panel")

    engine.cache.put("key", 1)
    engine.submit("a", never, key="key", on_result=broken)
    assert "broken panel" in caplog.text


# Weak references


def test_a_released_engine_lets_the_network_go():
    network = Network(nn.Linear(2, 2))
    gone = weakref.ref(network)
    with Engine.of(network) as engine:
        engine.submit("a", lambda report, network=network: network, key="key", on_result=lambda value: None)
        assert engine.idle(WAIT)
    del network
    gc.collect()
    assert gone() is None
    with pytest.raises(DeepvisError, match="does not exist any more"):
        engine.network  # noqa: B018


def test_a_network_that_is_dropped_unreleased_ends_its_thread():
    before = threading.active_count()
    network = Network(nn.Linear(2, 2))
    engine = Engine.of(network).acquire()
    engine.submit("a", lambda report: 1, key="key")
    assert engine.idle(WAIT)
    worker = engine._worker
    del network
    gc.collect()
    assert worker.close(WAIT)  # ended by itself: close only waits for it
    assert threading.active_count() == before
    assert engine._worker is None and len(engine.cache) == 0


def test_the_registry_does_not_grow():
    from deepvis_widgets.engine import engine as file

    before = len(file._registry)
    for _ in range(20):
        with Engine.of(Network()):
            pass
    gc.collect()
    assert len(file._registry) <= before
