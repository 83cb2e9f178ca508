"""Asks the engine what the network says while parts of the picture are hidden, by hand and by sweep."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from torch import Tensor

from ...core.content_key import content_key
from ...core.picture.boxes import Box
from ...core.report import Report
from ...core.results import HeatMap, Result
from ...core.weights_key import learned_key
from ...engine.client import Client
from ...methods import explain
from ...methods.occlusion import APPROXIMATE, OcclusionMap
from .experiment import Experiment
from .probe import Probe, Question, Seen
from .state import OcclusionState

T = TypeVar("T")
OFTEN = 0.2  # s between two drawings of a sweep
SETTINGS = ["image", "target", "window", "stride", "fill", "approximate", "layer", "unit"]


class OcclusionAnswers(Protocol):
    """Draws what a session finds. All but `left` are called on any thread, one at a time."""

    def left(self) -> None:
        """Called on the main thread: the experiment is over, and another one is asked for."""

    def begun(self, answer: Experiment) -> None:
        """The whole picture was answered."""

    def visited(self, answer: Experiment, seen: Seen, shares: Tensor) -> None:
        """The window was put somewhere by hand; `shares` (classes,) are the class probabilities then."""

    def grown(self, answer: Experiment) -> None:
        """The trail has more to show, or shows another score."""

    def projected(self, answer: Experiment, found: HeatMap | None, sentence: str = "") -> None:
        """The deconvolution of the watched map on the whole picture; None: there is none, as a sentence says."""

    def swept(self, fraction: float | None) -> None:
        """How far the sweep is; None when none is running."""

    def say(self, sentence: str) -> None:
        """One sentence about what went wrong; an empty one takes it away."""


class OcclusionSession:
    """Follows the state: another setting is another experiment, another occluder one more answer of it."""

    def __init__(self, state: OcclusionState, client: Client, answers: OcclusionAnswers) -> None:
        self.experiment: Experiment | None = None
        self._state, self._client, self._answers = state, client, answers
        self._asked: Question | None = None
        self._sweep_next = False
        self._drawn = 0.0
        self._box = state.occluder  # the window, as it was last put somewhere
        self._lock = threading.RLock()  # answers come on the worker's thread, changes on others
        state.observe(lambda _: self.restart(), names=SETTINGS)
        state.observe(self._moved, names="occluder")
        state.observe(lambda _: self._draw(), names="score")

    def restart(self) -> None:
        """Begins another experiment: forgets the trail, and asks for the whole picture."""
        state, network = self._state, self._client.network
        if state.view is None or self._client.closed:
            return
        if state.occluder is None:
            state.occluder = state.fitted(0, 0)
        self.stop()
        window, stride, approximate = state.window, state.stride, state.approximate
        question = Question(state.view, state.fill, state.target, state.layer, state.unit, window, stride, approximate)
        with self._lock:
            self._asked, self.experiment = question, None
        self._answers.left()
        self._client.ask(
            "whole",
            lambda _: Experiment.of(question, Probe.of(network, question)),
            self._begun,
            doing="looking at the whole picture",
        )

    def read(self, look: Callable[[Experiment | None], T]) -> T:
        """Returns what `look` makes of the experiment, which does not grow meanwhile."""
        with self._lock:
            return look(self.experiment)

    def forget(self) -> None:
        """Stops the sweep and lets go of what was found; what was asked is not answered any more."""
        self.stop()
        with self._lock:
            self._asked = self.experiment = None

    def _begun(self, experiment: Experiment) -> None:
        with self._lock:
            if experiment.question is not self._asked:
                return  # another one was asked for meanwhile
            self.experiment = experiment
            self._answers.begun(experiment)
            self._draw()
            self.look(self._box)
            self._project(experiment)
            sweep = self._sweep_next
        if sweep:
            self.sweep()

    def _project(self, experiment: Experiment) -> None:
        """Asks what in the whole picture the watched map responds to."""
        network, view, unit = self._client.network, experiment.probe.view, experiment.probe.watched
        asked = (learned_key(network), network.inputs.key, view, unit.layer, unit.channel)
        self._client.ask(
            "projection",
            lambda _: explain(network, view, "deconvnet", layer=unit.layer, unit=unit.channel, seed="map"),
            lambda found: self._projected(experiment, found),
            doing="projecting the watched map down",
            key=content_key("projected map", *asked),
            on_error=lambda sentence: self._projected(experiment, None, sentence),
        )

    def _projected(self, experiment: Experiment, found: Any, sentence: str = "") -> None:
        with self._lock:
            if experiment is self.experiment:
                self._answers.projected(experiment, found, sentence)

    # --- by hand ---

    def _moved(self, change: Any) -> None:
        if change["new"] == self._state.occluder:  # else it was moved again meanwhile, and that was answered
            with self._lock:  # an experiment that begins just now looks at this window, too, and not at the one before
                self._box = self._state.occluder
                self.look(self._box)

    def look(self, box: Box | None, done: Callable[[], object] = lambda: None) -> None:
        """Asks what the network says with the box hidden; `done` is called in any case, when that is over."""
        experiment = self.experiment
        if experiment is None or box is None:
            done()
            return
        self._client.ask(
            "window",
            lambda _: experiment.probe.look(box),
            lambda found: self._visited(experiment, *found),
            doing="hiding a part",
            done=done,
        )

    def _visited(self, experiment: Experiment, seen: Seen, shares: Tensor) -> None:
        with self._lock:
            if experiment is not self.experiment:
                return  # an answer to an experiment that is over
            self._answers.say("")
            self._answers.visited(experiment, seen, shares)
            side = experiment.question.window
            if seen.box is not None and seen.box[2:] == (side, side):  # while it is resized it leaves no trail
                experiment.trail.visit(seen)
                self._draw()

    # --- by sweep ---

    def sweep(self) -> None:
        """Puts the window everywhere, from coarse to fine; what was found by hand stays.

        While the whole picture is still being looked at, the sweep follows that.
        """
        with self._lock:
            experiment = self.experiment
            self._sweep_next = experiment is None
        if experiment is None:
            return
        network, probe, question = self._client.network, experiment.probe, experiment.question
        params: dict[str, Any] = {
            "window": question.window,
            "stride": question.stride,
            "fill": question.fill,
            "windows": APPROXIMATE if question.approximate else "all",
            "watch": f"{probe.watched.layer}:{probe.watched.channel}",
        }
        self._answers.say("")
        self._answers.swept(0.0)

        def work(report: Report) -> Result:
            return explain(network, probe.view, "occlusion", target=probe.target, report=report, **params)

        self._client.ask(
            "sweep",
            work,
            lambda result: self._swept(experiment, result, None),
            doing="sweeping the window over the picture",
            done=lambda: self._answers.swept(None),
            key=content_key("occlusion", learned_key(network), probe.view, probe.target, params),
            long=True,
            on_partial=lambda fraction, result: self._swept(experiment, result, fraction),
        )

    def stop(self) -> None:
        """Stops the sweep; what it has found stays."""
        self._sweep_next = False
        self._client.cancel("sweep")

    def _swept(self, experiment: Experiment, result: Any, fraction: float | None) -> None:
        with self._lock:
            if experiment is not self.experiment or not isinstance(result, OcclusionMap):
                return
            now = time.monotonic()
            if fraction is not None and now - self._drawn < OFTEN:
                return
            self._drawn = now
            self._answers.swept(1.0 if fraction is None else fraction)
            experiment.trail.sweep(result)
            self._draw()

    def _draw(self) -> None:
        with self._lock:
            experiment = self.experiment
            if experiment is not None:
                experiment.colours.see([seen.label for seen in experiment.trail.seen])
                self._answers.grown(experiment)
