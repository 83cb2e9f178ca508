"""The convolution board on a page: its examples, both ways, the facts below, and what was measured."""

from __future__ import annotations

import pytest

import deepvis_widgets as dv
from deepvis_widgets.widgets.board.cells import Cell
from deepvis_widgets.widgets.convolution import words
from deepvis_widgets.widgets.convolution.costs import Times
from deepvis_widgets.widgets.convolution.handout import NOW
from deepvis_widgets.widgets.convolution.state import PRESETS
from deepvis_widgets.widgets.page.parts import Chart, Choice, Drawing, Table, Text
from tests.tools.pages import drawn, painted, part_in, parts_in, picked

WAYS = {"y = W x": False, "transposed: Wᵀ y": True}


def test_examples_are_drawn_both_ways_as_the_board_draws_them_when_they_are_loaded() -> None:
    page = dv.ConvolutionBoard().page()
    board = dv.ConvolutionBoard()
    assert list(part_in(page, Choice).labels) == list(PRESETS), "the board shows the first of them"
    for example in list(PRESETS)[1:4:2]:
        board.load(example)
        for way, board.transposed in WAYS.items():
            shown = picked(page, example, way)
            assert len(part_in(shown, Choice).labels) == board.count
            board.step = board.count - 1
            assert painted(part_in(part_in(shown, Choice).parts[-1], Drawing)) == drawn(board)
            assert list(part_in(shown, Table).rows) == words.facts(board.lesson)


def test_numbers_of_ones_own_come_first() -> None:
    board = dv.ConvolutionBoard([5, 6, 7, 8], [1, 2], transposed=True)
    page = board.page()
    examples, way = list(parts_in(page, Choice))[:2]
    assert list(examples.labels) == [NOW, *PRESETS] and examples.chosen == 0
    assert way.labels[way.chosen] == "transposed: Wᵀ y"
    assert painted(part_in(page, Drawing)) == drawn(board)
    assert "Wᵀy(2)" in picked(page, NOW, "transposed: Wᵀ y", "Wᵀy(2)").parts[1].text  # type: ignore[attr-defined]


def test_it_begins_at_the_cell_under_the_pointer() -> None:
    board = dv.ConvolutionBoard()
    board.hovered = Cell("output", 0, 3)
    assert board.index == 3 and board.words() in [text.text for text in parts_in(board.page(), Text)]


def test_what_was_measured_is_a_chart() -> None:
    board = dv.ConvolutionBoard()
    assert not list(parts_in(board.page(), Chart))
    board.costs.found = [
        Times(32, 0.004, 0.002, 0.001),
        Times(64, 0.032, 0.008, 0.002),
        Times(128, 0.256, 0.032, 0.004),
    ]
    chart = part_in(board.page(), Chart)
    assert chart.log and [line.dots for line in chart.lines] == [True] * 3 + [False] * 3
    assert list(chart.lines[0].y) == pytest.approx([4, 32, 256])
    assert list(chart.lines[3].y) == pytest.approx([4, 32, 256]), "the line n³ goes through the last point"
    assert words.times(board.costs.found) in [text.text for text in parts_in(board.page(), Text)]
