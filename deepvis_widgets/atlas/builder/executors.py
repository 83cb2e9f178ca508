"""The executors of a build: this process, processes of its own, or a Dask cluster."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any

import torch

from ...core.errors import DeepvisError
from ...core.threads import one_thread
from .task_graph import Executor

TRIES = 3  # processes may die that often before a task is finished
AHEAD = 2  # tasks handed out for each worker: one running, one waiting at its door


class SerialExecutor:
    """Runs the tasks in this process, one after the other."""

    count = 1

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        future: Future[Any] = Future()
        with one_thread():
            try:
                future.set_result(function(*arguments))
            except Exception as error:
                future.set_exception(error)
        return future

    def replace(self, error: BaseException, progress: int) -> bool:
        return False


class ProcessExecutor:
    """Runs the tasks in fresh processes of one thread each, replaced when one of them dies."""

    def __init__(self, workers: int) -> None:
        self.workers, self.count = workers, AHEAD * workers
        self._pool = self._begin()
        self._broken: ProcessPoolExecutor | None = None
        self._deaths, self._progress = 0, 0

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        try:
            return self._pool.submit(function, *arguments)
        except BrokenProcessPool as error:  # it broke since the last look; told like a task that failed
            future: Future[Any] = Future()
            future.set_exception(error)
            return future

    def replace(self, error: BaseException, progress: int) -> bool:
        if not isinstance(error, BrokenProcessPool):
            return False
        if not _is_broken(self._pool):  # another task of the same pool told it before
            return True
        self._deaths = 1 if progress > self._progress else self._deaths + 1
        self._progress = progress
        if self._deaths >= TRIES:
            raise DeepvisError(
                "The worker processes end before they finish anything: give fewer workers if memory is short, and in a "
                'script build under `if __name__ == "__main__":`, or with workers=0.'
            ) from error
        self._pool.shutdown(wait=False)
        self._pool = self._begin()
        return True

    def close(self) -> None:
        """Ends the processes without waiting for what they do: what is half done is not used."""
        processes = list((getattr(self._pool, "_processes", None) or {}).values())
        self._pool.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.terminate()
        for process in processes:
            process.join(5)

    def _begin(self) -> ProcessPoolExecutor:
        spawn = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(self.workers, mp_context=spawn, initializer=_prepare)


def _is_broken(pool: ProcessPoolExecutor) -> bool:
    try:
        pool.submit(int).cancel()
    except BrokenProcessPool:
        return True
    return False


def _prepare() -> None:
    """Prepares a new process: it has one thread, and ends with its parent."""
    torch.set_num_threads(1)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_after, args=(parent,), daemon=True).start()


def _end_after(parent: Any) -> None:
    parent.join()
    os._exit(1)


class ClusterExecutor:
    """Runs the tasks on the workers of a Dask client. Dask itself gives the task of a worker that died to another."""

    def __init__(self, client: Any) -> None:
        self._executor = client.get_executor(pure=False, retries=TRIES)
        self.count = AHEAD * max(1, len(client.nthreads()))

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        future: Future[Any] = self._executor.submit(function, *arguments)
        return future

    def replace(self, error: BaseException, progress: int) -> bool:
        return False

    def close(self) -> None:
        self._executor.shutdown(wait=False)


@contextmanager
def open_executor(workers: int, cluster: Any = None) -> Iterator[Executor]:
    """Yields the executor of a build: of the Dask client `cluster`, of `workers` processes, or with 0 of this process.

    >>> with open_executor(0) as executor:
    ...     executor.submit(max, 1, 2).result()
    2
    """
    if cluster is None and workers == 0:
        yield SerialExecutor()
        return
    found: ProcessExecutor | ClusterExecutor = ProcessExecutor(workers) if cluster is None else ClusterExecutor(cluster)
    try:
        yield found
    finally:
        found.close()
