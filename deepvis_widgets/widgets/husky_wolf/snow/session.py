"""The work behind the SnowLab, on a thread of its own: training, asking, explaining."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from torch import Tensor

from ....core.errors import DeepvisError
from ....core.masks import mask_view
from ....core.network.network import Network
from ....core.report import Report
from ....core.results import HeatMap
from ....engine.main_thread import MainThread
from ....engine.worker import Worker
from ....methods import explain
from ....zoo.scenes import Scene
from ....zoo.snow_net import examine, train_on_snow
from ..questions import answers_to
from ..scenes import Order, drawn
from .answers import NetworkAnswer, TrainedNetwork
from .state import SnowState

PARAMS: dict[str, dict[str, Any]] = {"occlusion": {"window": 16, "stride": 8}}  # of pictures of 64 x 64
TRAINED, EXAMINED = 0.85, 0.95  # how far the progress is then


class Subscriber(Protocol):
    """Who is told what came out, on whichever thread it came."""

    def show_network(self, found: NetworkAnswer | None) -> None: ...

    def show_progress(self, fraction: float | None, doing: str | None = None) -> None: ...

    def complain(self, sentence: str) -> None: ...


@dataclass(frozen=True)
class Training:
    """The question what a network learns that is trained on so much snow, from this seed."""

    share: float
    seed: int


@dataclass(frozen=True, eq=False)
class Explanation:
    """The question why network `number` answers as it does: the map of `method` for each picture that is `missing`."""

    number: int
    made: TrainedNetwork
    method: str
    missing: tuple[int, ...]


@dataclass(frozen=True)
class Lesson:
    """What every network of one SnowLab has in common: the pictures that are voted on, or have to be drawn as
    `orders`; with how many `fresh` animals it is examined; the first seed, and the rest for `train_on_snow`.
    """

    orders: Sequence[Order]
    scenes: Sequence[Scene]
    fresh: int
    seed: int
    budget: Mapping[str, int]


class SnowSession:
    """Trains what `state` asks for and explains what it shows, and tells `pane` what came out.

    Trained networks become points of the state on the main thread, also where the answer came on another one.
    """

    def __init__(self, state: SnowState, pane: Subscriber, lesson: Lesson) -> None:
        self._state, self._pane, self._lesson = state, pane, lesson
        self.scenes = tuple(lesson.scenes)
        self.made: tuple[TrainedNetwork, ...] = ()
        self.maps: dict[tuple[int, str], dict[int, HeatMap]] = {}  # by number of the network and method
        self._main, self._worker = MainThread(), Worker("deepvis-snow")
        self._closed = False
        self._lock = threading.RLock()
        state.observe(self._follow, names=["shown", "method"])
        self._shown = state.shown, state.method

    # --- training ---

    def train(self) -> None:
        """Trains a network with the share of snow that is set; DeepvisError while one is being trained."""
        self._state.begin_training()
        self._pane.complain("")
        self._pane.show_progress(0.0, "Starting")
        question = self._next_training()
        self._worker.submit(
            "train",
            partial(self._make, question),
            long=True,
            on_result=self._trained,
            on_partial=self._progressed,
            on_error=lambda sentence, _: self._ended(sentence),
            on_cancelled=self._ended,
            doing="training the network",
        )

    def _next_training(self) -> Training:
        share = self._state.share
        again = sum(point["share"] == share for point in self._state.points)
        return Training(share, self._lesson.seed + again)

    def _make(self, question: Training, report: Report) -> TrainedNetwork:
        """Trains a network, examines it, and asks it about the pictures."""
        lesson, begun = self._lesson, time.monotonic()
        network = train_on_snow(question.share, question.seed, **lesson.budget, report=part_of(report, 0, TRAINED))
        seconds = time.monotonic() - begun
        found = examine(network, count=lesson.fresh, report=part_of(report, TRAINED, EXAMINED))
        scenes = self._drawn(part_of(report, EXAMINED, 1))
        views = tuple(network.view(scene) for scene in scenes)
        masks = tuple(_mask(network, scene) for scene in scenes)
        answers = answers_to(network, views)
        return TrainedNetwork(question.share, question.seed, network, found, scenes, views, masks, answers, seconds)

    def _drawn(self, report: Report) -> tuple[Scene, ...]:
        orders = self._lesson.orders
        while len(self.scenes) < len(orders):
            self.scenes = (*self.scenes, drawn(orders[len(self.scenes)]))
            report(len(self.scenes) / len(orders), "Drawing the pictures")
        return self.scenes

    def _progressed(self, fraction: float, doing: object) -> None:
        self._pane.show_progress(fraction, str(doing) if doing else None)

    def _trained(self, made: TrainedNetwork) -> None:
        self._pane.show_progress(None)
        self._change(self._add, made)

    def _add(self, made: TrainedNetwork) -> None:
        with self._lock:
            self.made = (*self.made, made)
        self._state.add(made.point)

    def _ended(self, sentence: str = "") -> None:
        """Stopped, or failed for the reason that `sentence` says."""
        self._pane.show_progress(None)
        if sentence:
            self._pane.complain(sentence)
        self._change(self._state.end_training)

    def _change(self, change: Callable[..., object], *values: object) -> None:
        """Changes the state on the thread that may do so."""

        def unless_closed() -> None:
            if not self._closed:
                change(*values)

        self._main.run(unless_closed)

    def stop(self) -> None:
        """Stops training; what was drawn for it stays."""
        self._worker.cancel("train")

    # --- what is shown ---

    def _follow(self, _: Any = None) -> None:
        with self._lock:
            self._shown = self._state.shown, self._state.method
            self._publish()
            self._explain(*self._shown)

    def _publish(self) -> None:
        number, method = self._shown
        if not 0 <= number < len(self.made):
            self._pane.show_network(None)
            return
        before = self.made[number - 1] if number else None
        maps = dict(self.maps.get((number, method), {}))
        self._pane.show_network(NetworkAnswer(self.made[number], before, method, maps))

    def _explain(self, number: int, method: str) -> None:
        """Explains what this network said to every picture that has no map yet."""
        self._worker.cancel("explain")
        if not 0 <= number < len(self.made):
            return
        maps = self.maps.setdefault((number, method), {})
        missing = tuple(index for index in range(len(self.made[number].scenes)) if index not in maps)
        if missing:
            self._ask(Explanation(number, self.made[number], method, missing))

    def _ask(self, question: Explanation) -> None:
        self._worker.submit(
            "explain",
            partial(_maps, question),
            long=True,
            on_partial=lambda _, found: self._mapped(question, found),
            on_error=lambda sentence, _: self._pane.complain(sentence),
            doing=f"running {question.method}",
        )

    def _mapped(self, question: Explanation, found: Any) -> None:
        """One more map, (number of the picture, map), or nothing but progress."""
        if found is None:
            return
        with self._lock:
            shown = question.number, question.method
            self.maps[shown][found[0]] = found[1]
            if shown == self._shown:
                self._publish()

    # --- the end ---

    def idle(self, timeout: float) -> bool:
        """Waits until nothing runs or waits; False if something still does after `timeout` seconds."""
        return self._worker.idle(timeout)

    def close(self) -> None:
        """Ends the thread; nothing more is told. Closing again changes nothing."""
        if self._closed:
            return
        self._closed = True
        self._state.unobserve(self._follow, names=["shown", "method"])
        self._worker.close()
        with self._lock:
            self.scenes, self.made, self.maps = (), (), {}


def part_of(report: Report, start: float, end: float, tell: bool = True) -> Report:
    """Returns the same report for a part of the whole; without `tell` it says only how far it is."""

    def part(fraction: float, partial: object | None = None) -> None:
        report(start + (end - start) * fraction, partial if tell else None)

    return part


def _maps(question: Explanation, report: Report) -> None:
    """Explains one picture after the other; each map is reported."""
    made, count = question.made, len(question.missing)
    for place, index in enumerate(question.missing):
        asking = part_of(report, place / count, (place + 1) / count, tell=False)
        params = PARAMS.get(question.method, {})
        found = explain(made.network, made.scenes[index], question.method, report=asking, **params)
        assert isinstance(found, HeatMap)
        report((place + 1) / count, (index, found))


def _mask(network: Network, scene: Scene) -> Tensor | None:
    """The animal as the network sees it; None where the picture brings no mask, or none of it is seen."""
    try:
        return mask_view(network, scene)
    except DeepvisError:
        return None
