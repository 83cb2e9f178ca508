"""Tasks that wait for other tasks, run by an executor."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from typing import Any, Protocol

TICK = 0.5  # seconds between two looks at whether the build is still wanted


@dataclass(frozen=True)
class Task:
    """A call of a function of a module, and the names of the tasks that must be done before."""

    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    needs: tuple[str, ...] = ()


class Executor(Protocol):
    """Runs tasks; `count` of them at a time are enough to keep all of its workers busy."""

    @property
    def count(self) -> int: ...

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]: ...

    def replace(self, error: BaseException, progress: int) -> bool:
        """Returns whether a task that failed is worth trying again, with new workers; `progress` tasks are done."""


def run(
    tasks: Mapping[str, Task], executor: Executor, done: Callable[[str, Any], None], tick: Callable[[], None]
) -> None:
    """Runs all tasks; `done(name, result)` after each, and `tick()` now and then: it may raise to end everything.

    Tasks are begun in the order of `tasks` as far as their needs allow, those that join others' results first.
    """
    waiting = dict(tasks)
    finished: set[str] = set()
    running: dict[Future[Any], str] = {}
    while waiting or running:
        for name in _next(waiting, tasks, finished, executor.count - len(running)):
            del waiting[name]
            running[executor.submit(tasks[name].function, *tasks[name].arguments)] = name
        ended, _ = wait(running, timeout=TICK, return_when=FIRST_COMPLETED)
        tick()
        for future in ended:
            name = running.pop(future)
            error = future.exception()
            if error is None:
                finished.add(name)
                done(name, future.result())
            elif executor.replace(error, len(finished)):
                waiting[name] = tasks[name]
            else:
                raise error


def _next(waiting: Mapping[str, Task], tasks: Mapping[str, Task], finished: set[str], free: int) -> list[str]:
    """Returns the tasks to begin now."""
    if free <= 0:
        return []
    ready = [name for name, task in waiting.items() if all(n in finished or n not in tasks for n in task.needs)]
    ready.sort(key=lambda name: not tasks[name].needs)
    return ready[:free]
