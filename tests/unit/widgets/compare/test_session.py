"""The session of a comparison without a widget: what it asks of the engines, and what it tells its listeners."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
import torch
from torch import Tensor

from deepvis_widgets.core.network.network import Network
from deepvis_widgets.engine.client import Client, explanation_key
from deepvis_widgets.methods import explain
from deepvis_widgets.widgets.compare.answers import CellAnswer, ScoresAnswer
from deepvis_widgets.widgets.compare.networks import rows_of
from deepvis_widgets.widgets.compare.session import Session
from deepvis_widgets.widgets.compare.state import CompareState
from tests.small_nets import Plain
from tests.unit.widgets.compare.nets import network, picture

PARAMS: dict[str, Any] = {"smoothgrad": {"samples": 3, "seed": 0}}


class Told:
    """A listener that keeps everything it is told, and on which threads."""

    def __init__(self) -> None:
        self.cells: list[CellAnswer] = []
        self.laid: list[list[tuple[str, int]]] = []
        self.scores: list[ScoresAnswer] = []
        self.classes: list[Tensor] = []
        self.refused: list[str] = []
        self.laid_on: set[int] = set()

    def show_cells(self, answers: Sequence[CellAnswer]) -> None:
        self.laid.append([answer.key for answer in answers])
        self.laid_on.add(threading.get_ident())

    def show_cell(self, answer: CellAnswer) -> None:
        self.cells.append(answer)

    def show_scores(self, answer: ScoresAnswer) -> None:
        self.scores.append(answer)

    def show_classes(self, shares: Tensor) -> None:
        self.classes.append(shares)

    def refuse(self, sentence: str) -> None:
        self.refused.append(sentence)


Begin = Callable[..., tuple[CompareState, Session, Told]]


@pytest.fixture
def begin() -> Iterator[Begin]:
    """Begins sessions on the first picture that have come to rest, and closes them at the end."""
    begun: list[Session] = []

    def make(networks: Sequence[Network], methods: Sequence[str], **traits: Any) -> tuple[CompareState, Session, Told]:
        state, told = CompareState(networks), Told()
        session = Session(state, rows_of(networks))
        begun.append(session)
        session.subscribe(told)
        state.params = PARAMS
        for name, value in {"methods": methods, **traits}.items():
            setattr(state, name, value)
        session.start()
        state.image = picture(1)
        assert session.idle(60)
        return state, session, told

    yield make
    for session in begun:
        session.close()


def test_every_cell_is_answered(begin: Begin) -> None:
    networks = [network(0, "one"), network(1, "two")]
    _, session, told = begin(networks, ["cam", "gradient_x_input"])
    assert told.laid == [[("cam", 0), ("cam", 1), ("gradient_x_input", 0), ("gradient_x_input", 1)]]
    for answer in session.answers:
        expected = explain(networks[answer.row.place], picture(1), answer.name)
        assert answer.result is not None and answer.finished and not answer.running and answer.notice == ""
        torch.testing.assert_close(answer.result.heatmap, expected.heatmap)  # type: ignore[attr-defined]
        shares = networks[answer.row.place].probabilities(picture(1)[None])[0]
        assert answer.share == f"{float(shares.max()):.0%}"
    assert len(told.classes) == 1 and told.refused == []


def test_what_is_told_is_what_is_known_and_never_changes(begin: Begin) -> None:
    state, session, told = begin([network()], ["cam"])
    before = session.answers[0]
    state.image = picture(2)
    assert session.idle(60)
    assert told.cells[-1] is session.answers[0] is not before
    turns = [answer.turn for answer in told.cells]
    assert turns == sorted(turns) and before.result is not session.answers[0].result
    for answer in told.cells:
        assert answer.result is None or answer.view is None or torch.equal(answer.result.picture, answer.view)


def test_a_refusal_keeps_the_map_and_stops_the_cell(begin: Begin) -> None:
    state, session, _ = begin([network()], ["occlusion"], params={"occlusion": {"window": 8}})
    shown = session.answers[0].result
    state.params = {"occlusion": {"window": 4, "stride": 8}}  # each in its range, not together
    assert session.idle(60)
    answer = session.answers[0]
    assert "skips pixels" in answer.notice and answer.result is shown and not answer.finished and not answer.running


def test_other_parameters_ask_their_method_only(begin: Begin) -> None:
    state, session, _ = begin([network()], ["cam", "smoothgrad"])
    cam, smooth = (answer.turn for answer in session.answers)
    state.params = {"smoothgrad": {"samples": 4, "seed": 0}}
    assert session.idle(60)
    assert [answer.turn == turn for answer, turn in zip(session.answers, (cam, smooth), strict=True)] == [True, False]


def test_cells_are_laid_on_the_thread_of_the_state(begin: Begin) -> None:
    state, session, told = begin([network()], ["cam"])
    state.add("lrp")
    state.remove("cam")
    assert session.idle(60)
    assert told.laid[-1] == [("lrp", 0)] and told.laid_on == {threading.get_ident()}
    assert [answer.finished for answer in session.answers] == [True]


def test_curves_are_computed_only_where_they_are_wanted(begin: Begin) -> None:
    state, session, told = begin([network()], ["cam"])
    assert session.answers[0].curves is None
    state.scores = True
    assert session.idle(60)
    assert session.answers[0].curves is not None
    assert told.scores[-1].cells == session.answers and (told.scores[-1].curves, told.scores[-1].scores) == (
        False,
        True,
    )


def test_nothing_is_told_after_the_end(begin: Begin) -> None:
    state, session, told = begin([network()], ["cam", "smoothgrad"])
    state.image = picture(2)
    session.close()
    count = len(told.cells)
    state.image, state.target, state.scores = picture(1), 2, True
    session.close()
    assert len([answer for answer in told.cells[count:] if answer.finished]) == 0


class Counting(Plain):
    """Counts its passes."""

    def __init__(self) -> None:
        super().__init__()
        self.passes = 0

    def forward(self, x: Tensor) -> Tensor:
        self.passes += 1
        return super().forward(x)


def ask(client: Client, target: int | None) -> list[Any]:
    """Asks for an explanation as any widget does, and waits for it."""
    net, view, params = client.network, client.network.view(picture(1)), PARAMS["smoothgrad"]
    found: list[Any] = []
    client.ask(
        "explanation",
        lambda report: explain(net, view, "smoothgrad", target=target, report=report, **params),
        found.append,
        doing="explaining",
        key=explanation_key(net, view, "smoothgrad", target, params),
    )
    assert client.idle(60)
    return found


@pytest.mark.parametrize("target", [None, 3])
def test_what_another_widget_has_computed_is_not_computed_again(begin: Begin, target: int | None) -> None:
    net = network(0, module=Counting)
    client = Client(net, pytest.fail)
    [found] = ask(client, target)
    computed = net.module.passes
    assert computed > 1
    _, session, _ = begin([net], ["smoothgrad"], target=target)
    assert session.answers[0].result is found
    assert net.module.passes - computed <= 1, "only the classes may be read"
    client.close()


@pytest.mark.parametrize("target", [None, 3])
def test_what_a_comparison_has_computed_another_widget_does_not(begin: Begin, target: int | None) -> None:
    net = network(0, module=Counting)
    _, session, _ = begin([net], ["smoothgrad"], target=target)
    computed = net.module.passes
    assert computed > 1
    client = Client(net, pytest.fail)
    [found] = ask(client, target)
    assert found is session.answers[0].result and net.module.passes == computed
    client.close()
