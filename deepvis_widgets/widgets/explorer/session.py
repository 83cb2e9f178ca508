"""From what the Explorer is asked to show to answers for its panes: every question goes to the engine, in the slot of
its pane, and carries a number, by which an older one's answers never come after those of a newer one.
"""

from __future__ import annotations

import time
import weakref
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from functools import cache, partial
from typing import Any

from torch import Tensor

from ...core.attention.heads import Heads
from ...core.errors import Cancelled
from ...core.network.backward_rules import PLAIN
from ...core.network.recording import Recording
from ...engine.cache import Cache
from ...engine.client import Client, nothing
from ...engine.main_thread import MainThread
from ...passes.moving_window import MovingWindow
from . import answers
from .answers import A, Answered, BackwardView, Notice, Overlay, Served
from .blocks import before
from .drag import Dragging
from .in_page.placed import Placed
from .overlay import SlowExplanations
from .publisher import Publisher
from .question import Question, freeze
from .state import ExplorerState

PARTS = ("unit", "overlay", "tiles")  # slots of questions about a part of what "live" asks for
SEEN = 16 * 2**20  # bytes of backward views, for units that are clicked again: a hundred at 224 pixels


class Session:
    """Follows the state, asks the engine, and publishes its answers to those who subscribed to their kind; those that
    come of one pass under `together`.

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

    def __init__(
        self, state: ExplorerState, together: Callable[[], AbstractContextManager[object]] = nullcontext
    ) -> None:
        self.state, self.network, self._together = state, state.network, together
        self.network.recordings.limit = 2
        self.client = Client(self.network, self.say)
        self.main = MainThread()
        self._publisher = Publisher()
        self._top: tuple[Tensor, int] | None = None  # an uncovered picture, and its top class
        self._asked = 0  # the number of the newest question
        self._placed = 0  # the number of the one that was answered last
        self._ranking = 0  # of the newest question: which one chooses the class bars anew
        self._seen = Cache(SEEN)
        self._seen_pass: Callable[[], Recording | None] = lambda: None
        self.explanations = SlowExplanations(self.client, self.publish, self.say, self._resolve)
        self.dragging = Dragging(self.client, self._backward)
        self._observe()

    def _observe(self) -> None:
        observe = self.state.observe
        observe(lambda _: self._open(), names="opened")
        observe(lambda _: self.refresh(rank=False), names=["layer", "fill"])
        observe(lambda change: self.refresh(rank=change["new"] is None), names="occluder")
        selecting = ["unit", "position", "backward", "backward_view", "backward_seed", "frozen"]
        observe(lambda _: self.select(), names=selecting)
        observe(lambda _: self.explain(), names=["target", "place", "method", "params"])
        observe(lambda _: self._ask_otherwise(), names=["inputs", "reference", "off"])
        observe(lambda change: self.select() if change["new"] == "gradient" else None, names="tiles")

    # --- answers ---

    def subscribe(self, kind: type[A], show: Callable[[A], object]) -> None:
        """Has `show` called with every answer of a kind: on the engine's thread, or on that which asks."""
        self._publisher.subscribe(kind, show)

    def publish(self, answer: object, question: Question | None = None) -> bool:
        """Tells an answer to those who subscribed to its kind, and returns whether it was told: none is after `close`,
        and none to a question whose like a newer one has answered.
        """
        if self.client.closed:
            return False
        if question is None:
            return self._publisher.publish(answer)
        if question.number != self._placed:
            self._placed = question.number
            self._publisher.publish(Placed(question.covered.box))
        return self._publisher.publish(answer, question.number)

    def say(self, sentence: str) -> None:
        """Publishes one sentence about what went wrong; the answer to what is asked next takes it away."""
        self.publish(Notice(sentence, self._asked))

    def idle(self, timeout: float | None = None, long: bool = True) -> bool:
        """Waits until all is answered, but for long work where `long` is False, at most `timeout` seconds; False if
        something is not.
        """
        return self.client.idle(timeout, long)

    # --- questions ---

    def _freeze(self, box: Any, everything: bool = True, dragged: bool = False, rank: bool = False) -> Question | None:
        """The question as things stand; with `rank`, or if one before it was to do so, it chooses the class bars."""
        if self.client.closed:
            return None
        top, ranking = self._known_top(self.state.view), None if rank else self._ranking
        question = freeze(self.state, box, everything, dragged, top, ranking)
        if question is not None:
            self._asked, self._ranking = question.number, question.ranking
        return question

    def _known_top(self, view: Tensor | None) -> int | None:
        known = self._top
        return known[1] if known is not None and known[0] is view else None

    def _ask(
        self,
        slot: str,
        question: Question | None,
        work: Callable[[Question], object],
        doing: str,
        done: Callable[[], object] = nothing,
    ) -> None:
        """Has `work` publish the answers to a question, if there is one, and calls `done` in any case. Answered comes
        after them, with the question as `work` got it.
        """
        if question is None:
            done()
            return
        began = time.perf_counter()

        def compute(_: object) -> Question:
            found = self._resolve(question)
            work(found)
            return found

        def answer(found: Question) -> None:
            self.publish(Answered(found, 1000 * (time.perf_counter() - began), slot == "tiles"), found)

        self.client.ask(slot, compute, answer, doing=doing, done=done)

    def _ask_all(self, question: Question | None, doing: str, done: Callable[[], object] = nothing) -> None:
        """Asks for everything; the questions about a part of it are overtaken."""
        self.dragging.overtaken(question)
        for slot in PARTS:
            self.client.cancel(slot)
        self._ask("live", question, self._everything, doing, done)

    def _open(self) -> None:
        """Another picture is opened."""
        self.dragging.moving.forget()
        self.say("")
        self.refresh()

    def _ask_otherwise(self) -> None:
        """The network is given other words, numbers or pictures beside this one, or has other units."""
        self._top = None
        self.dragging.moving.forget()
        self.dragging.moving = MovingWindow(self.state.answering)
        self.refresh()

    def refresh(self, rank: bool = True) -> None:
        """Asks for everything anew: another picture, layer, fill or settled occluder."""
        question = self._freeze(self.state.occluder, rank=rank)
        self._ask_all(question, "showing this picture")
        self.explanations.begin(question)

    def drag(self, box: Any, seq: int, done: Callable[[], object]) -> None:
        """The occluder is at `box` now; the browser sends its next position when `done` was called."""
        question = self._freeze(box, everything=False, dragged=True)
        self.dragging.overtaken(question)
        done = cache(done)  # called by the step itself, and once more where that fails before
        self._ask("live", question, partial(self._step, seq=seq, done=done), "covering a part of the picture", done)

    def select(self) -> None:
        """Asks for another unit or position, or another way to look at it."""
        self._ask("unit", self._freeze(self.state.occluder), self._one_unit, "showing this unit")

    def explain(self) -> None:
        """Asks for another class or method over the picture."""
        question = self._freeze(self.state.occluder)
        self._ask("overlay", question, self._explained, f"running {self.state.method}")
        self.explanations.begin(question)

    def scroll(self, units: Tensor, done: Callable[[], object]) -> None:
        """Other units came on screen."""
        self.state.scroll(units)
        question = self._freeze(self.state.occluder, everything=False)
        self._ask("tiles", question, self._tiles, "showing these units", done)

    def film(self, view: Tensor, done: Callable[[], object]) -> None:
        """A picture (3, H, W) from the camera; the browser sends the next when `done` was called."""
        self.state.film(view)
        question = self._freeze(self.state.occluder, everything=False, rank=True)
        self._ask_all(question, "showing the camera", done)

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

    def _everything(self, question: Question) -> None:
        recording = self._record(question)
        with self._together():
            self._forward(question, recording, 0)
        self._backward(question, 0, recording)
        self.publish(answers.strongest_units(question.network, recording, self.state.blocks), question)
        self._inputs(question)
        if question.network.inputs.values and question.settled:
            self.publish(answers.contributed(question), question)

    def _inputs(self, question: Question) -> None:
        """What the block before gives to the selected unit; not for what is filmed, soon another picture."""
        giving = before(self.state.blocks, question.layer)
        if giving is not None and question.settled:
            recording = question.network.record(question.view)
            self.publish(answers.inputs(question.network, question, recording, giving), question)

    def _step(self, question: Question, seq: int, done: Callable[[], object]) -> None:
        """The occluder is somewhere else. The browser sends its next position while the way back is gone."""
        recording = self.dragging.moving.record(question.covered)
        with self._together():
            self._forward(question, recording, seq)
            done()
        self.dragging.follow(question, seq)

    def _forward(self, question: Question, recording: Recording, seq: int) -> None:
        """What a pass without a graph is enough for."""
        tiles, unit, shares = answers.forward(question.network, question, recording, seq)
        self.publish(tiles, question)
        self.publish(unit, question)
        self.publish(shares, question)
        self._places(question, recording, seq)
        if question.covered.box is None:
            self._know_top(question.covered.view, shares.top)

    def _places(self, question: Question, recording: Recording, seq: int) -> None:
        found = answers.places(question.network, recording, seq)
        if found is not None:
            self.publish(found, question)

    def _know_top(self, view: Tensor, top: int) -> None:
        """Questions know it from now on, also while the main thread is busy; the state follows."""
        if not self.client.closed:
            self._top = view, top
            self.main.run(self.state.know_top, view, top)

    def _resolve(self, question: Question) -> Question:
        """The question with the class that it explains, where that one was not known yet."""
        if not question.asks_top:
            return question
        view = question.covered.view
        top = self._known_top(view)
        if top is None:
            self._go_on()
            top = question.network.answers.top(question.network.logits(view[None])[0])
            self._know_top(view, top)
        return replace(question, target=top)

    def _backward(self, question: Question, seq: int, recording: Recording | None = None) -> None:
        """What needs a pass of its own, or a way back: through `recording`, or one that is made where it is needed."""
        step = recording is None
        if recording is None and (question.tiles == "gradient" or question.backward != "off"):
            recording = self._record(question)  # before the overlay, which then needs no pass of its own
        with self._together():
            if question.tiles == "gradient" and recording is not None:
                self.publish(answers.gradient_tiles(question.network, question, recording, seq), question)
            self._overlay(question, seq)
            if question.backward != "off" and recording is not None:
                self._backward_view(question, recording)
            if step and recording is not None:
                self.publish(answers.strongest_units(question.network, recording, self.state.blocks, seq), question)

    def _one_unit(self, question: Question) -> None:
        recording = self._record(question)
        self.publish(answers.unit_map(question, recording), question)
        if question.backward != "off":
            self._backward_view(question, recording)
        if question.tiles == "gradient" or isinstance(question.layer.layout, Heads):
            self._tiles(question)
        self._inputs(question)

    def _tiles(self, question: Question) -> None:
        recording = self._record(question)
        self.publish(answers.tiles(question, recording, 0), question)
        if question.tiles == "gradient":
            self.publish(answers.gradient_tiles(question.network, question, recording, 0), question)

    def _explained(self, question: Question) -> None:
        """Another class is explained, in the class bars too, or another method explains it."""
        self.publish(answers.shares(question.network, question, self._record(question)), question)
        self._overlay(question)

    def _overlay(self, question: Question, seq: int = 0) -> None:
        self._go_on()
        if self._wants(Overlay, question):
            found = answers.overlay(question, seq, self.client.engine.cache)
            if found is not None:
                self.publish(found, question)

    def _backward_view(self, question: Question, recording: Recording) -> None:
        if not self._wants(BackwardView, question):
            return
        unit, kind, seed = question.held, question.backward_view, question.backward_seed
        line = f"{unit.layer}:{unit.channel}" + (" (frozen)" if unit != question.unit else "")
        make = partial(answers.backward, question.network, recording, kind, unit, seed, line)
        if question.settled:
            self.publish(self._seen_in(recording).get_or_make((unit, kind, seed, line), make), question)
        else:
            self.publish(make(), question)

    def _record(self, question: Question) -> Recording:
        """The pass under the rules of the backward pane; its forward values are the same for all."""
        self._go_on()
        return question.network.record(question.view, rules=answers.BACKWARD.get(question.backward, PLAIN))

    def _wants(self, kind: type, question: Question) -> bool:
        """Whether an answer of this kind to the question would be shown."""
        return self._publisher.wants(kind, question.number)

    def _go_on(self) -> None:
        """Ends what is being computed where nobody waits for it any more."""
        if self.client.closed:
            raise Cancelled("closed")

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
            self.state.film(None)
            self._top = None
            self._seen.clear()
