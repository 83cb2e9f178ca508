"""The circuit board that the sheet opens under the Explorer: what it is given, that it follows, and that it closes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import ipycanvas.canvas  # noqa: F401 (keeps one manager for all canvases, from its import on)
import pytest
import torch
from ipywidgets.widgets.widget import _instances

import deepvis_widgets as dv
from deepvis_widgets.widgets.explorer.explorer import Explorer
from deepvis_widgets.widgets.explorer.handout.standing import Standing
from deepvis_widgets.widgets.link.protocol import pack
from tests.small_nets import Plain

LAYER = "features.3"


@pytest.fixture
def explorer() -> Iterator[Explorer]:
    torch.manual_seed(0)
    picture = torch.rand(3, 32, 32, generator=torch.Generator().manual_seed(1))
    made = Explorer(dv.Network(Plain(), dv.Preprocess((32, 32), None), name="small"), picture, layer=LAYER, unit=5)
    made.why = True
    settle(made)
    yield made
    made.close()


def settle(explorer: Explorer) -> None:
    assert explorer.session.idle(60)
    if explorer.circuit_board is not None:
        assert explorer.circuit_board.idle(60)


def first_row(explorer: Explorer) -> float:
    adds: float = explorer.panes.why.port.values["rows"][0]["adds"]
    return adds


def send(explorer: Explorer, kind: str, **meta: Any) -> None:
    explorer._receive(None, *pack(f"why/{kind}", 1, meta))
    settle(explorer)


def test_it_shows_the_unit_and_the_way_that_led_there(explorer: Explorer) -> None:
    send(explorer, "go", **explorer.panes.why.port.values["rows"][0]["below"])
    send(explorer, "board")
    board = explorer.circuit_board
    assert isinstance(board, dv.CircuitBoard)
    assert [(unit.layer, unit.channel) for unit in board.trail] == [(LAYER, 5), ("features.1", explorer.unit)]
    assert board.circuit is not None
    rows = explorer.panes.why.port.values["rows"]
    assert [term.adds for term in board.circuit.terms[:3]] == [row["adds"] for row in rows[:3]]


def test_it_has_the_covered_picture_and_no_unit_that_is_off(explorer: Explorer) -> None:
    explorer.occluder, explorer.off = (4, 4, 12, 12), {"features.1": [2]}
    settle(explorer)
    send(explorer, "board")
    board, rows = explorer.circuit_board, explorer.panes.why.port.values["rows"]
    assert board.network is explorer.answering
    assert torch.equal(board.view[:, 5:15, 5:15], explorer.cover[:, 5:15, 5:15])
    assert {term.unit: term.adds for term in board.circuit.terms}.get(2, 0) == 0
    assert board.circuit.terms[0].adds == pytest.approx(rows[0]["adds"], rel=1e-5)


def test_it_follows_picture_occluder_and_unit(explorer: Explorer) -> None:
    send(explorer, "board")
    board = explorer.circuit_board
    explorer.image = other = torch.rand(3, 32, 32, generator=torch.Generator().manual_seed(2))
    settle(explorer)
    assert board.image is other and board.circuit.terms[0].adds == pytest.approx(first_row(explorer), rel=1e-5)
    explorer.occluder = (4, 4, 12, 12)
    settle(explorer)
    assert torch.equal(board.view[:, 5:15, 5:15], explorer.cover[:, 5:15, 5:15])
    assert board.circuit.terms[0].adds == pytest.approx(first_row(explorer), rel=1e-5)
    send(explorer, "go", **explorer.panes.why.port.values["rows"][0]["below"])
    assert [unit.layer for unit in board.trail] == [LAYER, "features.1"]
    explorer.why = False
    settle(explorer)
    assert len(board.trail) == 2, "it is closed with the sheet"
    explorer.layer, explorer.unit = LAYER, 3
    settle(explorer)
    assert [(unit.layer, unit.channel) for unit in board.trail] == [(LAYER, 3)]
    assert explorer.circuit_board is board and not board.closed


def test_what_the_board_went_down_to_stays_while_the_unit_does(explorer: Explorer) -> None:
    send(explorer, "board")
    explorer.circuit_board.go_down("features.1", 4)
    explorer.occluder = (4, 4, 12, 12)
    settle(explorer)
    assert [unit.channel for unit in explorer.circuit_board.trail] == [5, 4]


def test_it_follows_a_unit_that_is_switched_off(explorer: Explorer) -> None:
    send(explorer, "board")
    first, before = explorer.circuit_board, set(_instances)
    first.go_down("features.1", 4)
    explorer.off = {"features.1": [2]}
    settle(explorer)
    board = explorer.circuit_board
    assert first.closed and board.network is explorer.answering
    assert [unit.channel for unit in board.trail] == [5, 4]
    board.go_back(0)
    settle(explorer)
    assert {term.unit: term.adds for term in board.circuit.terms}.get(2, 0) == 0
    explorer.off = {}
    settle(explorer)
    assert len(set(_instances)) == len(before)


def test_no_model_is_made_before_it_is_asked_for_and_none_is_left(explorer: Explorer) -> None:
    before = set(_instances)
    send(explorer, "board")
    first = explorer.circuit_board
    assert explorer.get_state("circuit_board") == {"circuit_board": f"IPY_MODEL_{first.model_id}"}
    send(explorer, "board")
    assert first.closed and explorer.circuit_board is not first and not explorer.circuit_board.closed
    send(explorer, "close")
    assert explorer.circuit_board is None
    assert set(_instances) == before
    send(explorer, "board")
    explorer.circuit_board.close()
    assert explorer.circuit_board is None
    assert set(_instances) == before


def test_it_closes_with_the_explorer(explorer: Explorer) -> None:
    send(explorer, "board")
    board = explorer.circuit_board
    explorer.close()
    assert board.closed


def test_it_cannot_be_set(explorer: Explorer) -> None:
    with pytest.raises(dv.DeepvisError, match="circuit_board cannot be set"):
        explorer.circuit_board = None


def test_the_lines_make_the_same_board(explorer: Explorer) -> None:
    explorer.occluder, explorer.off = (4, 4, 12, 12), {"features.1": [2]}
    settle(explorer)
    send(explorer, "go", **explorer.panes.why.port.values["rows"][0]["below"])
    send(explorer, "code")
    code = explorer.panes.why.port.values["code"]
    assert 'layer="features.3"' in code and "unit=5" in code and '.without("features.1", [2])' in code
    names = {"net": explorer.network, "picture": explorer.image}
    exec(code, names)
    board: Any = names["circuit_board"]
    try:
        assert board.idle(60)
        assert board.circuit.terms[0].adds == pytest.approx(explorer.panes.why.port.values["rows"][0]["adds"], rel=1e-5)
    finally:
        board.close()


def test_a_page_without_a_kernel_knows_of_none(explorer: Explorer) -> None:
    send(explorer, "board")
    standing = Standing(explorer, explorer.panes, "")
    assert standing.get_state()["circuit_board"] is None
    assert not [frame for frame, _ in standing.kept() if frame["kind"].startswith("why/")]
