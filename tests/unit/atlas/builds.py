"""Runs by itself: loads the package once, then builds the small atlas in children of its own, as each line says.

`kill 7`: a child that kills itself at its seventh step on the disk, before or after it; says how many files of parts it
left, or "done". `both`: two children at once, of which the second begins when the first has taken a step and goes on
when the second has ended; says what became of each.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import tqdm.auto  # noqa: F401  this and the next are loaded once, before children are forked

import deepvis_widgets as dv
import deepvis_widgets.atlas.builder.build  # noqa: F401
from tests.unit.atlas.small import LAYERS, small_network


def build(folder: str, out: str) -> None:
    dv.Atlas.build(small_network(), folder, out, layers=LAYERS, shard=8, pictures=True, top=3, workers=0, quiet=True)


def before_each_step(then: Callable[[], None]) -> None:
    """Calls `then` before a file is written down to the disk, before it is moved to its place, and after."""

    def stepping(really: Callable[..., Any]) -> Callable[..., Any]:
        def step(*arguments: Any, **named: Any) -> Any:
            then()
            return really(*arguments, **named)

        return step

    for name in ("fsync", "replace", "rename", "unlink"):
        setattr(os, name, stepping(getattr(os, name)))


def forked(work: Callable[[], None]) -> int:
    """Returns the id of a child that does this; no pass has run in this process: there are no threads to lose."""
    child = os.fork()
    if child == 0:
        status = 2
        try:
            work()
            status = 0
        except dv.DeepvisError as error:
            print(error, file=sys.stderr, flush=True)
            status = 1
        finally:
            os._exit(status)
    return child


def killed(folder: str, out: str, step: int) -> str:
    steps = iter(range(step - 1, -1, -1))

    def work() -> None:
        before_each_step(lambda: next(steps) or os.kill(os.getpid(), signal.SIGKILL))
        build(folder, out)

    status = os.waitstatus_to_exitcode(os.waitpid(forked(work), 0)[1])
    parts = len(list(Path(f"{out}.part").glob("*.part")))
    return str(parts) if status == -signal.SIGKILL else "done" if status == 0 else "failed"


def both(folder: str, out: str) -> str:
    begun, ended = os.pipe(), os.pipe()

    def first() -> None:
        waits = iter([lambda: (os.write(begun[1], b"."), os.read(ended[0], 1))])
        before_each_step(lambda: next(waits, lambda: None)())
        build(folder, out)

    one = forked(first)
    os.close(begun[1])  # so that reading ends if the child does
    os.read(begun[0], 1)
    _, second = os.waitpid(forked(lambda: build(folder, out)), 0)
    os.write(ended[1], b".")
    statuses = os.waitpid(one, 0)[1], second
    return " ".join(str(os.waitstatus_to_exitcode(status)) for status in statuses)


def main(folder: str, out: str) -> None:
    for line in sys.stdin:
        what, *numbers = line.split()
        print(killed(folder, out, int(numbers[0])) if what == "kill" else both(folder, out), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
