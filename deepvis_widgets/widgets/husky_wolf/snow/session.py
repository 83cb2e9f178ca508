"""The work behind the SnowLab, on a thread of its own: training, asking, explaining."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Protocol

from ....core.errors import DeepvisError
from ....core.masks import known_mask
from ....core.report import Report, part_of
from ....core.results import HeatMap
from ....engine.main_thread import MainThread
from ....engine.worker import Worker
from ....methods import explain
from ....zoo.scenes import Scene
from ....zoo.snow_net import examine, train_on_snow
from ..questions import answers_to
from ..scenes import Order, drawn
from .answers import NetworkAnswer, TrainedNetwork
from .samples import draw_samples
from .state import SnowState

PARAMS: dict[str, dict[str, Any]] = {"occlusion": {"window": 16, "stride": 8}}  # of pictures of 64 x 64
PARTS = (0, 0.85), (0.85, 0.95), (0.95, 1)  # of the progress: training, examining, drawing the pictures


class Subscriber(Protocol):
    """Who is told what came out, on whichever thread it came."""

    def show_samples(self, scenes: Sequence[Scene]) -> None: ...

    def show_network(self, found: NetworkAnswer | None) -> None: ...

    def show_progress(self, fraction: float | None, doing: str | None = None) -> None: ...

    def complain(self, sentence: str) -> None: ...


class SnowSession:
    """Trains what `state` asks for and explains what it shows, and tells `pane` what came out.

    A trained network is noted in the state and shown at once, on the thread it came on; who observes the state hears of
    it on the main thread. Each is asked about `scenes`, or what is drawn as `orders` where there are none, and examined
    with so many `fresh` animals; `seed` is the first one, and `budget` the rest for `train_on_snow`.
    """

    def __init__(
        self,
        state: SnowState,
        pane: Subscriber,
        orders: Sequence[Order],
        scenes: Sequence[Scene],
        fresh: int,
        seed: int,
        budget: Mapping[str, int],
    ) -> None:
        self._state, self._pane = state, pane
        self._orders, self._fresh, self._seed, self._budget = orders, fresh, seed, budget
        self.scenes = tuple(scenes)
        self.samples: tuple[Scene, ...] = ()  # pictures such as the first network will learn from
        self.made: tuple[TrainedNetwork, ...] = ()
        self.maps: dict[tuple[int, str], dict[int, HeatMap]] = {}  # by number of the network and method
        self._main, self._worker = MainThread(), Worker("deepvis-snow")
        self.idle = self._worker.idle
        self._closed = False
        self._lock = threading.RLock()
        state.observe(self._follow, names=["shown", "method"])
        state.observe(self._sample, names="share")
        self._shown = state.shown, state.method

    def begin(self) -> None:
        """Shows pictures such as the first network will learn from."""
        self._sample()

    def _sample(self, _: Any = None) -> None:
        """Draws them for the share that is set, as long as there are no answers of a network to show."""
        if self.made:
            return
        self._worker.submit(
            "samples",
            partial(draw_samples, self._state.share),
            on_result=self._sampled,
            on_partial=lambda _, scenes: self._sampled(scenes),
            on_error=lambda sentence, _: self._pane.complain(sentence),
            doing="drawing the pictures",
        )

    def _sampled(self, scenes: Any) -> None:
        with self._lock:
            if scenes and not self.made:
                self.samples = scenes
                self._pane.show_samples(scenes)

    # --- training ---

    def known_maps(self) -> dict[tuple[int, str], dict[int, HeatMap]]:
        """Returns the maps that there are, by number of the network and method, and by number of the picture."""
        with self._lock:
            return {shown: dict(maps) for shown, maps in self.maps.items() if maps}

    def train(self) -> None:
        """Trains a network with the share of snow that is set; DeepvisError while one is being trained, and after the
        end.
        """
        if self._closed:
            raise DeepvisError("This lab is closed; open another one to train networks.")
        self._state.begin_training()
        self._pane.complain("")
        self._pane.show_progress(0.0, "Starting")
        share = self._state.share
        again = sum(point["share"] == share for point in self._state.points)
        self._worker.submit(
            "train",
            partial(self._make, share, self._seed + again),
            long=True,
            on_result=self._trained,
            on_partial=self._progressed,
            on_error=lambda sentence, _: self._ended(sentence),
            on_cancelled=self._ended,
            doing="training the network",
        )

    def _make(self, share: float, seed: int, report: Report) -> TrainedNetwork:
        """Trains a network, examines it, and asks it about the pictures."""
        training, examining, drawing = (part_of(report, first, last, lambda doing: doing) for first, last in PARTS)
        begun = time.monotonic()
        network = train_on_snow(share, seed, **self._budget, report=training)
        seconds = time.monotonic() - begun
        found = examine(network, count=self._fresh, report=examining)
        scenes = self._drawn(drawing)
        views = tuple(network.view(scene) for scene in scenes)
        masks = tuple(known_mask(network, scene) for scene in scenes)
        answers = answers_to(network, views)
        return TrainedNetwork(share, seed, network, found, scenes, views, masks, answers, seconds)

    def _drawn(self, report: Report) -> tuple[Scene, ...]:
        for order in self._orders[len(self.scenes) :]:
            self.scenes = (*self.scenes, drawn(order))
            report(len(self.scenes) / len(self._orders), "Drawing the pictures")
        return self.scenes

    def _progressed(self, fraction: float, doing: object) -> None:
        self._pane.show_progress(fraction, str(doing) if doing else None)

    def _trained(self, made: TrainedNetwork) -> None:
        self._pane.show_progress(None)
        with self._lock:
            if self._closed:
                return
            self.made = (*self.made, made)
            self._show(len(self.made) - 1, self._shown[1])
            self._state.add(made.point)  # last: who waits for the end of the training finds everything there
        self._main.run(self._state.announce)

    def _ended(self, sentence: str = "") -> None:
        """Stopped, or failed for the reason that `sentence` says."""
        self._pane.show_progress(None)
        if sentence:
            self._pane.complain(sentence)
        self._state.end_training()
        self._main.run(self._state.announce)

    def stop(self) -> None:
        """Stops training and drawing; what was drawn stays."""
        for slot in ("train", "samples"):
            self._worker.cancel(slot)

    # --- what is shown ---

    def _follow(self, _: Any = None) -> None:
        with self._lock:
            if (self._state.shown, self._state.method) != self._shown:
                self._show(self._state.shown, self._state.method)

    def _show(self, number: int, method: str) -> None:
        self._shown = number, method
        self._publish()
        self._explain()

    def _publish(self) -> None:
        number, method = self._shown
        if not 0 <= number < len(self.made):
            self._pane.show_network(None)
            return
        before = self.made[number - 1] if number else None
        maps = dict(self.maps.get((number, method), {}))
        self._pane.show_network(NetworkAnswer(self.made[number], before, method, maps))

    def _explain(self) -> None:
        """Explains what this network said to every picture that has no map yet."""
        self._worker.cancel("explain")
        number, method = shown = self._shown
        if not 0 <= number < len(self.made):
            return
        made, maps = self.made[number], self.maps.setdefault(shown, {})
        missing = [index for index in range(len(made.scenes)) if index not in maps]
        if missing:
            self._worker.submit(
                "explain",
                partial(_maps, made, method, missing),
                long=True,
                on_partial=lambda _, found: self._mapped(shown, found),
                on_error=lambda sentence, _: self._pane.complain(sentence),
                doing=f"running {method}",
            )

    def _mapped(self, shown: tuple[int, str], found: Any) -> None:
        """One more map, (number of the picture, map), or nothing but progress."""
        if found is not None:
            with self._lock:
                self.maps[shown][found[0]] = found[1]
                if shown == self._shown:
                    self._publish()

    # --- the end ---

    def close(self) -> None:
        """Ends the thread; nothing more is told. Closing again changes nothing."""
        if self._closed:
            return
        self._closed = True
        self._state.unobserve(self._follow, names=["shown", "method"])
        self._state.unobserve(self._sample, names="share")
        self._worker.close()
        self._state.end_training()
        self._state.announce()
        with self._lock:
            self.scenes, self.samples, self.made, self.maps = (), (), (), {}


def _maps(made: TrainedNetwork, method: str, missing: Sequence[int], report: Report) -> None:
    """Explains one picture after the other; each map is reported."""
    count, params = len(missing), PARAMS.get(method, {})
    for place, index in enumerate(missing):
        part = part_of(report, place / count, (place + 1) / count)
        found = explain(made.network, made.scenes[index], method, report=part, **params)
        assert isinstance(found, HeatMap)
        report((place + 1) / count, (index, found))
