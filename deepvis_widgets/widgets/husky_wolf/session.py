"""One run of the husky and wolf lesson: its pictures, the answers of its networks, and their explanations."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from torch import Tensor

from ...core.network.network import Network
from ...core.results import HeatMap
from ...zoo.load import load
from ...zoo.scenes import Scene
from .answers import Answer, NetworkAnswers, PicturesAnswer
from .questions import Questions
from .scenes import Order
from .state import AGAIN, WITH_MAPS, HuskyWolfState

FOLLOWED = ["stage", "network", "method", "network_names"]  # what a question depends on


class Subscriber(Protocol):
    """Who is told what came out, on whichever thread it came."""

    def show_pictures(self, pictures: PicturesAnswer) -> None: ...

    def show_answers(self, found: NetworkAnswers) -> None: ...

    def show_drawing(self, fraction: float) -> None: ...

    def show_fresh(self, found: NetworkAnswers) -> None: ...

    def show_progress(self, fraction: float | None, doing: str = "", stoppable: bool = False) -> None: ...

    def complain(self, sentence: str) -> None: ...


@dataclass(frozen=True)
class Question:
    """What is asked about the pictures, frozen as the state has it: `name` is that of the network behind `letter`."""

    letter: str
    name: str
    method: str
    stage: int

    @classmethod
    def of(cls, state: HuskyWolfState) -> Question:
        """Returns the question of this moment; for the thread that changes the state."""
        return cls(state.network, state.network_names[state.network], state.method, state.stage)

    @property
    def with_maps(self) -> bool:
        """Whether the step shows explanations."""
        return self.stage in WITH_MAPS

    @property
    def explained(self) -> tuple[str, str]:
        """Which network is explained, and by which method."""
        return self.name, self.method


@dataclass(frozen=True, eq=False)
class Told:
    """What a session knows at one moment, by name of the network; `maps` also by method, and `reached` is the last step
    that was shown.
    """

    scenes: tuple[Scene, ...]
    views: Mapping[str, tuple[Tensor, ...]]
    answers: Mapping[str, tuple[Answer, ...]]
    maps: Mapping[tuple[str, str], Mapping[int, HeatMap]]
    fresh: NetworkAnswers | None
    reached: int

    def of(self, name: str, letter: str, method: str = "") -> PicturesAnswer:
        """Returns the pictures with what one network says of them, and its explanations by a method."""
        told = self.answers.get(name, (None,) * len(self.scenes))
        return PicturesAnswer(letter, self.scenes, self.views[name], told, self.maps.get((name, method), {}))

    def tried(self, name: str) -> list[str]:
        """Returns the methods that have explained one network."""
        return [method for other, method in self.maps if other == name]


class HuskyWolfSession:
    """Asks the networks what `state` needs, and tells `pane` what they said.

    `scenes` are the pictures, none where they are still to be drawn, and `fresh` what the last step draws. Everything
    here goes by name of the network, not by letter. What is asked is frozen where the state changes; answers come on
    the threads of the networks.
    """

    def __init__(
        self, state: HuskyWolfState, pane: Subscriber, scenes: Sequence[Scene], fresh: Sequence[Order]
    ) -> None:
        self._state, self._pane, self._fresh = state, pane, fresh
        self.networks: dict[str, Network] = {name: load(name) for name in sorted(state.network_names.values())}
        self.scenes = tuple(scenes)
        self.answers: dict[str, tuple[Answer, ...]] = {}
        self.maps: dict[int, HeatMap] = {}
        self.fresh_scenes: tuple[Scene, ...] = ()
        self.fresh_answers: dict[str, tuple[Answer, ...]] = {}
        self._views: dict[str, list[Tensor]] = {name: [] for name in self.networks}
        self._question = Question.of(state)
        self._first = state.picture
        self._fresh_begun = self._closed = False
        self._reached = self._question.stage  # the last step that was shown
        self._explained: tuple[str, str] | None = None  # the network and the method of `maps`
        self._tried: dict[tuple[str, str], None] = {}  # all networks and methods that were explained, in their order
        self._job: object | None = None  # the run of a method that is under way
        self._lock = threading.RLock()
        self._questions = Questions(self.networks, self._failed)
        self.stop, self.idle = self._questions.stop, self._questions.idle
        state.observe(self._follow, names=FOLLOWED)
        state.observe(self._note_step, names="opened")
        state.observe(self._prefer, names="picture")

    # --- the steps ---

    def begin(self) -> None:
        """Draws the pictures, if none were given, and asks both networks."""
        self._follow()
        if self.scenes:
            self._ask()
        else:
            self._questions.draw("pictures", self._state.given, self._scene_drawn, self._scenes_drawn)

    def _follow(self, _: Any = None) -> None:
        with self._lock:
            self._question = Question.of(self._state)
            self._note_step()
            self._explain()
            self._pane.show_pictures(self.pictures())
            if self._question.stage >= AGAIN:
                self._begin_fresh()

    def _note_step(self, _: Any = None) -> None:
        """Notes how far the lesson has come; where no explanations were seen, it has begun anew."""
        before = self._reached if self._state.opened else 0
        self._reached = max(before, self._state.stage)

    def _prefer(self, _: Any = None) -> None:
        """The picture that is looked at is explained before the others."""
        self._first = self._state.picture

    def pictures(self) -> PicturesAnswer:
        """Returns what there is of the pictures and their answers, with the explanations where the step shows them."""
        with self._lock:
            question = self._question
            told = self.answers.get(question.name, (None,) * len(self.scenes))
            maps = dict(self.maps) if question.with_maps and question.explained == self._explained else {}
            return PicturesAnswer(question.letter, self.scenes, self._views_of(question.name), told, maps)

    def told(self) -> Told:
        """Returns everything that is known now."""
        with self._lock:
            views = {name: self._views_of(name) for name in self.networks}
            maps = {pair: self._questions.known(*pair, views[pair[0]]) for pair in self._tried}
            if self._explained in maps:
                maps[self._explained] = {**maps[self._explained], **self.maps}
            whole = set(self.fresh_answers) == set(self.networks)
            fresh = NetworkAnswers(self.fresh_scenes, dict(self.fresh_answers)) if whole else None
            return Told(self.scenes, views, dict(self.answers), maps, fresh, self._reached)

    def _views_of(self, name: str) -> tuple[Tensor, ...]:
        views = self._views[name]
        views += [self.networks[name].view(scene) for scene in self.scenes[len(views) :]]
        return tuple(views)

    def _failed(self, sentence: str) -> None:
        with self._lock:
            self._job = None
            self._pane.show_progress(None)
            self._pane.complain(sentence)

    # --- pictures and answers ---

    def _scene_drawn(self, fraction: float, scene: Scene | None) -> None:
        with self._lock:
            self.scenes = self.scenes if scene is None else (*self.scenes, scene)
            self._pane.show_progress(fraction, "Drawing the pictures")
            self._pane.show_pictures(self.pictures())

    def _scenes_drawn(self, scenes: tuple[Scene, ...]) -> None:
        with self._lock:
            self.scenes = scenes
            self._pane.show_progress(None)
        self._ask()

    def _ask(self) -> None:
        for name in self.networks:
            self._questions.answer(name, "pictures", self.scenes, partial(self._answered, name))

    def _answered(self, name: str, answers: tuple[Answer, ...]) -> None:
        with self._lock:
            self.answers[name] = answers
            self._pane.show_answers(NetworkAnswers(self.scenes, dict(self.answers)))
            if name == self._question.name:
                self._explain()
                self._pane.show_pictures(self.pictures())

    # --- explanations ---

    def _explain(self) -> None:
        """Explains this network's answers by this method, unless that was begun or this is not the step for it."""
        question = self._question
        if not question.with_maps or question.name not in self.answers:
            self._pause()
        elif question.explained != self._explained:
            self._begin_explaining(question)

    def _begin_explaining(self, question: Question) -> None:
        self._explained, self.maps, self._job = question.explained, {}, object()
        self._tried[question.explained] = None
        self._pane.complain("")
        self._pane.show_progress(0.0, "Explaining", stoppable=True)
        self._questions.stop()
        mapped, ended = partial(self._mapped, self._job), partial(self._ended, self._job)
        self._questions.explain(*question.explained, self.scenes, lambda: self._first, mapped, ended)

    def _pause(self) -> None:
        """Stops explaining until the step comes back to it."""
        if self._job is not None:
            self._explained = self._job = None
            self._pane.show_progress(None)
            self._questions.stop()

    def _mapped(self, job: object, fraction: float, found: tuple[int, HeatMap] | None) -> None:
        with self._lock:
            if job is not self._job:
                return
            self._pane.show_progress(fraction, "Explaining", stoppable=True)
            if found is not None:
                self.maps[found[0]] = found[1]
                self._pane.show_pictures(self.pictures())

    def _ended(self, job: object) -> None:
        """Done, or stopped."""
        with self._lock:
            if job is self._job:
                self._job = None
                self._pane.show_progress(None)

    # --- the same animals somewhere else ---

    def _begin_fresh(self) -> None:
        """Draws new scenes, once; they may be ready before the last step shows their table."""
        if not self._fresh_begun:
            self._fresh_begun = True
            self._questions.draw("fresh", self._fresh, lambda done, _: self._pane.show_drawing(done), self._fresh_drawn)

    def _fresh_drawn(self, scenes: tuple[Scene, ...]) -> None:
        with self._lock:
            self.fresh_scenes = scenes
        for name in self.networks:
            self._questions.answer(name, "fresh", scenes, partial(self._fresh_answered, name))

    def _fresh_answered(self, name: str, answers: tuple[Answer, ...]) -> None:
        with self._lock:
            self.fresh_answers[name] = answers
            if set(self.fresh_answers) == set(self.networks):
                self._pane.show_fresh(NetworkAnswers(self.fresh_scenes, dict(self.fresh_answers)))

    # --- the end ---

    def close(self) -> None:
        """Ends the threads: no answer arrives after this. Closing again changes nothing."""
        if self._closed:
            return
        self._closed = True
        self._state.unobserve(self._follow, names=FOLLOWED)
        self._state.unobserve(self._note_step, names="opened")
        self._state.unobserve(self._prefer, names="picture")
        self._questions.close()
        with self._lock:
            self.scenes, self.maps, self.fresh_scenes = (), {}, ()
            self._views = {name: [] for name in self.networks}
