"""The relevance board without a page: its controls, its words, its refusals."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.widgets.relevance.drawing import centre
from deepvis_widgets.widgets.relevance.relevance_board import RelevanceBoard
from deepvis_widgets.widgets.relevance.toy_network import EDGES, OUTPUT, STEPS


@pytest.fixture
def board() -> Iterator[RelevanceBoard]:
    made = RelevanceBoard()
    yield made
    made.close()


def test_what_is_set_shows_everywhere(board: RelevanceBoard) -> None:
    board.set("w14", 0.5)
    board.set("a1", 2)
    board.set("b7", -0.25)
    assert board.weights[1, 4] == 0.5 and board.inputs[0] == 2.0 and board.biases[7] == -0.25
    np_bars = board.chart._bars.y
    assert np_bars.sum(0) == pytest.approx([board.flow.relevances[OUTPUT]] * 3)
    assert board.editor.number.value == 2.0, "the editor shows the number that is chosen"
    board.set("w14", None)
    assert (1, 4) not in board.weights


def test_typing_changes_the_number_chosen(board: RelevanceBoard) -> None:
    board.editor.what.value = "w67"
    assert board.editor.number.value == -0.5
    board.editor.number.value = 0.75
    assert board.weights[6, 7] == 0.75
    board.editor.connected.value = False
    assert (6, 7) not in board.weights
    board.editor.connected.value = True
    assert (6, 7) in board.weights


def test_a_number_out_of_range_is_refused_in_words(board: RelevanceBoard) -> None:
    board.editor.number.value = 1e9
    assert "a1 = 1000000000.0 does not fit" in board._notice.value and board.inputs[0] == 1.0
    assert board.editor.number.value == 1.0
    board.editor.number.value = 0.25
    assert board._notice.value == ""


def test_steps_tell_the_story(board: RelevanceBoard) -> None:
    told = []
    for step in range(STEPS):
        board.step = step
        told.append(board._words.value)
        assert board.player.step == step
    assert len(set(told)) == STEPS
    assert "R₇ = f(x) = 0.98" in told[1] and "R₄←₇ = 0.7" in told[2] and "R₃ = −0.08" in told[7]


def test_only_the_number_of_the_rule_is_shown(board: RelevanceBoard) -> None:
    for rule, shown in {"epsilon": "epsilon", "gamma": "gamma", "alpha-beta": "alpha", "flat": None}.items():
        board.rule = rule
        assert [n for n, control in board.rules.numbers.items() if control.layout.display != "none"] == [shown] * bool(
            shown
        )


def test_every_edge_can_be_named(board: RelevanceBoard) -> None:
    names = [name for _, name in board.editor.what.options]
    assert len(names) == len(set(names)) == len(EDGES) + 3 + 4


def test_unknown_names_are_refused(board: RelevanceBoard) -> None:
    with pytest.raises(DeepvisError, match="no number"):
        board.set("w17", 1.0)
    with pytest.raises(DeepvisError, match="accepted: epsilon"):
        RelevanceBoard(delta=1)


def test_a_press_on_an_edge_chooses_its_number(board: RelevanceBoard) -> None:
    top, left = centre(1)
    event = {"event": "mouse_down", "x": 2 * (left + 60), "y": 2 * top}
    board.canvas._handle_frontend_event(None, event, [])
    assert board.editor.what.value == "w14"
