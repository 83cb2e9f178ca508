"""The ledger of a real network: the numbers of dv.explain on its bars and maps."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from traitlets.utils.bunch import Bunch

from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.engine.engine import Engine
from deepvis_widgets.methods import explain
from deepvis_widgets.methods.lrp import RelevanceMap
from deepvis_widgets.widgets.kit.layout import models_of
from deepvis_widgets.widgets.link.push import pushing
from deepvis_widgets.widgets.relevance.relevance_ledger import RelevanceLedger
from tests.small_nets import Plain
from tests.untouched import Untouched

SIDE = 32


@pytest.fixture
def pictures() -> list[torch.Tensor]:
    chance = torch.Generator().manual_seed(1)
    return [torch.rand(3, SIDE, SIDE, generator=chance) for _ in range(2)]


@pytest.fixture
def board(pictures: list[torch.Tensor]) -> Iterator[RelevanceLedger]:
    torch.manual_seed(0)
    made = RelevanceLedger(Network(Plain(), Preprocess((SIDE, SIDE), None), name="small"), pictures=pictures)
    settle(made)
    yield made
    made.close()


def settle(board: RelevanceLedger) -> None:
    assert board.engine.idle(60) and board.stage.notice == ""


def asked(board: RelevanceLedger, picture: torch.Tensor, **params: object) -> RelevanceMap:
    result = explain(board.network, picture, "lrp", **params)  # type: ignore[arg-type]
    assert isinstance(result, RelevanceMap)
    return result


def test_bars_are_the_ledger_of_dv_explain(board: RelevanceLedger, pictures: list[torch.Tensor]) -> None:
    for composite in ("epsilon_plus", "epsilon"):
        board.composite = composite
        settle(board)
        result = asked(board, pictures[0], composite=composite)
        relevance = [entry.relevance for entry in result.ledger.entries]
        np.testing.assert_allclose(board.chart._bars.y[0], relevance, rtol=1e-5, atol=1e-7)
        np.testing.assert_allclose(board.chart._bars.y.sum(0), result.value, rtol=1e-4)


@pytest.mark.parametrize(
    "biases, told", (("left out", "biases are left out, ε and"), ("shared", "biases shared {:.4g} among their inputs"))
)
def test_what_biases_took_is_told(board: RelevanceLedger, pictures: list[torch.Tensor], biases: str, told: str) -> None:
    assert board.controls.params.by_name["biases"].value == board.biases == "kept"
    board.controls.params.by_name["biases"].value = biases
    settle(board)
    ledger = asked(board, pictures[0], biases=biases).ledger
    assert board.result is not None and board.result.ledger.shared == pytest.approx(ledger.shared, rel=1e-4)
    assert abs(ledger.bias) < 1e-6 * abs(ledger.start)
    assert told.format(ledger.shared).replace("-", "−") in board.words.value
    np.testing.assert_allclose(board.chart._bars.y[1], 0, atol=1e-6)


def test_a_click_on_a_bar_shows_that_layer(board: RelevanceLedger, pictures: list[torch.Tensor]) -> None:
    result = asked(board, pictures[0])
    for index, entry in list(enumerate(result.ledger.entries))[1:]:
        board.chart._clicked(None, {"data": {"index": index}})
        settle(board)
        assert board.layer == board.controls.layers.value == entry.layer
        frame = board.map.last("map")
        assert frame is not None
        low, high = frame.meta["lo"], frame.meta["hi"]
        shown = low + (high - low) * frame.arrays["values"].astype(np.float64) / 65535
        assert shown.sum() == pytest.approx(entry.relevance, abs=2e-3 * (high - low) + 1e-5 * shown.size)
        assert entry.layer in board.map.label


def test_another_class_and_another_picture(board: RelevanceLedger, pictures: list[torch.Tensor]) -> None:
    board.target = 1
    settle(board)
    assert board.controls.classes.value == 1 and board.result is not None
    assert board.result.value == pytest.approx(asked(board, pictures[0], target=1).value, rel=1e-5)
    board.controls.classes.value = -1
    board.image = pictures[1]
    settle(board)
    assert board.target is None
    assert board.result.value == pytest.approx(asked(board, pictures[1]).value, rel=1e-5)


def test_what_does_not_exist_is_refused(board: RelevanceLedger) -> None:
    for name, value in (
        ("composite", "none"),
        ("epsilon", -1.0),
        ("gamma", 11.0),
        ("biases", "none"),
        ("layer", "nowhere"),
        ("target", 99),
    ):
        old = getattr(board, name)
        with pytest.raises(DeepvisError):
            setattr(board, name, value)
        assert getattr(board, name) == old


def test_the_network_is_left_alone_and_the_engine_given_back(pictures: list[torch.Tensor]) -> None:
    torch.manual_seed(0)
    network = Network(Plain(), Preprocess((SIDE, SIDE), None))
    before = Untouched(network.module)
    board = RelevanceLedger(network, pictures=pictures)
    board.layer = network.layers.names[1]
    settle(board)
    board.close()
    before.check()
    assert Engine.of(network)._worker is None and board.map.comm is None


def test_the_engine_s_thread_changes_widgets_by_push_alone(
    board: RelevanceLedger, pictures: list[torch.Tensor]
) -> None:
    here, changed, others = threading.get_ident(), [], []

    def note(change: Bunch) -> None:
        if threading.get_ident() != here:
            (changed if pushing() else others).append((type(change["owner"]).__name__, change["name"]))

    for widget in models_of([board]):
        widget.observe(note)
    for mark in (board.chart._bars, board.chart._mark, board.chart._amounts, board.chart._axis):
        mark.observe(note)
    board.image = pictures[1]
    settle(board)
    board.layer = board.network.layers.names[0]
    settle(board)
    assert {"Bars", "HTML", "MapView"} <= {name for name, _ in changed} and others == []
