"""How much a process grows while somebody clicks and drags for long."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from itertools import count

import psutil
import torch

import deepvis_widgets as dv
from deepvis_widgets.widgets.link.protocol import pack
from tests.benchmarks.rows import Row
from tests.small_nets import Plain

CLICKS, DRAGS = 1000, 10_000
SIDE = 64  # of the small net that is dragged over, so that ten thousand passes take a minute
GOAL = 50


def rows() -> Iterator[Row]:
    """Growth in MB by clicks on the embedded net, with backward views, and by a drag over a small one."""
    small = dv.Network(Plain(), dv.Preprocess((SIDE, SIDE), None))
    for what, network, action, times in (
        (f"{CLICKS:,} clicks, husky-wolf", dv.load("husky-wolf"), _click, CLICKS),
        (f"{DRAGS:,} steps of a drag, a net of {SIDE} pixels", small, _drag, DRAGS),
    ):
        pictures = [torch.rand(3, SIDE, SIDE, generator=torch.Generator().manual_seed(0))] if network is small else None
        explorer = dv.Explorer(network, pictures=pictures)
        if network is small:
            explorer.method = None  # an overlay takes most of a step, and a minute is not enough then
        else:
            explorer.backward = "gradient"
        numbers = count(1)
        _repeat(explorer, action, numbers, times // 20)  # what is made once
        before = _megabytes()
        _repeat(explorer, action, numbers, times)
        yield Row("Memory", what, _megabytes() - before, "MB more", "", GOAL)
        explorer.close()


def _repeat(explorer: dv.Explorer, action: Callable[[dv.Explorer, int], None], numbers: count[int], times: int) -> None:
    for _ in range(times):
        action(explorer, next(numbers))
    assert explorer.session.idle(100)


def _click(explorer: dv.Explorer, number: int) -> None:
    """Unit after unit, and another layer every hundred clicks."""
    if number % 100 == 0:
        explorer.layer = explorer.network.layers.names[number // 100 % len(explorer.network.layers.names)]
    explorer.set_state({"unit": number % explorer.network.layers[explorer.layer].channels})
    assert explorer.session.idle(100)


def _drag(explorer: dv.Explorer, number: int) -> None:
    """The message of one step, until it is acknowledged; the rectangle walks over the whole picture."""
    answered = threading.Event()
    explorer.ack = lambda seq: answered.set()
    box = [number % (SIDE - 16), number // (SIDE - 16) % (SIDE - 16), 16, 16]
    message, buffers = pack("stage/occluder", number, {"box": box, "final": False})
    explorer._receive(None, message, [memoryview(buffer) for buffer in buffers])
    assert answered.wait(100)


def _megabytes() -> float:
    return float(psutil.Process().memory_info().rss) / 2**20
