"""Boards on a page: every step is drawn and told as the board itself does it, and the board stays as it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

import deepvis_widgets as dv
from deepvis_widgets.widgets.board.handout import drawing
from deepvis_widgets.widgets.kit.notice import status
from deepvis_widgets.widgets.page.parts import Choice, Drawing, Part, Text
from deepvis_widgets.widgets.pooling import handout
from deepvis_widgets.widgets.relevance.drawing import draw
from tests.tools.pages import drawn, painted, part_in, parts_in

X, KERNEL = [[1, -2, 3], [0, 4, -1], [2, 1, -3]], [[1, -1], [2, 0]]
MAKERS: dict[str, Callable[[], Any]] = {
    "convolution": lambda: dv.ConvolutionBoard([1, 2, -1, 3], [1, -1], padding=1),
    "transposed": lambda: dv.ConvolutionBoard(X, KERNEL, stride=1, transposed=True),
    "pooling": lambda: dv.PoolingBoard(X, window=2, stride=1),
    "deconvnet": lambda: dv.DeconvnetBoard(X, KERNEL, rule="guided", seed="activation", position=(0, 0)),
    "relevance": lambda: dv.RelevanceBoard((1.0, -0.5, 0.25), rule="gamma", gamma=0.5),
}


def expected(board: Any, dark: bool) -> list[Any]:
    """What a board draws; a page has no field for a number, so that none is marked."""
    if not isinstance(board, dv.RelevanceBoard):
        return drawn(board, dark)
    scene = replace(board.scene(), chosen=None)
    return painted(drawing(board.size, lambda pen: draw(pen, scene)), dark)


def state(board: Any) -> dict[str, Any]:
    """Every trait of a board and of what it shows that somebody else could see change."""
    widgets = [board, board.player, board.canvas, board._words]
    return {
        f"{number} {name}": value for number, each in enumerate(widgets) for name, value in each.trait_values().items()
    }


def stepped(part: Part) -> Choice:
    return next(choice for choice in parts_in(part, Choice) if choice.steps)


@pytest.mark.parametrize("name", MAKERS)
def test_every_step_on_the_page_is_that_of_the_board(name: str) -> None:
    board = MAKERS[name]()
    steps = stepped(board.page())
    assert len(steps.labels) == len(steps.parts) == board.player.count and steps.chosen == 0
    for step in range(board.player.count):
        board.step = step
        part = steps.parts[step]
        for dark in (False, True):
            assert painted(part_in(part, Drawing), dark) == expected(board, dark), f"step {step}"
        assert part_in(part, Drawing).size == board.size
        assert status(part_in(part, Text).text) == board._words.value
    assert stepped(board.page()).chosen == board.step, "the page begins where the board is"
    board.close()


@pytest.mark.parametrize("name", MAKERS)
def test_a_page_is_made_without_changing_the_board(name: str) -> None:
    board = MAKERS[name]()
    before = state(board)
    steps = stepped(board.page())
    calls = [painted(part_in(part, Drawing)) for part in steps.parts]
    assert state(board) == before
    assert calls[0] != calls[-1]
    assert painted(part_in(steps.parts[0], Drawing), dark=True) != calls[0]
    board.close()


def test_a_page_keeps_the_numbers_of_its_moment() -> None:
    board = dv.PoolingBoard(X, window=2, stride=1)
    steps = stepped(board.page())
    before = painted(part_in(steps.parts[0], Drawing))
    board.input = [[9, 9], [9, 9]]
    assert painted(part_in(steps.parts[0], Drawing)) == before
    board.close()


def test_what_is_not_looked_at_is_not_made(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    moment = handout.moment
    monkeypatch.setattr(handout, "moment", lambda *given: made.append(1) or moment(*given))
    board = dv.PoolingBoard()
    part_in(board.page(), Drawing)
    assert len(made) == 1
    board.close()
