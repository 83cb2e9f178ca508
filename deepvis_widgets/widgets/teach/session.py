"""Passes pictures through the network, and fits the layer that tells the trays apart."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from ...core.network.network import Network
from ...core.report import Report
from ...core.weights_key import stamps
from ...engine.client import Client
from ...zoo.teaching.linear_head import fit
from ...zoo.teaching.new_head import maps_of, with_new_head
from ...zoo.teaching.teach import left_out, pooled
from .answers import Explained, Lesson, Seen
from .state import TeachState

Answer = tuple[Seen | None, Lesson | None]


class TeachAnswers(Protocol):
    """Draws what a session finds, on any thread, one at a time."""

    def seen(self, answer: Seen) -> None:
        """Another picture is asked about."""

    def lesson(self, answer: Lesson) -> None:
        """The trays teach something else."""

    def explained(self, answer: Explained | None) -> None:
        """What the trays teach says something else of the picture; None: nothing."""


@dataclass(frozen=True, eq=False)
class Asked:
    """What the trays hold and the picture that is shown, as they were when something was asked."""

    labels: tuple[str, ...]
    trays: tuple[tuple[Tensor, ...], ...]
    view: Tensor | None


class TeachSession:
    """Follows the state. Each picture passes the network once, and again where its weights have changed; the layer is
    fitted anew with every change of a tray.

    `network` is the one whose maps are averaged: that given, or a copy that ends with its pooling.
    """

    def __init__(self, state: TeachState, client: Client, answers: TeachAnswers) -> None:
        self.known_lesson: Lesson | None = None
        self.known_picture: Seen | None = None
        self.explained: Explained | None = None
        self.network = pooling(client.network)
        self._weights = stamps(client.network.module)  # those that everything known was computed with
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
        waiting, self._waiting = self._waiting, []
        if self._state.view is None:
            return
        asked = self._asked()
        self._client.ask(
            "look",
            lambda report: self._answer(asked, report, look=True),
            self._arrived,
            doing="looking at this picture",
            done=lambda: [done() for done in waiting],
        )

    def learn(self) -> None:
        """Learns what the trays hold now."""
        asked = self._asked()
        self._client.ask(
            "learn",
            lambda report: self._answer(asked, report, learn=True),
            self._arrived,
            doing="learning from these pictures",
        )

    def _asked(self) -> Asked:
        state = self._state
        return Asked(tuple(state.labels), tuple(state.views.values()), state.view)

    # --- answers, on the engine's thread ---

    def _answer(self, asked: Asked, report: Report, look: bool = False, learn: bool = False) -> Answer:
        """What was asked, and what is known of other weights than the network has now."""
        changed = self._renew()
        look = look or (changed and self.known_picture is not None)
        learn = learn or (changed and self.known_lesson is not None)
        view = asked.view if look else None
        seen = None if view is None else Seen(view, maps_of(self.network, view))
        return seen, self._lesson(asked, report) if learn else None

    def _renew(self) -> bool:
        """Forgets what was computed with other weights, and returns whether there was any."""
        now, before = stamps(self._client.network.module), self._weights
        if now is not None and now == before:
            return False
        self._weights, self._passed = now, {}
        if self.network is not self._client.network:
            same_weights(self.network, self._client.network)
        return True

    def _lesson(self, asked: Asked, report: Report) -> Lesson:
        wanted = [view for tray in asked.trays for view in tray]
        kept: dict[int, Seen] = {}
        for place, view in enumerate(wanted):
            report(place / len(wanted))
            kept[id(view)] = self._passed.get(id(view)) or Seen(view, maps_of(self.network, view))
            self._passed = self._passed | kept
        self._passed = kept  # those of pictures that were taken out are let go
        labels, examples = asked.labels, tuple(tuple(kept[id(view)] for view in tray) for tray in asked.trays)
        classes = np.repeat(np.arange(len(labels)), [len(tray) for tray in asked.trays])
        if len(set(classes.tolist())) < 2:
            return Lesson(labels, examples, None, None)
        features = pooled([kept[id(view)].maps for view in wanted])
        head = fit(features, classes, len(labels))
        return Lesson(labels, examples, head, left_out(features, classes, labels))

    def _arrived(self, answer: Answer) -> None:
        seen, lesson = answer
        with self._lock:
            if seen is not None:
                self.known_picture = seen
                self._answers.seen(seen)
            if lesson is not None:
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


def same_weights(copied: Network, network: Network) -> None:
    """Gives a copy that ends at the pooling the weights that its network has now."""
    own, other = copied.module.get_submodule("net"), network.module
    pairs = zip((*own.parameters(), *own.buffers()), (*other.parameters(), *other.buffers()), strict=True)
    with torch.no_grad():
        for old, new in pairs:
            old.copy_(new)
