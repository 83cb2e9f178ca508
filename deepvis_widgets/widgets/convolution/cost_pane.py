"""How long the inverse and the product take on this machine: measured on a click, on a thread of its own."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import ipywidgets

from ...engine.worker import Worker
from ..kit.layout import button, classed, html
from ..kit.notice import Say, status
from ..kit.progress import Progress
from ..link.push import push
from . import words
from .costs import SIZES, Times, measure
from .state import ConvolutionState

if TYPE_CHECKING:
    from .cost_chart import CostChart


class CostPane(ipywidgets.VBox):
    """A button, how far the measuring is, and the chart of what was found; `say` gets the sentence of a failure.

    The thread begins with the first click and ends with `end`.
    """

    def __init__(self, state: ConvolutionState, say: Say) -> None:
        self._state, self._say = state, say
        self._worker: Worker | None = None
        self.found: list[Times] = []
        self.sizes = SIZES
        self.button = button(
            "Time both", "Measure W⁺ y and Wᵀ y for growing inputs, with this kernel's size", "clock-o", self.start
        )
        self._progress = Progress("dv-board-row", "Stop; what was measured stays", self.stop, keeps_place=True)
        self._words = html("dv-costs-words")
        self.chart: CostChart | None = None
        self._rows: list[ipywidgets.Widget] = [ipywidgets.HBox([self.button, self._progress]), self._words]
        super().__init__(self._rows)
        classed(self, "dv-costs")

    def start(self) -> None:
        """Measures anew, while everything else goes on."""
        if self.chart is None:
            from .cost_chart import CostChart  # and with it bqplot, for which no drawing should wait

            self.chart = CostChart()
            self.children = [*self._rows, self.chart]
        if self._worker is None:
            self._worker = Worker("deepvis-costs")
        self._progress.show(0.0)
        self._worker.submit(
            "times",
            partial(measure, self._state.kernel_size, sizes=self.sizes),
            long=True,
            on_partial=lambda fraction, found: self._show(fraction, found),  # type: ignore[arg-type]
            on_result=lambda _: self._progress.show(None),
            on_error=lambda sentence, _: self._fail(sentence),
            on_cancelled=lambda: self._progress.show(None),
            doing="measuring",
        )

    def stop(self) -> None:
        """Ends the measuring; what was found stays."""
        if self._worker is not None:
            self._worker.cancel("times")

    def end(self) -> None:
        """Ends the thread."""
        if self._worker is not None:
            self._worker.close()

    def idle(self, timeout: float | None = None) -> bool:
        """Waits until nothing is measured any more, at most `timeout` seconds; False if something still is."""
        return self._worker is None or self._worker.idle(timeout)

    def _show(self, fraction: float, found: Sequence[Times]) -> None:
        assert self.chart is not None
        self.found = list(found)
        self._progress.show(fraction)
        self.chart.show(found)
        push(self._words, value=status(words.times(found)))

    def _fail(self, sentence: str) -> None:
        self._progress.show(None)
        self._say(sentence)
