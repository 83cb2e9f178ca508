"""What a click on a unit costs in the kernel: from its arrival until the backward view is sent."""

from __future__ import annotations

import statistics
import threading
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import torch

import deepvis_widgets as dv
from tests.benchmarks.rows import COST, Row, seconds

NETWORKS = ("husky-wolf", "squeezenet1_1", "alexnet")
ROUNDS = 30  # no layer shown first has fewer units


def rows() -> Iterator[Row]:
    """Every network's figures, in the layer that the Explorer opens with."""
    for name in NETWORKS:
        clicks = Clicks(dv.load(name) if name == "husky-wolf" else dv.load(name, weights="random"))
        yield from clicks.rows(name)
        clicks.explorer.close()


class Clicks:
    """An Explorer without a browser, clicked at by messages."""

    def __init__(self, network: dv.Network) -> None:
        self.explorer = dv.Explorer(network)
        self.explorer.backward = "deconvnet"
        assert self.explorer.session.idle(100)
        self._sent = threading.Event()
        self.explorer.send = self._told(self.explorer.send)

    def rows(self, name: str) -> Iterator[Row]:
        """The figures of one network."""
        bare = self._bare()
        costs = [self._new(unit) / seconds(bare) for unit in range(1, ROUNDS + 1)]
        again = [self._again(unit) for unit in range(1, ROUNDS + 1)]
        cost = statistics.median(costs[1:])
        yield Row("Click on a unit", f"backward view sent, {name}", cost, COST, "the bare backward", 1.15)
        yield Row("Click on a unit", f"a unit seen before, {name}", 1000 * statistics.median(again), "ms", "", 5)

    def _told(self, send: Callable[..., None]) -> Callable[..., None]:
        def told(message: Any, *buffers: Any) -> None:
            send(message, *buffers)
            if message["kind"] == "backward/rgb":
                self._sent.set()

        return told

    def click(self, unit: int) -> None:
        """What the browser's message does, until the backward view of the unit is on its way."""
        self._sent.clear()
        self.explorer.set_state({"unit": unit})
        assert self._sent.wait(100)

    def _new(self, unit: int) -> float:
        """Seconds for a unit that was not clicked before; nothing else runs then, nor when this returns."""
        took = seconds(lambda: self.click(unit))
        assert self.explorer.session.idle(100)
        return took

    def _again(self, unit: int) -> float:
        self._new(unit)
        self._new(0)
        return self._new(unit)

    def _bare(self) -> Callable[[], object]:
        """Plain PyTorch's way back from the map of one unit after another, the pass forth done before."""
        network, layer = self.explorer.network, self.explorer.layer
        view = self.explorer.view
        assert view is not None
        x = network.feed(view[None]).requires_grad_()
        maps = network.run(x, keep=(layer,), until=layer, grad=True).outputs[layer]
        units = count()

        def back() -> object:
            channel = maps[:, next(units) % maps.shape[1]]
            return torch.autograd.grad(channel, x, channel.detach(), retain_graph=True)

        return back
