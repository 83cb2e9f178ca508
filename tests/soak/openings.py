"""`python -m tests.soak.openings [--times 100] [--only NAME ...]`: every public widget opened and closed in one kernel.

Every second time it is closed at once, else when it has computed what it shows. Nothing of the user's module may be
alive then, nor a thread, a model of ipywidgets or a comm; and from the tenth time on the objects that Python keeps may
not become more. What is wrong is printed with the widget it was wrong in; the exit status is 1 then.
"""

from __future__ import annotations

import argparse
import ast
import gc
import os
import sys
import tempfile
import threading
import time
import weakref
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import comm
import torch
from ipywidgets import Widget
from jupyter_client import BlockingKernelClient
from jupyter_client.manager import KernelManager

import deepvis_widgets as dv
from deepvis_widgets.engine import Engine
from tests.small_nets import seeded
from tests.soak import MB, memory
from tests.unit.widgets.test_after_close import PATIENCE, SIZE, WIDGETS, Small, becomes_true, opened
from tests.unit.widgets.test_endings import BUSY

CHECKOUT = Path(__file__).resolve().parents[2]
WARM = 10  # openings after which everything is loaded that stays
SPARE = 2  # objects each opening may leave: counts of Python's own caches vary
HOUR = 3600


@dataclass
class Opened:
    """What is left of a widget that was opened so many times: what grew, from the tenth time on, for each opening."""

    name: str
    times: int
    memory: float  # MB in all
    objects: float
    most: list[tuple[str, float]]  # of which kind there are more
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        told = "".join(f"\n    WRONG {text}" for text in self.wrong)
        kinds = ", ".join(f"{name} {count:+.2f}" for name, count in self.most)
        return (
            f"{self.name:20} {self.times} times  {self.memory:+6.1f} MB  {self.objects:+8.2f} objects a time "
            f"({kinds}){told}"
        )


def open_and_close(name: str, times: int) -> Opened:
    """Opens and closes a widget, in this process, so many times."""
    before = alive()
    wrong: Counter[str] = Counter()
    early: Any = None
    for number in range(times):
        if number == min(WARM, times // 2):
            early = memory(), objects()
        module = once(name, waits=number % 2 == 1)
        for left in alive_after(module):
            wrong[left] += 1
        for left in alive() - before:
            wrong[f"{left[0]} of {left[1]} is left"] += 1
            before.add(left)
    after, count = (memory(), objects()), times - min(WARM, times // 2)
    grown = {kind: (after[1][kind] - early[1][kind]) / count for kind in after[1]}
    most = sorted(((kind, by) for kind, by in grown.items() if abs(by) >= 0.02), key=lambda pair: -abs(pair[1]))[:4]
    found = Opened(name, times, (after[0] - early[0]) / MB, sum(grown.values()), most)
    found.wrong += [f"{text}, {often} times" for text, often in wrong.items()]
    if found.objects > SPARE:
        found.wrong.append("Python's objects become more")
    return found


def alive_after(module: weakref.ref[Any] | None) -> list[str]:
    """What is alive of a closed widget when patience has ended: the user's module, and threads of the package."""

    def threads() -> list[str]:
        return [thread.name for thread in threading.enumerate() if thread.name.startswith("deepvis")]

    if becomes_true(lambda: (module is None or module() is None) and not threads()):
        return []
    return [
        *(["the user's module is alive"] if module and module() else []),
        *map("thread {} is left".format, threads()),
    ]


def once(name: str, waits: bool) -> weakref.ref[Any] | None:
    """Opens a widget, waits for what it shows or does not, and closes it; the user's module, where it takes one."""
    module, widget = opened(name) if name in WIDGETS else own(name)
    if waits:
        assert widget.idle(PATIENCE, False)
        networks = getattr(widget, "networks", None) or [getattr(widget, "network", None)]
        assert all(Engine.of(network).idle(PATIENCE) for network in networks if isinstance(network, dv.Network))
    widget.close()
    return module


def own(name: str) -> tuple[weakref.ref[Any] | None, Any]:
    """A widget with networks of its own, or the view of an atlas, which needs one first."""
    if name != "AtlasView":
        return None, getattr(dv, name)()
    module = seeded(Small())
    network = dv.Network(module, dv.Preprocess(SIZE, None), name="small")
    return weakref.ref(module), dv.AtlasView(small_atlas(), network)


@lru_cache(maxsize=1)
def small_atlas() -> str:
    folder = tempfile.mkdtemp()
    pictures = [torch.rand(3, *SIZE, generator=torch.Generator().manual_seed(number)) for number in range(12)]
    network = dv.Network(seeded(Small()), dv.Preprocess(SIZE, None), name="small")
    dv.Atlas.build(network, pictures, f"{folder}/atlas", top=2, keep=True, workers=0, quiet=True)
    return f"{folder}/atlas"


def alive() -> set[tuple[str, str, str]]:
    """Models and comms that are open: (what, kind, id); ipycanvas has a manager for all canvases."""
    models = {("a model", type(each).__name__, key) for key, each in Widget.widgets.items()}
    comms = {("a comm", str(each.target_name), key) for key, each in comm.get_comm_manager().comms.items()}
    return {each for each in models | comms if each[1] != "_CanvasManager"}


def objects() -> Counter[str]:
    """How many objects of each kind Python's collector knows."""
    while gc.collect():
        time.sleep(0.01)
    return Counter(f"{type(each).__module__}.{type(each).__name__}" for each in gc.get_objects())


@contextmanager
def kernel() -> Iterator[BlockingKernelClient]:
    manager = KernelManager()
    manager.start_kernel(cwd=str(CHECKOUT), env={**os.environ, "OMP_NUM_THREADS": "1"})
    client = manager.blocking_client()
    client.start_channels(hb=False)
    try:
        client.wait_for_ready(timeout=HOUR)
        yield client
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def run(client: BlockingKernelClient, name: str, times: int) -> Opened:
    """The same in a kernel."""
    said: list[str] = []

    def hear(message: Any) -> None:
        if message["msg_type"] == "error":
            raise AssertionError("\n".join(message["content"]["traceback"]))
        if message["msg_type"] == "stream" and message["content"]["name"] == "stdout":
            said.append(message["content"]["text"])

    code = f"from tests.soak.openings import open_and_close; print(vars(open_and_close({name!r}, {times})))"
    client.execute_interactive(code, timeout=HOUR, output_hook=hear)
    return Opened(**ast.literal_eval("".join(said)))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak.openings", description=__doc__)
    parser.add_argument("--times", type=int, default=100)
    parser.add_argument("--only", nargs="*", default=[])
    asked = parser.parse_args()
    wrong = 0
    with kernel() as client:
        for name in asked.only or BUSY:
            found = run(client, name, asked.times)
            print(found, flush=True)
            wrong += len(found.wrong)
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
