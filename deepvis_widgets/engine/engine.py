"""What the widgets of one network share: its worker thread and its cache."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Hashable
from types import TracebackType
from typing import Any, Protocol

from deepvis_widgets.core.errors import DeepvisError

from ..core.report import Report
from .cache import Cache
from .freed_memory import give_back
from .job import Job, State, T, tell
from .worker import Worker

CACHE_BYTES = 256 * 2**20


class HasModule(Protocol):
    """Anything that can have an engine: a Network."""

    @property
    def module(self) -> Any: ...


class Engine:
    """One worker thread and one cache per network, for as long as somebody uses them.

    Get it with Engine.of(network); `with Engine.of(network) as engine:`, or acquire and release in pairs. Between the
    last release and the next acquire there is no thread and the cache is empty. The engine does not keep the network
    alive; when the network is gone, its thread ends even if nobody released it.
    """

    def __init__(self, network: HasModule, cache_bytes: int = CACHE_BYTES) -> None:
        self.cache = Cache(cache_bytes)
        self._network = weakref.ref(network)
        self._users = 0
        self._worker: Worker | None = None
        self._previous: Worker | None = None
        self._lock = threading.RLock()

    @classmethod
    def of(cls, network: HasModule) -> Engine:
        """Returns the engine of this very network object, the same one at every call."""
        with _registry_lock:
            engine = _registry.get(id(network))
            if engine is None:
                engine = _registry[id(network)] = cls(network)
                weakref.finalize(network, _forget, id(network), engine)
            return engine

    @property
    def network(self) -> HasModule:
        """The network; raises DeepvisError if it does not exist any more."""
        network = self._network()
        if network is None:
            raise DeepvisError("The network of this engine does not exist any more: load it again.")
        return network

    def acquire(self) -> Engine:
        """Begins to use the engine; its thread starts with the first user."""
        with self._lock:
            self._users += 1
            if self._worker is None:
                self._worker, self._previous = Worker(after=self._previous), None
        return self

    def release(self) -> None:
        """Stops using the engine. After the last user its thread ends, and cache and recordings are emptied.

        Waits for the pass that is being computed, at most ten seconds, and not at all when called from a callback.
        Raises RuntimeError if nobody uses the engine.
        """
        with self._lock:
            if self._users == 0:
                raise RuntimeError("The engine was released more often than acquired.")
            self._users -= 1
            if self._users:
                return
            worker, self._worker = self._worker, None
            self._previous = worker
        self._stop(worker)

    def __enter__(self) -> Engine:
        return self.acquire()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def submit(
        self,
        slot: str,
        work: Callable[[Report], T],
        *,
        key: Hashable | None = None,
        long: bool = False,
        background: bool = False,
        on_result: Callable[[T], object] | None = None,
        on_partial: Callable[[float, object], object] | None = None,
        on_error: Callable[[str, BaseException], object] | None = None,
        on_cancelled: Callable[[], object] | None = None,
        doing: str = "computing this panel",
    ) -> Job[T]:
        """Asks for `work(report)` on behalf of a slot; see Worker.submit. Raises DeepvisError if nobody acquired.

        With a `key` (see content_key) the result is cached, even if its request is superseded meanwhile, and a cached
        one is not computed again: on_result is then called at once, on the caller's thread, and the job returned is
        done. Only while the slot's previous answer is being delivered does it follow on the worker's thread instead.
        """
        worker = self._started()
        job = Job(slot, work, long, on_result, on_partial, on_error, on_cancelled, doing, background)
        if key is None:
            return worker.enqueue(job)
        found = self.cache.get(key, _MISSING)
        return self._compute(worker, job, key) if found is _MISSING else _deliver(worker, job, found)

    def cancel(self, slot: str) -> None:
        """Drops a slot's waiting job, and stops its running one at its next report."""
        worker = self._worker
        if worker is not None:
            worker.cancel(slot)

    def idle(self, timeout: float | None = None, long: bool = True) -> bool:
        """Waits until nothing runs or waits, long work left out where `long` is False, at most `timeout` seconds; False
        if something still does.
        """
        worker = self._worker
        return worker is None or worker.idle(timeout, long)

    def _started(self) -> Worker:
        worker = self._worker
        if worker is None:
            raise DeepvisError("Nobody uses this engine: acquire it before asking it for something.")
        return worker

    def _compute(self, worker: Worker, job: Job[T], key: Hashable) -> Job[T]:
        cache, work = self.cache, job.work  # this cache: work that outlives a release must not fill the next one
        job.work = lambda report: cache.get_or_make(key, lambda: work(report))
        return worker.enqueue(job)

    def _stop(self, worker: Worker | None) -> None:
        if worker is not None:
            worker.close()
        self.cache = Cache(self.cache.limit_bytes)
        recordings = getattr(self._network(), "recordings", None)
        if recordings is not None:
            recordings.clear()
        give_back()

    def _abandon(self) -> None:
        """The network is gone: end the thread without waiting for it."""
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.close(timeout=0)
        self.cache = Cache(self.cache.limit_bytes)  # not cleared: its lock may be held where the collector ran


def _deliver(worker: Worker, job: Job[T], value: T) -> Job[T]:
    if worker.clear_way(job.slot):
        job.state = State.DONE
        tell(job.on_result, value)
        return job
    job.work, job.long, job.background = (lambda report: value), False, False
    return worker.enqueue(job)


def _forget(identity: int, engine: Engine) -> None:
    with _registry_lock:
        if _registry.get(identity) is engine:
            del _registry[identity]
    engine._abandon()


_MISSING = object()
_registry: dict[int, Engine] = {}
_registry_lock = threading.RLock()  # re-entrant: a network may be collected while a new one asks for its engine
