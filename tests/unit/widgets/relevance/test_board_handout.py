"""The relevance board on a page: every rule, every formula, and the account of the layers."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

import deepvis_widgets as dv
from deepvis_widgets.widgets.board.handout import drawing
from deepvis_widgets.widgets.page.parts import Choice, Drawing, Text
from deepvis_widgets.widgets.relevance.board_controls import RULE_NAMES
from deepvis_widgets.widgets.relevance.chart import COLOURS
from deepvis_widgets.widgets.relevance.drawing import SIZE, draw
from deepvis_widgets.widgets.relevance.ledger_drawing import LedgerBars
from deepvis_widgets.widgets.relevance.words import describe
from tests.tools.pages import painted, part_in, parts_in, picked


def by_hand(board: dv.RelevanceBoard) -> Drawing:
    """What a board draws but for the ring of the number that is edited: a page has no field for it."""
    return drawing(SIZE, lambda pen: draw(pen, replace(board.scene(), chosen=None)))


def test_every_rule_is_drawn_as_the_board_draws_it() -> None:
    board = dv.RelevanceBoard(alpha=3.0)
    page = board.page()
    board.step = 7
    for board.rule, title in RULE_NAMES.items():
        shown = part_in(picked(page, title, "step by step"), Choice).parts[7]
        assert painted(part_in(shown, Drawing)) == painted(by_hand(board)), title
        assert part_in(shown, Text).text == describe(None, 7, board.flow, board.division)


def test_every_formula_is_that_of_what_is_pointed_at() -> None:
    board = dv.RelevanceBoard(rule="alpha-beta")
    formulas = picked(board.page(), RULE_NAMES["alpha-beta"], "every formula")
    labels = list(part_in(formulas, Choice).labels)
    assert labels[:2] == ["R₇", "R₄←₇"] and len(labels) == 7 + len(board.weights)
    for label, element in (("R₇", 7), ("R₂←₅", (2, 5)), ("R₁", 1)):
        shown = picked(formulas, label)
        assert part_in(shown, Text).text == describe(element, 7, board.flow, board.division)
    assert painted(part_in(picked(formulas, "R₇"), Drawing)) != painted(part_in(picked(formulas, "R₁"), Drawing))


@pytest.mark.parametrize("rule", ["epsilon", "gamma"])
def test_bars_of_a_layer_are_as_long_as_its_relevance(rule: str) -> None:
    board = dv.RelevanceBoard(rule=rule, epsilon=0.5)
    bars = list(parts_in(board.page(), Drawing))[1]
    calls = painted(bars)
    lengths: dict[str, list[float]] = {colour: [] for colour in COLOURS}
    fill = ""
    for name, *given in calls:
        fill = given[0] if name == "fill_style" else fill
        if name == "fill_rect" and fill in lengths and given[3] == 16:
            lengths[fill].append(given[2])
    totals = [abs(entry.relevance) for entry in board.flow.ledger.entries]
    scale = lengths[COLOURS[0]][-1] / totals[-1]
    assert lengths[COLOURS[0]] == pytest.approx([total * scale for total in totals])
    assert [float(n) for n in re.findall(r"ΣR (\S+?),", bars.alt)] == pytest.approx(totals, rel=1e-3)


def test_bars_that_go_both_ways_stay_on_the_paper() -> None:
    board = dv.RelevanceBoard((1.0, 2.0, 3.0), biases={4: -2.0, 5: 1.0, 6: 1.0, 7: -3.0})
    bars = LedgerBars(board.flow.ledger, 1)
    drawing = list(parts_in(board.page(), Drawing))[1]
    for name, *given in painted(drawing):
        if name == "fill_rect":
            assert 0 <= given[0] <= given[0] + given[2] <= bars.size[1]
