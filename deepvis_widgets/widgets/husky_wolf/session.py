"""One run of the husky and wolf lesson: its pictures, answers and explanations, and what is shown of them when."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from torch import Tensor

from ...core.results import HeatMap
from ...zoo.load import load
from ...zoo.scenes import Scene
from .questions import Answer, Asking, Order
from .words import AGAIN, EXPLANATIONS, LAST, table

if TYPE_CHECKING:
    from .husky_wolf import HuskyWolf


class Run:
    """What `lab` shows; `names` is letter → name of a network. Answers arrive on the networks' threads."""

    def __init__(self, lab: HuskyWolf, names: dict[str, str], scenes: list[Scene], fresh: Sequence[Order]) -> None:
        self.lab, self.names, self.panes = lab, names, lab.panes
        self.networks = {name: load(name) for name in sorted(names.values())}
        self.asking = Asking(self.networks, self._failed)
        self.scenes, self._given = scenes, bool(scenes)
        self.answers: dict[str, list[Answer]] = {}  # by name of the network, as everything here
        self.maps: dict[int, HeatMap] = {}
        self.fresh_scenes: list[Scene] = []
        self.fresh_answers: dict[str, list[Answer]] = {}
        self._fresh, self._fresh_begun = fresh, False
        self._asked: tuple[str, str] | None = None  # the network and the method of `maps`
        self._job: object | None = None  # the run of a method that is under way
        self._lock = threading.RLock()

    # --- what it is about ---

    @property
    def name(self) -> str:
        """Name of the network shown."""
        return self.names[self.lab.network]

    def view(self, index: int) -> Tensor:
        """Picture `index` as the networks see it, (3, H, W) in [0, 1]."""
        return self.networks[self.name].view(self.scenes[index])

    def rename(self, names: dict[str, str]) -> None:
        """Other letters for the networks."""
        with self._lock:
            self.names = names

    # --- the steps ---

    def begin(self) -> None:
        """Draw the pictures, if none were given, and ask both networks."""
        self.show()
        if self._given:
            self._ask()
        else:
            self.asking.draw("pictures", self.lab.given, self._scene_drawn, self._scenes_drawn)

    def show(self) -> None:
        """Everything as the traits have it."""
        lab = self.lab
        if lab.stage >= EXPLANATIONS and lab.network not in lab.opened:
            lab.opened = (*lab.opened, lab.network)  # comes back here
            return
        with self._lock:
            self.panes.show_step(lab)
        self.explain()
        self.show_pictures()
        if lab.stage >= AGAIN:
            self._begin_fresh()

    def show_pictures(self) -> None:
        """The pictures, with what was explained so far where that is the step."""
        with self._lock:
            self.panes.show_pictures(self.lab)

    def _failed(self, sentence: str) -> None:
        with self._lock:
            self._job = None
            self.panes.show_progress(None)
            self.panes.complain(sentence)

    # --- pictures and answers ---

    def _scene_drawn(self, fraction: float, scene: Scene | None) -> None:
        with self._lock:
            self.scenes = self.scenes if scene is None else [*self.scenes, scene]
            self.panes.show_progress(fraction, "Drawing the pictures")
        self.show_pictures()

    def _scenes_drawn(self, scenes: list[Scene]) -> None:
        with self._lock:
            self.scenes = scenes
            self.panes.show_progress(None)
        self._ask()

    def _ask(self) -> None:
        for name in self.networks:
            self.asking.answer(name, "answers", self.scenes, partial(self._answered, name))

    def _answered(self, name: str, answers: list[Answer]) -> None:
        with self._lock:
            self.answers[name] = answers
        if name == self.name:
            self.show()

    # --- explanations ---

    def explain(self) -> None:
        """Explain this network's answers by this method, unless that was begun or this is not the step for it."""
        lab, asked = self.lab, (self.name, self.lab.method)
        with self._lock:
            if lab.stage not in (EXPLANATIONS, AGAIN) or self.name not in self.answers:
                self._pause()
                return
            if asked == self._asked:
                return
            self._asked, self.maps, self._job = asked, {}, object()
            job = self._job
            self.panes.complain("")
            self.panes.show_progress(0.0, "Explaining")
        self.asking.stop()
        self.show_pictures()
        self.asking.explain(
            *asked,
            self.scenes,
            lambda: self.lab.picture,
            lambda fraction, found: self._explained(job, fraction, found),
            lambda: self._ended(job),
        )

    def stop(self) -> None:
        """Stop explaining; what there is stays."""
        self.asking.stop()

    def _pause(self) -> None:
        """Stop explaining until the step comes back to it."""
        if self._job is not None:
            self._asked = self._job = None
            self.panes.show_progress(None)
            self.asking.stop()

    def _explained(self, job: object, fraction: float, found: tuple[int, HeatMap] | None) -> None:
        with self._lock:
            if job is not self._job:
                return
            self.panes.show_progress(fraction, "Explaining")
            if found is not None:
                self.maps[found[0]] = found[1]
                self.panes.show_pictures(self.lab)

    def _ended(self, job: object) -> None:
        """Done, or stopped."""
        with self._lock:
            if job is self._job:
                self._job = None
                self.panes.show_progress(None)

    # --- the same animals somewhere else ---

    def _begin_fresh(self) -> None:
        """Draw new scenes, once; they may be ready before the last step shows their table."""
        with self._lock:
            if self._fresh_begun:
                return
            self._fresh_begun = True
        self.asking.draw("fresh", self._fresh, lambda done, _: self.panes.show_table(done, ""), self._fresh_drawn)

    def _fresh_drawn(self, scenes: list[Scene]) -> None:
        with self._lock:
            self.fresh_scenes = scenes
        for name in self.networks:
            self.asking.answer(name, "fresh", scenes, partial(self._fresh_answered, name))

    def _fresh_answered(self, name: str, answers: list[Answer]) -> None:
        with self._lock:
            self.fresh_answers[name] = answers
        self.show_table()

    def show_table(self) -> None:
        """What both networks say of the new scenes, once they have said it, and in the last step only: it tells which
        is which.
        """
        with self._lock:
            if self.lab.stage == LAST and set(self.fresh_answers) == set(self.networks):
                self.panes.show_table(None, table(self.names, self.fresh_scenes, self.fresh_answers))

    def close(self) -> None:
        """No answer arrives after this."""
        self.asking.close()
        with self._lock:
            self.scenes, self.maps, self.fresh_scenes = [], {}, []
