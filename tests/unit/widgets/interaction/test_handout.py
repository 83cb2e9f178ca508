"""The interaction board on a page: the cones of every unit."""

from __future__ import annotations

import deepvis_widgets as dv
from deepvis_widgets.widgets.interaction import words
from deepvis_widgets.widgets.page.parts import Choice, Drawing, Table, Text
from tests.tools.pages import drawn, painted, part_in, parts_in, picked


def test_every_unit_is_lit_as_on_the_board() -> None:
    board = dv.InteractionBoard(input_size=5, kernel_size=2, padding=0, depth=2, unit=(1, 3))
    page = board.page()
    layers, units = parts_in(page, Choice)
    assert (layers.labels[layers.chosen], units.labels[units.chosen]) == ("layer 1", "unit 3")
    for layer, (label, size) in enumerate(zip(("input", "layer 1", "layer 2"), board.stack.sizes, strict=True)):
        assert len(part_in(picked(page, label), Choice).parts) == size
        for index in range(size):
            board.unit = (layer, index)
            shown = picked(page, label, f"unit {index}")
            assert painted(part_in(shown, Drawing)) == drawn(board)
            assert part_in(shown, Text).text == words.unit(board.stack, (layer, index))
    assert list(part_in(page, Table).rows) == words.facts(board.stack)


def test_a_page_leaves_the_unit_alone() -> None:
    board = dv.InteractionBoard(unit=(2, 4))
    before = board.trait_values()
    page = board.page()
    assert [painted(part_in(part, Drawing)) for part in part_in(page, Choice).parts]
    assert board.trait_values() == before
