"""The work behind the page on networks of one's own making, on a thread of its own: training, asking, explaining."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ....core.network.network import Network
from ....core.results import HeatMap
from ....engine.worker import Worker
from ....methods import explain
from ....zoo.scenes import Scene
from ....zoo.snow_net import Examination, examine, train_on_snow
from ..questions import Answer, Order, Report, answers, drawn

PARAMS: dict[str, dict[str, Any]] = {"occlusion": {"window": 16, "stride": 8}}  # of pictures of 64 x 64
TRAINED, EXAMINED = 0.85, 0.95  # how far the progress is then


@dataclass(eq=False)
class Made:
    """One network that was trained, what it says of fresh animals and of the pictures, and its maps by method."""

    network: Network
    examination: Examination
    answers: list[Answer]
    seconds: float
    maps: dict[str, dict[int, HeatMap]] = field(default_factory=dict)


class SnowWork:
    """Trains and explains for one page. Callbacks come on its thread, `fail` with a sentence."""

    def __init__(
        self, orders: Sequence[Order], scenes: Sequence[Scene] | None, fresh: int, fail: Callable[[str], None]
    ) -> None:
        self.orders, self.scenes, self._fresh, self._fail = orders, list(scenes or []), fresh, fail
        self._worker = Worker("deepvis-snow")

    def train(
        self,
        share: float,
        seed: int,
        budget: dict[str, int],
        on_progress: Callable[[float, Any], None],
        done: Callable[[Made], None],
        stopped: Callable[[], None],
    ) -> None:
        """Train a network, examine it, and ask it about the pictures."""

        def work(report: Report) -> Made:
            begun = time.monotonic()
            network = train_on_snow(share, seed, **budget, report=_within(report, 0, TRAINED))
            seconds = time.monotonic() - begun
            found = examine(network, count=self._fresh, report=_within(report, TRAINED, EXAMINED))
            views = [network.view(scene) for scene in self._drawn(_within(report, EXAMINED, 1))]
            return Made(network, found, answers(network, views), seconds)

        self._submit("train", work, done, on_progress, stopped, "training the network")

    def explain(self, made: Made, method: str, on_map: Callable[[], None]) -> None:
        """Explain what a network said to every picture; `on_map` is called when more maps are in `made.maps`."""

        def on_partial(_: float, index: int | None) -> None:
            if index is not None:
                on_map()

        def work(report: Report) -> None:
            maps = made.maps.setdefault(method, {})
            for index, scene in enumerate(self.scenes):
                if index not in maps:
                    asking = _within(report, index / len(self.scenes), (index + 1) / len(self.scenes), tell=False)
                    found = explain(made.network, scene, method, report=asking, **PARAMS.get(method, {}))
                    assert isinstance(found, HeatMap)
                    maps[index] = found
                report((index + 1) / len(self.scenes), index)

        self._submit("explain", work, lambda _: None, on_partial, lambda: None, f"running {method}")

    def stop(self) -> None:
        """Stop training; what was drawn for it stays."""
        self._worker.cancel("train")

    def idle(self, timeout: float) -> bool:
        """Wait until nothing runs or waits; False if something still does after `timeout` seconds."""
        return self._worker.idle(timeout)

    def close(self) -> None:
        """End the thread; nothing more is told."""
        self._worker.close()
        self.scenes = []

    def _drawn(self, report: Report) -> list[Scene]:
        while len(self.scenes) < len(self.orders):
            self.scenes.append(drawn(self.orders[len(self.scenes)]))
            report(len(self.scenes) / len(self.orders), "Drawing the pictures")
        return self.scenes

    def _submit(
        self,
        slot: str,
        work: Callable[[Report], Any],
        done: Callable[[Any], None],
        on_partial: Callable[[float, Any], None],
        stopped: Callable[[], None],
        doing: str,
    ) -> None:
        self._worker.submit(
            slot,
            work,
            long=True,
            on_result=done,
            on_partial=on_partial,
            on_error=lambda sentence, _: self._fail(sentence),
            on_cancelled=stopped,
            doing=doing,
        )


def _within(report: Report, start: float, end: float, tell: bool = True) -> Report:
    """The same report, for a part of the whole; without `tell` it says only how far it is."""
    return lambda fraction, partial=None: report(start + (end - start) * fraction, partial if tell else None)
