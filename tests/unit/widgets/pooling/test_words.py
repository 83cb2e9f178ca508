"""The pooling board's sentences."""

from __future__ import annotations

from deepvis_widgets.widgets.board.cells import Cell
from deepvis_widgets.widgets.pooling import words
from deepvis_widgets.widgets.pooling.lesson import STEPS
from deepvis_widgets.widgets.pooling.state import PoolingState


def test_every_step_has_its_number() -> None:
    told = [words.step(index) for index in range(len(STEPS))]
    assert told[0].startswith("Step 1 of 7. Forward") and len(set(told)) == 7


def test_a_window_and_a_cell_say_where_the_signal_goes() -> None:
    lesson = PoolingState().lesson
    assert words.cell(lesson, Cell("signal", 0, 0)) == (
        "Window (0, 0): its largest number is 4, at (1, 0). The signal 2 goes back there."
    )
    assert words.cell(lesson, Cell("input", 0, 0)) == (
        "Cell (0, 0): x = 1, ReLU(x) = 1; no switch, unpooled signal 0. "
        "Here x is positive, the signal is not positive: gradient 0, deconvnet 0, guided backprop 0."
    )
