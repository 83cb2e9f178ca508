"""What the relevance ledger asks and publishes: an engine, a state and subscribers, but no widget."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch

from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.engine.client import Client
from deepvis_widgets.methods import explain
from deepvis_widgets.widgets.relevance import session as asked
from deepvis_widgets.widgets.relevance.layer_relevance import Answer
from deepvis_widgets.widgets.relevance.ledger_state import LedgerState
from deepvis_widgets.widgets.relevance.session import LedgerSession
from tests.small_nets import Plain

SIDE = 32


class State(LedgerState):
    """Of a small network."""

    def __init__(self) -> None:
        torch.manual_seed(0)
        self.network = Network(Plain(), Preprocess((SIDE, SIDE), None), name="small")
        super().__init__()


@pytest.fixture
def state() -> State:
    return State()


@pytest.fixture
def sentences() -> list[str]:
    return []


@pytest.fixture
def client(state: State, sentences: list[str]) -> Iterator[Client]:
    made = Client(state.network, sentences.append)
    yield made
    made.close()


@pytest.fixture
def view() -> torch.Tensor:
    return torch.rand(3, SIDE, SIDE, generator=torch.Generator().manual_seed(1))


def test_every_change_is_answered(state: State, client: Client, view: torch.Tensor, sentences: list[str]) -> None:
    session, answers = LedgerSession(state, client.ask), list[Answer]()
    session.subscribe(answers.append)
    session.explain(view, 1)
    assert client.idle(60) and session.result is answers[0].result and answers[0].shown.layer == "picture"
    state.composite = "epsilon"
    assert client.idle(60)
    wanted = explain(state.network, view, "lrp", target=1, composite="epsilon")
    assert torch.equal(answers[1].result.heatmap, wanted.heatmap) and sentences == []


def test_another_layer_of_the_same_picture_takes_no_further_pass(
    state: State, client: Client, view: torch.Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, answers, passes = LedgerSession(state, client.ask), list[Answer](), list[object]()
    session.subscribe(answers.append)
    monkeypatch.setattr(asked, "explain", lambda *given, **more: passes.append(given) or explain(*given, **more))
    session.explain(view, None)
    assert client.idle(60)
    state.layer = state.network.layers.names[1]
    assert client.idle(60)
    assert len(passes) == 1 and answers[1].result is answers[0].result and answers[1].shown.layer == state.layer


def test_a_question_is_frozen_when_it_is_asked(state: State, view: torch.Tensor) -> None:
    kept: list[tuple[Callable[..., Answer], Callable[[Answer], object]]] = []
    session = LedgerSession(state, lambda _slot, work, on_answer, doing: kept.append((work, on_answer)))
    session.explain(view, 0)
    state.gamma, state.layer = 1.0, state.network.layers.names[0]
    work, on_answer = kept[0]
    on_answer(work(None))
    assert len(kept) == 3 and session.result is not None
    assert torch.equal(session.result.heatmap, explain(state.network, view, "lrp", target=0).heatmap)


def test_without_a_picture_nothing_is_asked(state: State) -> None:
    def never(*_: Any, **__: Any) -> None:
        raise AssertionError("asked")

    session = LedgerSession(state, never)
    session.explain(None, 1)
    state.epsilon = 0.5
    assert session.result is None


def test_what_does_not_exist_is_refused(state: State) -> None:
    for name, value in (("composite", "none"), ("epsilon", -1.0), ("gamma", 11.0), ("layer", "nowhere")):
        old = getattr(state, name)
        with pytest.raises(DeepvisError):
            setattr(state, name, value)
        assert getattr(state, name) == old
