"""From what the Explorer is asked to show to answers for its panes: every question goes to the engine, in the slot of
its pane.
"""

from __future__ import annotations

import time
import weakref
from collections.abc import Callable
from functools import partial
from typing import Any

from torch import Tensor

from ...core.network.backward_rules import PLAIN
from ...core.network.recording import Recording
from ...engine.cache import Cache
from ...engine.client import Client, nothing
from ...engine.main_thread import MainThread
from . import answers
from .answers import A, Answered, Notice, Served
from .blocks import blocks
from .drag import Dragging
from .overlay import SlowExplanations
from .question import Question, freeze
from .state import ExplorerState

SEEN = 16 * 2**20  # bytes of backward views, for units that are clicked again: a hundred at 224 pixels


class Session:
    """Follows the state, asks the engine, and publishes its answers to those who subscribed to their kind.

    >>> import deepvis_widgets as dv
    >>> state = ExplorerState()
    >>> state.begin(dv.load("husky-wolf"), dv.scene("wolf", seed=3))
    >>> session, classes = Session(state), []
    >>> session.subscribe(answers.Shares, lambda found: classes.append(state.network.labels[found.chosen]))
    >>> session.refresh()
    >>> session.idle(60), classes
    (True, ['wolf'])
    >>> session.close()
    """

    def __init__(self, state: ExplorerState) -> None:
        self.state, self.network = state, state.network
        self.network.recordings.limit = 2
        self.blocks = blocks(self.network)
        self.client = Client(self.network, self.say)
        self.main = MainThread()
        self._shows: dict[type, list[Callable[[Any], object]]] = {}
        self._seen = Cache(SEEN)
        self._seen_pass: Callable[[], Recording | None] = lambda: None
        self.explanations = SlowExplanations(self.client, self.publish, self.say)
        self.dragging = Dragging(self.client, self._backward)
        self._observe()

    def _observe(self) -> None:
        observe = self.state.observe
        observe(lambda _: self._open(), names="opened")
        observe(lambda _: self.refresh(rank=False), names=["layer", "fill"])
        observe(lambda change: self.refresh(rank=change["new"] is None), names="occluder")
        observe(lambda _: self.select(), names=["unit", "position", "backward", "backward_view", "frozen"])
        observe(lambda _: self.explain(), names=["target", "method", "params"])
        observe(lambda change: self.select() if change["new"] == "gradient" else None, names="tiles")

    # --- answers ---

    def subscribe(self, kind: type[A], show: Callable[[A], object]) -> None:
        """Has `show` called with every answer of a kind: on the engine's thread, or on that which asks."""
        self._shows.setdefault(kind, []).append(show)

    def publish(self, answer: object) -> None:
        """Tells an answer to those who subscribed to its kind; none after `close`."""
        if not self.client.closed:
            for show in self._shows.get(type(answer), ()):
                show(answer)

    def say(self, sentence: str) -> None:
        """Publishes one sentence about what went wrong; the next answer takes it away."""
        self.publish(Notice(sentence))

    def idle(self, timeout: float | None = None) -> bool:
        """Waits until all is answered, at most `timeout` seconds; False if something is not."""
        return self.client.idle(timeout)

    # --- questions ---

    def _freeze(self, box: Any, everything: bool = True, dragged: bool = False) -> Question | None:
        self.dragging.overtaken()
        return None if self.client.closed else freeze(self.state, box, everything, dragged)

    def _ask(
        self,
        slot: str,
        question: Question | None,
        work: Callable[[Question], object],
        doing: str,
        done: Callable[[], object] = nothing,
    ) -> None:
        """Has `work` publish the answers to a question, if there is one, and calls `done` in any case."""
        if question is None:
            done()
            return
        began = time.perf_counter()

        def answer(_: object) -> None:
            self.publish(Answered(question, 1000 * (time.perf_counter() - began)))

        self.client.ask(slot, lambda _: work(question), answer, doing=doing, done=done)

    def _open(self) -> None:
        """Another picture is opened."""
        self.dragging.moving.forget()
        self.say("")
        self.refresh()

    def refresh(self, rank: bool = True) -> None:
        """Asks for everything anew: another picture, layer, fill or settled occluder."""
        question = self._freeze(self.state.occluder)
        self._ask("live", question, partial(self._everything, rank=rank), "showing this picture")
        self.explanations.begin(question)

    def drag(self, box: Any, seq: int, done: Callable[[], object]) -> None:
        """The occluder is at `box` now; the browser sends its next position when `done` was called."""
        question = self._freeze(box, everything=False, dragged=True)
        self._ask("live", question, partial(self._step, seq=seq), "covering a part of the picture", done)

    def select(self) -> None:
        """Asks for another unit or position, or another way to look at it."""
        self._ask("unit", self._freeze(self.state.occluder), self._one_unit, "showing this unit")

    def explain(self) -> None:
        """Asks for another class or method over the picture."""
        question = self._freeze(self.state.occluder)
        self._ask("overlay", question, self._overlay, f"running {self.state.method}")
        self.explanations.begin(question)

    def scroll(self, units: Tensor, done: Callable[[], object]) -> None:
        """Other units came on screen."""
        self.state.visible = units
        question = self._freeze(self.state.occluder, everything=False)
        self._ask("tiles", question, self._tiles, "showing these units", done)

    def film(self, view: Tensor, done: Callable[[], object]) -> None:
        """A picture (3, H, W) from the camera; the browser sends the next when `done` was called."""
        self.state.film(view)
        question = self._freeze(self.state.occluder, everything=False)
        self._ask("live", question, partial(self._everything, rank=True), "showing the camera", done)

    def survey_methods(self) -> None:
        """Finds out which methods cannot serve this network, after what is asked for at the start."""
        self.client.ask(
            "methods",
            lambda _: Served(answers.served(self.network, surveyed=True)),
            lambda found: self.main.run(self.publish, found),
            long=True,
            on_error=nothing,  # it is said where such a method is chosen
            doing="asking the methods",
        )

    # --- answers; all of this runs on the engine's thread, and reads nothing but the question ---

    def _everything(self, question: Question, rank: bool) -> None:
        recording = self._record(question)
        self._forward(question, recording, 0, rank)
        self._backward(question, 0, recording)
        self.publish(answers.strongest_units(self.network, recording, self.blocks))
        self._inputs(question)

    def _inputs(self, question: Question) -> None:
        """What the block before gives to the selected unit; not for what is filmed, which is another picture at once."""
        place = next((n for n, block in enumerate(self.blocks) if question.layer.name in block.layers), 0)
        if place > 0 and question.settled:
            recording = self.network.record(question.view)
            self.publish(answers.inputs(self.network, question, recording, self.blocks[place - 1]))

    def _step(self, question: Question, seq: int) -> None:
        """The occluder is somewhere else."""
        self._forward(question, self.dragging.moving.record(question.covered), seq, rank=False)
        self.dragging.follow(question, seq)

    def _forward(self, question: Question, recording: Recording, seq: int, rank: bool) -> None:
        """What a pass without a graph is enough for."""
        tiles, unit, shares = answers.forward(question, recording, seq, rank)
        for answer in (tiles, unit, shares):
            self.publish(answer)
        if question.covered.box is None:
            self.main.run(self._know_top, question.covered.view, shares.top)

    def _know_top(self, view: Tensor, top: int) -> None:
        if self.state.view is view:
            self.state.top = top

    def _backward(self, question: Question, seq: int, recording: Recording | None = None) -> None:
        """What needs a pass of its own, or a way back: through `recording`, or one that is made where it is needed."""
        if question.tiles == "gradient":
            recording = recording or self._record(question)
            self.publish(answers.gradient_tiles(self.network, question, recording, seq))
        self._overlay(question, seq)
        if question.backward != "off":
            step = recording is None
            recording = recording or self._record(question)
            self._backward_view(question, recording)
            if step:
                self.publish(answers.strongest_units(self.network, recording, self.blocks, seq))

    def _one_unit(self, question: Question) -> None:
        recording = self._record(question)
        self.publish(answers.unit_map(question, recording))
        if question.backward != "off":
            self._backward_view(question, recording)
        if question.tiles == "gradient":
            self._tiles(question)
        self._inputs(question)

    def _tiles(self, question: Question) -> None:
        recording = self._record(question)
        self.publish(answers.tiles(question, recording, 0))
        if question.tiles == "gradient":
            self.publish(answers.gradient_tiles(self.network, question, recording, 0))

    def _overlay(self, question: Question, seq: int = 0) -> None:
        found = answers.overlay(self.network, question, seq, self.client.engine.cache)
        if found is not None:
            self.publish(found)

    def _backward_view(self, question: Question, recording: Recording) -> None:
        unit, kind = question.held, question.backward_view
        line = f"{unit.layer}:{unit.channel}" + (" (frozen)" if unit != question.unit else "")
        make = partial(answers.backward, self.network, recording, kind, unit, line)
        if question.settled:
            self.publish(self._seen_in(recording).get_or_make((unit, kind, line), make))
        else:
            self.publish(make())

    def _record(self, question: Question) -> Recording:
        """The pass under the rules of the backward pane; its forward values are the same for all."""
        return self.network.record(question.view, rules=answers.BACKWARD.get(question.backward, PLAIN))

    def _seen_in(self, recording: Recording) -> Cache:
        """The backward views drawn from this pass; those of the one before are forgotten."""
        if self._seen_pass() is not recording:
            self._seen.clear()
            self._seen_pass = weakref.ref(recording)
        return self._seen

    def close(self) -> None:
        """Gives the engine back: no answer is published after this."""
        if not self.client.closed:
            self.client.close()
            self.dragging.moving.forget()
            self.state.view = None
            self._seen.clear()
