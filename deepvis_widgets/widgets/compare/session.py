"""From what a comparison is asked to show to answers: each cell asks its network's engine, in a slot of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from torch import Tensor

from ...core.content_key import content_key
from ...core.errors import DeepvisError
from ...core.report import Report
from ...core.results import HeatMap, Result
from ...core.weights_key import learned_key
from ...engine.client import Client, explanation_key
from ...methods import explain, method, serving
from ...scores import Curves, curves
from .answers import CURVES, MAP, CellAnswer, Key, Listener
from .checks import settings
from .networks import Row, Seen, class_in
from .publisher import Publisher
from .question import Question
from .state import CompareState

STEPS = 32  # points of a curve
FILL = "blur"  # what takes the place of removed pixels
STEP = 0.01  # progress that is worth a message
CLASSES = "classes"  # the slot of the probabilities


class Session:
    """Asks the engines what `state` wants to see on the networks of `rows`, and publishes the answers.

    What the state says is frozen into a Question on the state's own thread. Answers come on the engines' threads,
    several at a time, and change what is known with the publisher's lock held.
    """

    def __init__(self, state: CompareState, rows: Sequence[Row]) -> None:
        self._state, self._rows = state, rows
        self._known = Publisher(Question.of(state))
        self._shares: list[Tensor | None] = [None] * len(rows)
        self._clients = [Client(row.network, self._refuse) for row in rows]

    @property
    def answers(self) -> tuple[CellAnswer, ...]:
        """What is known of every cell, in their order."""
        return self._known.answers

    def subscribe(self, listener: Listener) -> None:
        """Tells `listener` every answer from now on."""
        self._known.subscribe(listener)

    def start(self) -> None:
        """Follows the state from now on."""
        observe = self._state.observe
        observe(lambda change: self._see(change["old"], change["new"]), names="seen")
        observe(lambda _: self._lay_cells(), names="methods")
        observe(lambda _: self._explain_all(), names="target")
        observe(lambda change: self._explain_changed(change["old"] or {}), names="params")
        observe(lambda _: self._rescale_all(), names=["scale", "colormaps"])
        observe(lambda _: self._toggle_scores(), names=["curves", "scores"])
        self._lay_cells()

    def press(self, key: Key) -> None:
        """Stops what a cell computes, or goes on with what was stopped."""
        answer = self._known.get(key)
        if answer is None:
            return
        if answer.running:
            self._cancel(key)
        elif answer.finished:
            self._measure(key)
        else:
            self._explain(key)

    def stop(self) -> None:
        """Stops everything that is being computed; what is drawn stays."""
        for answer in self.answers:
            self._cancel(answer.key)

    def known(self, key: Key, view: Tensor, target: int | None) -> HeatMap | None:
        """Returns the map of a cell for another view and class of the first network, where it was computed before, with
        the parameters of now; else None.
        """
        (name, place), params = key, self._known.question.params
        network = self._rows[place].network
        try:
            target = None if target is None else class_in(network, self._rows[0].network, target)
            cached = explanation_key(network, view, name, target, params.get(name, {}))
        except DeepvisError:
            return None
        found = self._clients[place].engine.cache.get(cached)
        return found if isinstance(found, HeatMap) else None

    def idle(self, timeout: float | None = None, long: bool = True) -> bool:
        """Waits until all engines are idle, but for long work where `long` is False, at most `timeout` seconds each;
        False if one still works then.
        """
        return all(client.idle(timeout, long) for client in self._clients)

    def close(self) -> None:
        """Gives the engines back: no answer arrives after this. Closing again changes nothing."""
        with self._known.lock:
            closed, self._known.closed = self._known.closed, True
        if not closed:
            self.stop()
            for client in self._clients:
                client.cancel(CLASSES)
                client.close()

    # --- what follows from a change of the state; on the state's thread ---

    def _freeze(self) -> Question:
        with self._known.lock:
            self._known.question = Question.of(self._state)
            return self._known.question

    def _see(self, old: Seen | None, new: Seen) -> None:
        if old is not None and old.views is new.views:
            self._mark(new)
            return
        with self._known.lock:
            self._freeze()
            self._shares = [None] * len(self._rows)
        for row in self._rows:
            self._ask_classes(row, new.views[row.place])
        for answer in self.answers:
            self._explain(answer.key, fresh=True)

    def _mark(self, seen: Seen) -> None:
        with self._known.lock:
            self._freeze()
            for answer in self.answers:
                self._known.change(answer.key, mask=seen.masks[answer.row.place])
            self._known.tell_scores()

    def _lay_cells(self) -> None:
        came, went = self._known.lay(self._freeze().methods, self._rows)
        for key in went:
            self._cancel(key)
        for key in came:
            self._explain(key, fresh=True)
        self._known.tell_scores()

    def _explain_all(self) -> None:
        self._freeze()
        for answer in self.answers:
            self._explain(answer.key)

    def _explain_changed(self, old: dict[str, dict[str, Any]]) -> None:
        new = self._freeze().params
        for answer in self.answers:
            if settings(answer.name, old) != settings(answer.name, new):
                self._explain(answer.key)

    def _rescale_all(self) -> None:
        for name in self._freeze().methods:
            self._known.rescale(name)

    def _toggle_scores(self) -> None:
        with self._known.lock:
            wanted = self._freeze().measures
            left = [] if wanted else [answer.key for answer in self.answers if answer.finished and answer.running]
            for key in left:
                self._known.begin(key, "")  # what a cell has stays, and nothing is said about it
            self._known.tell_scores()
        for key in left:
            self._cancel(key)
        self._measure_all()

    # --- questions ---

    def _ask_classes(self, row: Row, view: Tensor) -> None:
        self._clients[row.place].ask(
            CLASSES,
            lambda _: row.network.bars(view),
            partial(self._answer_classes, row.place, view),
            doing="reading the classes",
        )

    def _explain(self, key: Key, fresh: bool = False) -> None:
        """Explains anew in one cell; its map improves while the method runs, and an error leaves the old one.

        With `fresh` the picture is another one: the old map goes.
        """
        (name, place), question = key, self._known.question
        network, seen = self._rows[place].network, question.seen
        if seen is None or self._known.closed:
            return
        other = {"view": seen.views[place], "mask": seen.masks[place], "result": None} if fresh else {}
        turn = self._known.begin(key, MAP, finished=False, curves=None, **other)
        self._known.tell_scores()
        try:
            target = None if question.target is None else class_in(network, self._rows[0].network, question.target)
            serving(name, network)
        except DeepvisError as error:
            self._cancel(key)
            self._end(key, turn, notice=str(error))
            return
        self._known.change(key, target=target)
        params, view = question.params.get(name, {}), seen.views[place]
        cached = explanation_key(network, view, name, target, params)

        def work(report: Report) -> Result:
            return explain(network, view, name, target=target, report=report, **params)

        self._ask(key, turn, work, self._answer_map, doing=f"running {name}", key=cached, long=method(name).long)

    def _measure_all(self) -> None:
        for answer in self.answers:
            self._measure(answer.key)

    def _measure(self, key: Key) -> None:
        """Draws the curves of a cell whose map is finished, where they are wanted and not there yet."""
        with self._known.lock:
            answer = self._known.get(key)
            if answer is None or not self._lacks_curves(answer):
                return
            target, view, result = self._class(answer), answer.view, answer.result
            if target is None or view is None or result is None:
                return  # the classes are still being read: their answer asks again
            turn = self._known.begin(key, CURVES)
        network, what = answer.row.network, (view, result.heatmap, target, STEPS, FILL)
        cached = content_key("curves", learned_key(network), *what)
        work = partial(curves, network, *what)
        self._ask(key, turn, work, self._answer_curves, doing="drawing the curves", key=cached, long=True)

    def _lacks_curves(self, answer: CellAnswer) -> bool:
        wanted = self._known.question.measures and not self._known.closed
        return wanted and answer.finished and answer.curves is None and not answer.running

    def _ask(
        self, cell: Key, turn: int, work: Callable[[Report], Any], answer: Callable[[Key, int, Any], None], **how: Any
    ) -> None:
        self._clients[cell[1]].ask(
            cell[0],
            work,
            partial(answer, cell, turn),
            on_partial=partial(self._improve, cell, turn),
            on_error=lambda sentence: self._end(cell, turn, notice=sentence),
            on_cancelled=lambda: self._end(cell, turn, stopped=True),
            **how,
        )

    def _refuse(self, sentence: str) -> None:
        self._known.tell(lambda listener: listener.refuse(sentence))

    def _cancel(self, key: Key) -> None:
        self._clients[key[1]].cancel(key[0])

    # --- answers; on the engines' threads ---

    def _answer_classes(self, place: int, view: Tensor, shares: Tensor) -> None:
        with self._known.lock:
            seen = self._known.question.seen
            if seen is None or seen.views[place] is not view:
                return
            self._shares[place] = shares
            if place == 0:
                self._known.tell(lambda listener: listener.show_classes(shares))
            for answer in self.answers:
                if answer.row.place == place and answer.finished:
                    self._known.change(answer.key, share=self._share(answer))
        self._measure_all()

    def _improve(self, key: Key, turn: int, fraction: float, found: object) -> None:
        with self._known.lock:
            answer = self._known.get(key, turn)
            if answer is None:
                return
            reached = fraction if abs(fraction - answer.fraction) >= STEP else answer.fraction
            if isinstance(found, HeatMap):
                self._known.show_map(key, result=found, fraction=reached)
            elif reached != answer.fraction:
                self._known.change(key, fraction=reached)

    def _answer_map(self, key: Key, turn: int, result: Result) -> None:
        if not isinstance(result, HeatMap):
            self._end(key, turn, notice=f"{key[0]} gives {result.kind}, and only heat maps can be compared.")
            return
        with self._known.lock:
            answer = self._known.get(key, turn)
            if answer is None:
                return
            self._known.show_map(key, result=result, finished=True, running="", share=self._share(answer))
            self._known.tell_scores()
        self._measure(key)

    def _answer_curves(self, key: Key, turn: int, found: Curves) -> None:
        with self._known.lock:
            if self._known.get(key, turn):
                self._known.change(key, curves=found, running="")
                self._known.tell_scores()

    def _end(self, key: Key, turn: int, notice: str = "", stopped: bool = False) -> None:
        """A turn is over by an error (a sentence) or a stop, after which it may begin again."""
        with self._known.lock:
            if self._known.get(key, turn):
                self._known.change(key, running="", notice=notice, stopped=stopped)

    def _class(self, answer: CellAnswer) -> int | None:
        """The class index that a cell explains; None while the top class of its network is not known."""
        shares = self._shares[answer.row.place]
        return answer.row.network.answers.top(shares) if answer.target is None and shares is not None else answer.target

    def _share(self, answer: CellAnswer) -> str | None:
        shares, target = self._shares[answer.row.place], self._class(answer)
        words = answer.row.network.answers.words
        return None if shares is None or target is None else words(target, float(shares[target]), 0)
