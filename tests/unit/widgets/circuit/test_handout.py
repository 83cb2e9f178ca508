"""The circuit board on a page: the trail, and the units one layer further down, taken apart as dv.circuit does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import deepvis_widgets as dv
from deepvis_widgets.core.network.target import Target
from deepvis_widgets.widgets.circuit.circuit_board import CircuitBoard
from deepvis_widgets.widgets.circuit.words import plain, sentence, signed
from deepvis_widgets.widgets.page.parts import Choice, Drawing, Map, Picture, Table, Text
from deepvis_widgets.zoo.scenes import ready_scenes
from tests.tools.pages import drawn, painted, part_in, parts_in, picked
from tests.untouched import Untouched

WOLF = ready_scenes()[1]


@pytest.fixture(scope="module")
def network() -> dv.Network:
    return dv.load("husky-wolf")


@pytest.fixture(scope="module")
def board(network: dv.Network) -> Iterator[CircuitBoard]:
    made = CircuitBoard(network, WOLF, "features.relu5", 12)
    assert made.engine.idle(60)
    made.go_down("features.relu4", 33)
    assert made.engine.idle(60)
    yield made
    made.close()


def test_what_is_shown_is_drawn_and_told_as_on_the_board(board: CircuitBoard, network: dv.Network) -> None:
    untouched, trail = Untouched(network.module), board.trail
    page = board.page()
    assert painted(part_in(page, Drawing)) == drawn(board.panes.drawing)
    assert board.circuit is not None
    assert part_in(page, Text).text == sentence(board.circuit, single=False)
    assert board.trail == trail
    untouched.check()


def test_terms_are_those_of_the_circuit_and_add_up(board: CircuitBoard, network: dv.Network) -> None:
    expected = dv.circuit(network, WOLF, "features.relu4", 33)
    rows = list(part_in(board.page(), Table).rows)
    assert rows[0] == (expected.terms[0].layer, str(expected.terms[0].unit), signed(expected.terms[0].adds))
    assert rows[-2:] == [("bias", "", signed(expected.bias)), ("together", "", plain(expected.enters))]
    told = sum(float(adds.replace("−", "-")) for *_, adds in rows[:-1])
    assert told == pytest.approx(expected.enters, abs=0.05)


def test_the_trail_and_the_units_below_are_taken_apart_too(board: CircuitBoard, network: dv.Network) -> None:
    page = board.page()
    choice = part_in(page, Choice)
    assert choice.chosen == 1 and len(choice.labels) == 2 + len(board.session.answered.rows)  # type: ignore[union-attr]
    assert choice.labels[0].startswith("features.relu5, unit 12 at") or choice.labels[0] == "features.relu5, unit 12"
    first = dv.circuit(network, WOLF, "features.relu5", 12)
    assert part_in(picked(page, choice.labels[0]), Text).text == sentence(first, single=False)
    below = board.session.answered.rows[0].below  # type: ignore[union-attr]
    assert isinstance(below, Target) and below.layer is not None
    further = dv.circuit(network, WOLF, below.layer, (below.channel, below.position))
    shown = choice.parts[2]
    assert part_in(shown, Text).text == sentence(further, single=False)
    assert part_in(shown, Map).title == f"{below.layer}:{below.channel}"
    assert len(board.trail) == 2, "nobody went down"


def test_what_units_want_to_see_is_shown_beside(board: CircuitBoard) -> None:
    known = {row.term.unit for row in board.session.answered.rows if row.below is not None}  # type: ignore[union-attr]
    captions = [picture.caption for picture in parts_in(board.page(), Picture)]
    assert captions and {int(caption.split(":")[1]) for caption in captions} <= known


def test_before_the_first_answer_there_is_a_sentence(network: dv.Network) -> None:
    board = CircuitBoard(network, WOLF, "features.relu5", 12)
    assert board.engine.idle(60)
    board.session.forget()
    assert "Choose a unit" in part_in(board.page(), Text).text
    board.close()
