"""What is known of every cell of a comparison, and who is told of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import count
from typing import Any

from .answers import CellAnswer, Key, Listener, ScoresAnswer
from .networks import Row
from .question import Question
from .scale import limits_of


class Publisher:
    """The answers of all cells, told to listeners whenever one changes; `question` is what they answer.

    The only lock of a comparison is here, because several engines answer at a time: everything that reads and then
    changes does so with `lock` held, and listeners are told with it held, so that they need none.
    """

    def __init__(self, question: Question) -> None:
        self.lock = threading.RLock()
        self.question = question
        self.closed = False  # nothing is current any more
        self._answers: dict[Key, CellAnswer] = {}  # replaced, never changed: it is read without the lock
        self._listeners: list[Listener] = []
        self._turns = count(1)

    def subscribe(self, listener: Listener) -> None:
        """Tells `listener` every answer from now on."""
        self._listeners.append(listener)

    @property
    def answers(self) -> tuple[CellAnswer, ...]:
        """What is known of every cell, in their order."""
        return tuple(self._answers.values())

    def get(self, key: Key, turn: int | None = None) -> CellAnswer | None:
        """What is known of one cell; None where there is no such cell, or something newer was asked since `turn`."""
        answer = self._answers.get(key)
        return answer if turn is None or (answer and not self.closed and answer.turn == turn) else None

    def lay(self, names: Sequence[str], rows: Sequence[Row]) -> tuple[list[Key], list[Key]]:
        """Has a cell for each method on each network, in this order; the keys that came, and those that went."""
        with self.lock:
            old = self._answers
            wanted = [CellAnswer(row, name) for name in names for row in rows]
            self._answers = {cell.key: old.get(cell.key, cell) for cell in wanted}
            self.tell(lambda listener: listener.show_cells(self.answers))
            return [key for key in self._answers if key not in old], [key for key in old if key not in self._answers]

    def begin(self, key: Key, running: str, **changes: Any) -> int:
        """A new turn of a cell that computes something, as its progress bar names it, or nothing; its number."""
        turn = next(self._turns)
        self.change(key, turn=turn, running=running, fraction=0.0, stopped=False, notice="", **changes)
        return turn

    def change(self, key: Key, **changes: Any) -> None:
        """Other values for one cell."""
        with self.lock:
            answer = self._put(key, changes)
            self.tell(lambda listener: listener.show_cell(answer))

    def show_map(self, key: Key, **changes: Any) -> None:
        """Another map for one cell: its whole column may need another scale, and is told together with it."""
        with self.lock:
            self._put(key, changes)
            self.rescale(key[0])

    def rescale(self, name: str) -> None:
        """Gives the maps of a method their scale: one for all networks, or one each."""
        with self.lock:
            found = [(key, answer.result) for key, answer in self._answers.items() if key[0] == name]
            column = [(key, result) for key, result in found if result is not None]
            for key, result in column:
                among = [other for _, other in column] if self.question.scale == "shared" else [result]
                low, high = limits_of([other.heatmap for other in among], among[0].signed)
                colormap = self.question.colormaps["signed" if among[0].signed else "unsigned"]
                self.change(key, limits=(low, high), colormap=colormap)

    def tell_scores(self) -> None:
        """Tells what there is for the chart and the table."""
        with self.lock:
            answer = ScoresAnswer(self.answers, self.question.curves, self.question.scores)
            self.tell(lambda listener: listener.show_scores(answer))

    def tell(self, told: Callable[[Listener], object]) -> None:
        """Tells every listener, by calling `told` with it; none any more after `closed`."""
        with self.lock:
            for listener in () if self.closed else self._listeners:
                told(listener)

    def _put(self, key: Key, changes: dict[str, Any]) -> CellAnswer:
        answer = replace(self._answers[key], **changes)
        self._answers = {**self._answers, key: answer}
        return answer
