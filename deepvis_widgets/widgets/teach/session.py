"""Passes pictures through the network, and fits the layer that tells the trays apart."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol

import numpy as np
from torch import Tensor

from ...core.network.network import Network
from ...core.report import Report
from ...engine.client import Client
from ...zoo.teaching.linear_head import fit
from ...zoo.teaching.new_head import maps_of, with_new_head
from ...zoo.teaching.teach import left_out, pooled
from .answers import Explained, Lesson, Seen
from .state import TeachState


class TeachAnswers(Protocol):
    """Draws what a session finds, on any thread, one at a time."""

    def seen(self, answer: Seen) -> None:
        """Another picture is asked about."""

    def lesson(self, answer: Lesson) -> None:
        """The trays teach something else."""

    def explained(self, answer: Explained | None) -> None:
        """What the trays teach says something else of the picture; None: nothing."""


class TeachSession:
    """Follows the state. Each picture passes the network once; the layer is fitted anew with every change of a tray.

    `network` is the one whose maps are averaged: that given, or a copy that ends with its pooling.
    """

    def __init__(self, state: TeachState, client: Client, answers: TeachAnswers) -> None:
        self.known_lesson: Lesson | None = None
        self.known_picture: Seen | None = None
        self.explained: Explained | None = None
        self.network = pooling(client.network)
        self._state, self._client, self._answers = state, client, answers
        self._passed: dict[int, Seen] = {}  # by id of the view, which each of them keeps alive
        self._waiting: list[Callable[[], object]] = []
        self._lock = threading.RLock()  # answers come on the worker's thread, changes on others
        state.observe(lambda _: self._look(), names="image")
        state.observe(lambda _: self.learn(), names="examples")
        state.observe(lambda _: self._explain(), names="target")

    def when_looked(self, done: Callable[[], object]) -> None:
        """Calls `done` once the next picture that is set is answered, or another one is asked about."""
        self._waiting.append(done)

    def forget(self) -> None:
        """Lets go of all maps, once the client is closed."""
        with self._lock:
            self.known_lesson = self.known_picture = self.explained = None
            self._passed = {}

    # --- questions ---

    def _look(self) -> None:
        view, network, waiting = self._state.view, self.network, self._waiting
        self._waiting = []
        if view is None:
            return
        self._client.ask(
            "look",
            lambda _: Seen(view, maps_of(network, view)),
            self._looked,
            doing="looking at this picture",
            done=lambda: [done() for done in waiting],
        )

    def learn(self) -> None:
        """Learns what the trays hold now."""
        labels, views, network = tuple(self._state.labels), tuple(self._state.views.values()), self.network
        self._client.ask(
            "learn",
            lambda report: self._lesson(network, labels, views, report),
            self._learned,
            doing="learning from these pictures",
        )

    # --- answers, on the engine's thread ---

    def _lesson(
        self, network: Network, labels: tuple[str, ...], views: tuple[tuple[Tensor, ...], ...], report: Report
    ) -> Lesson:
        wanted = [view for tray in views for view in tray]
        kept: dict[int, Seen] = {}
        for place, view in enumerate(wanted):
            report(place / len(wanted))
            kept[id(view)] = self._passed.get(id(view)) or Seen(view, maps_of(network, view))
            self._passed = self._passed | kept
        self._passed = kept  # those of pictures that were taken out are let go
        examples = tuple(tuple(kept[id(view)] for view in tray) for tray in views)
        classes = np.repeat(np.arange(len(labels)), [len(tray) for tray in views])
        if len(set(classes.tolist())) < 2:
            return Lesson(labels, examples, None, None)
        features = pooled([kept[id(view)].maps for view in wanted])
        head = fit(features, classes, len(labels))
        return Lesson(labels, examples, head, left_out(features, classes, labels))

    def _looked(self, seen: Seen) -> None:
        with self._lock:
            self.known_picture = seen
            self._answers.seen(seen)
            self._explain()

    def _learned(self, lesson: Lesson) -> None:
        with self._lock:
            self.known_lesson = lesson
            self._answers.lesson(lesson)
            self._explain()

    def _explain(self) -> None:
        with self._lock:
            lesson, seen = self.known_lesson, self.known_picture
            if lesson is None or seen is None:
                return
            self.explained = None if lesson.head is None else Explained.of(lesson, seen, self._state.target)
            self._answers.explained(self.explained)


def pooling(network: Network) -> Network:
    """Returns a network whose last maps are averaged: this one, or a copy that ends there."""
    return network if network.has_head else with_new_head(network, ["this", "that"])[0]
