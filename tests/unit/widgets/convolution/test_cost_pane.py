"""Measuring on a click: on a thread of its own, into the chart, stopped and ended."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from deepvis_widgets.core.report import Report
from deepvis_widgets.widgets.convolution import cost_pane
from deepvis_widgets.widgets.convolution.convolution_board import ConvolutionBoard
from deepvis_widgets.widgets.convolution.costs import SIZES, Times

FOUND = [Times(size, size**3 * 1e-9, size**2 * 1e-9, size * 1e-9) for size in (32, 64, 128)]


@pytest.fixture
def board() -> Iterator[ConvolutionBoard]:
    made = ConvolutionBoard()
    yield made
    made.close()


def running() -> set[str]:
    return {thread.name for thread in threading.enumerate()}


def test_nothing_runs_before_the_first_click(board: ConvolutionBoard) -> None:
    assert board.costs.chart is None and board.costs.idle() and "deepvis-costs" not in running()


def test_a_click_measures_the_kernel_of_the_board_into_the_chart(
    board: ConvolutionBoard, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[int, Sequence[int], str]] = []

    def measure(kernel_size: int, report: Report, sizes: Sequence[int]) -> list[Times]:
        asked.append((kernel_size, sizes, threading.current_thread().name))
        for number in (1, 2, 3):
            report(number / 3, FOUND[:number])
        return FOUND

    monkeypatch.setattr(cost_pane, "measure", measure)
    board.kernel_size = 5
    board.costs.button.click()
    assert board.costs.idle(60) and asked == [(5, SIZES, "deepvis-costs")]
    chart = board.costs.chart
    assert chart is not None and board.costs.found == FOUND
    np.testing.assert_allclose(chart.points["inverse"].y, [1000 * each.inverse for each in FOUND])
    np.testing.assert_allclose(chart.points["sliding"].x, [32, 64, 128])
    cubic, best, product = (np.array(mark.y) for mark in chart.slopes)
    for line, exponent in ((cubic, 3), (best, 2.373), (product, 2)):
        np.testing.assert_allclose(line[1:] / line[:-1], 2.0**exponent)
    assert cubic[-1] == best[-1] == chart.points["inverse"].y[-1] and product[-1] == chart.points["product"].y[-1]
    assert "grew as n^3.0, n^2.0, n^1.0" in board.costs._words.value
    assert board.costs._progress.layout.visibility == "hidden"


def test_measuring_stops_and_what_was_found_stays(board: ConvolutionBoard, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def measure(kernel_size: int, report: Report, sizes: Sequence[int]) -> list[Times]:
        report(0.3, FOUND[:1])
        begun.set()
        go_on.wait(60)
        report(0.6, FOUND[:2])
        raise AssertionError("it goes on")

    monkeypatch.setattr(cost_pane, "measure", measure)
    board.costs.start()
    assert begun.wait(60) and board.costs._progress.layout.visibility is None
    board.step = 2  # the board answers meanwhile
    board.costs.stop()
    go_on.set()
    assert board.costs.idle(60) and board.costs.found == FOUND[:1]
    assert board.costs._progress.layout.visibility == "hidden" and board._notice.value == ""


def test_a_failure_is_a_sentence(board: ConvolutionBoard, monkeypatch: pytest.MonkeyPatch) -> None:
    def measure(kernel_size: int, report: Report, sizes: Sequence[int]) -> list[Times]:
        raise MemoryError

    monkeypatch.setattr(cost_pane, "measure", measure)
    board.costs.start()
    assert board.costs.idle(60) and "Memory ran out while measuring." in board._notice.value


def test_the_thread_ends_with_the_board() -> None:
    board = ConvolutionBoard()
    board.costs.start()
    board.close()
    assert "deepvis-costs" not in running()
