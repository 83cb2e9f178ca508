"""The circuit board without a browser: what it draws is what dv.circuit finds, a click goes down, another back."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import deepvis_widgets as dv
from deepvis_widgets.atlas.shipped import shipped_atlas
from deepvis_widgets.methods.circuits.answers import kernel_ends
from deepvis_widgets.widgets.circuit.circuit_board import CircuitBoard
from deepvis_widgets.widgets.circuit.drawing import KERNEL, LEFT, ROW, STEP, TOP, element_at
from deepvis_widgets.widgets.circuit.words import sentence
from deepvis_widgets.zoo.scenes import ready_scenes

WOLF = ready_scenes()[1]


@pytest.fixture(scope="module")
def network() -> dv.Network:
    return dv.load("husky-wolf")


@pytest.fixture
def board(network: dv.Network) -> Iterator[CircuitBoard]:
    made = CircuitBoard(network, WOLF, "features.relu5", 12)
    settle(made)
    yield made
    made.close()


def settle(board: CircuitBoard) -> None:
    assert board.engine.idle(60)


def press(board: CircuitBoard, top: float, left: float) -> None:
    board.panes.drawing._press(top, left)
    settle(board)


def test_it_shows_what_the_network_says_of_the_unit(board: CircuitBoard, network: dv.Network) -> None:
    expected = dv.circuit(network, WOLF, "features.relu5", 12)
    assert board.circuit is not None and board.session.answered is not None
    assert board.circuit.table() == expected.table() == board.table()
    rows = board.session.answered.rows
    assert [row.term for row in rows] == list(expected.terms[:8])
    shown = sum(row.term.adds for row in rows) + board.session.answered.others + board.circuit.bias
    assert shown == pytest.approx(expected.enters, rel=1e-4)
    assert all(row.kernel.shape == (3, 3) for row in rows)
    assert f"{expected.value:.4g}" in board.panes.drawing._words.value


def test_kernels_of_one_number_are_compared(network: dv.Network) -> None:
    board = CircuitBoard(network, WOLF, target="wolf")
    try:
        settle(board)
        assert board.session.answered is not None
        rows = board.session.answered.rows
        most = max(abs(float(row.kernel)) for row in rows)  # each is the weight of a pooled map
        assert {kernel_ends(row, rows) for row in rows} == {(-most, most)}
        drawn = np.asarray(board.drawing().convert("RGB"))
        seen = {tuple(drawn[2 * (TOP + place * ROW + 20), 2 * (KERNEL + 20)]) for place in range(len(rows))}
        assert len(seen) > 3, "they look alike"
    finally:
        board.close()


def test_a_click_on_a_term_goes_down_and_one_on_the_trail_back(board: CircuitBoard, network: dv.Network) -> None:
    assert board.session.answered is not None
    below = board.session.answered.rows[1].below
    press(board, TOP + 1.5 * ROW, LEFT + 20)
    assert board.here == below
    assert board.circuit is not None and below is not None
    maps = network.record(network.view(WOLF)).outputs[below.layer].detach()  # type: ignore[index]
    assert board.circuit.value == pytest.approx(float(maps[0, below.channel][below.position]), rel=1e-5)  # type: ignore[index]
    adds = board.session.answered.nodes[1].adds
    assert adds == dv.circuit(network, WOLF, "features.relu5", 12).terms[1].adds
    press(board, 40, 20)
    assert [unit.layer for unit in board.trail] == ["features.relu5"]


def test_the_way_ends_at_the_picture(board: CircuitBoard) -> None:
    board.visit("features.conv1", 3)
    settle(board)
    assert {term.layer for term in board.circuit.terms} == {"picture"}  # type: ignore[union-attr]
    before = board.trail
    press(board, TOP + 0.5 * ROW, LEFT + 20)
    assert board.trail == before


def test_nothing_is_where_nothing_is_drawn(board: CircuitBoard) -> None:
    scene = board.panes.drawing.scene()
    assert element_at(scene, 28 + STEP, 20) is None  # a second unit of the trail
    assert element_at(scene, 10, LEFT) is None
    assert element_at(scene, scene.size[0] - 5, LEFT) is None


def test_it_is_saved_as_a_picture_and_as_a_table(board: CircuitBoard, tmp_path: Path) -> None:
    board.save(tmp_path / "why.png")
    height, width = board.panes.drawing.size
    picture = Image.open(tmp_path / "why.png")
    assert picture.size == (2 * width, 2 * height)
    assert len(picture.convert("RGB").getcolors(2**24)) > 50  # bars, maps and kernels
    board.save(tmp_path / "why.csv")
    rows = list(csv.DictReader((tmp_path / "why.csv").open()))
    assert sum(float(row["adds"]) for row in rows) == pytest.approx(board.circuit.enters, rel=1e-4)  # type: ignore[union-attr]
    with pytest.raises(dv.DeepvisError, match=r"\.png, \.csv or \.json"):
        board.save(tmp_path / "why.pdf")


def test_the_buttons_give_the_browser_files(
    board: CircuitBoard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    given: dict[str, bytes] = {}
    for button in board.panes.choice.files:
        monkeypatch.setattr(
            button, "tell", lambda kind, meta, arrays: given.update({meta["name"]: arrays["bytes"].tobytes()})
        )
        button.give()
    assert sorted(given) == ["circuit.csv", "circuit.png"] and not list(tmp_path.iterdir())
    assert given["circuit.csv"].decode() == board.circuit.csv()  # type: ignore[union-attr]
    assert Image.open(io.BytesIO(given["circuit.png"])).size == board.drawing().size


def test_a_button_says_why_there_is_no_file(board: CircuitBoard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board.session, "answered", None)
    button = board.panes.choice.files[0]
    button.give()
    assert button.notice == "No unit has been taken apart yet."


def test_the_controls_follow_and_lead(board: CircuitBoard) -> None:
    choice = board.panes.choice
    assert (choice.layer.value, choice.unit.value, choice.back.disabled) == ("features.relu5", 12, True)
    board.go_down("features.relu4", 3)
    assert (choice.layer.value, choice.unit.value, choice.back.disabled) == ("features.relu4", 3, False)
    choice.back.click()
    assert board.layer == "features.relu5"
    choice.unit.value = 7
    assert [(unit.layer, unit.channel) for unit in board.trail] == [("features.relu5", 7)]
    choice.layer.value = "features.conv2"
    assert [(unit.layer, unit.channel) for unit in board.trail] == [("features.conv2", 0)]


def test_it_begins_at_the_answer_where_no_unit_is_given(network: dv.Network) -> None:
    board = CircuitBoard(network, WOLF)
    assert board.here == network.target(None, "classifier", network.labels.index("wolf"))
    board.target = "husky"
    assert board.unit == network.labels.index("husky")
    settle(board)
    assert "classifier, unit 0 husky: " in board.panes.drawing._words.value
    board.close()


def test_units_that_are_off_add_nothing(network: dv.Network) -> None:
    first = dv.circuit(network, WOLF, "features.relu5", (12, (5, 5))).terms[0]
    found = dv.circuit(network.without(first.layer, first.unit), WOLF, "features.relu5", (12, (5, 5)))
    assert (first.layer, first.unit) not in {(term.layer, term.unit) for term in found.terms}
    assert found.total + found.bias == pytest.approx(found.enters, rel=1e-4)


def test_pictures_of_units_are_those_of_the_whole_networks_atlas(network: dv.Network) -> None:
    atlas = shipped_atlas(network)
    assert atlas is not None
    for given in (None, atlas):
        board = CircuitBoard(network.without("features.relu4", 3), WOLF, "features.relu5", 12, atlas=given)
        settle(board)
        assert board.atlas is not None and board.atlas.folder == atlas.folder
        assert board.network.off.units == {"features.relu4": (3,)}
        board.close()


def test_a_unit_that_is_off_is_told_with_what_it_would_be(network: dv.Network) -> None:
    on = dv.circuit(network, WOLF, "features.relu5", (12, (5, 5)))
    off = dv.circuit(network.without("features.relu5", 12), WOLF, "features.relu5", (12, (5, 5)))
    assert (on.through, off.through, off.value) == ("relu", "relu → off", 0)
    assert off.enters == pytest.approx(on.enters, rel=1e-4)
    assert sentence(off, False).split(". ")[0].endswith(" → relu → off → 0")


def test_a_unit_that_is_off_is_told_by_what_it_would_be(network: dv.Network) -> None:
    own = dv.circuit(network, WOLF, "features.relu5", 12)
    off = dv.circuit(network.without("features.relu5", 12), WOLF, "features.relu5", (12, own.unit.position))
    assert own.value > 0 == off.value
    assert off.enters == own.enters
    assert off.table() == own.table()


def test_another_picture_is_another_pass(board: CircuitBoard) -> None:
    before = board.circuit
    board.image = ready_scenes()[0]
    settle(board)
    assert board.circuit is not None and before is not None
    assert board.circuit.unit.channel == before.unit.channel
    assert board.circuit.value != before.value


@pytest.mark.parametrize("trail", [[], [("features.relu5",)], [("nothing", 0)], [("pool", 0, (1, 1))], 3, "pool"])
def test_what_is_no_trail_is_refused_and_changes_nothing(board: CircuitBoard, trail: Any) -> None:
    before = board.trail
    with pytest.raises(dv.DeepvisError):
        board.trail = trail
    with pytest.raises(dv.DeepvisError):
        board.go_back(4)
    assert board.trail is before


def test_it_says_where_it_is_not_exact(network: dv.Network) -> None:
    found = dv.circuit(network, WOLF, "features.relu5", 12)
    assert "Exact" in sentence(found, False)
    assert "→ relu →" in sentence(found, False)
