"""The Explorer's session, told apart from its panes: what is asked, what is published, what is cached."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch

from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.core.results import HeatMap
from deepvis_widgets.engine.client import Client, explanation_key
from deepvis_widgets.methods import explain
from deepvis_widgets.widgets.explorer import answers
from deepvis_widgets.widgets.explorer.explorer import Explorer
from deepvis_widgets.widgets.explorer.session import Session
from deepvis_widgets.widgets.explorer.state import ExplorerState
from tests.small_nets import Plain

SIDE = 32
KINDS = (answers.Tiles, answers.UnitMap, answers.Shares, answers.Overlay, answers.BackwardView, answers.Answered)


class Counted(Plain):
    """Counts its passes, and waits in them while `go` is not set."""

    def __init__(self) -> None:
        super().__init__()
        self.passes = 0
        self.begun, self.go = threading.Event(), threading.Event()
        self.go.set()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.passes += 1
        self.begun.set()
        assert self.go.wait(60)
        scores: torch.Tensor = super().forward(x)
        return scores


def network(module: Any = None) -> Network:
    torch.manual_seed(0)
    return Network(module or Counted(), Preprocess((SIDE, SIDE), None), name="small")


def pictures() -> list[torch.Tensor]:
    chance = torch.Generator().manual_seed(1)
    return [torch.rand(3, SIDE, SIDE, generator=chance) for _ in range(3)]


@pytest.fixture
def session() -> Iterator[Session]:
    state = ExplorerState()
    state.begin(network(), pictures()[0], layer="features.0")
    made = Session(state)
    yield made
    made.close()


def told(session: Session, *kinds: Any) -> list[Any]:
    """What is published of these kinds from now on."""
    found: list[Any] = []
    for kind in kinds:
        session.subscribe(kind, found.append)
    return found


def test_a_picture_is_answered_in_the_order_of_what_is_quick(session: Session) -> None:
    found = told(session, *KINDS)
    session.refresh()
    assert session.idle(60)
    assert [type(answer) for answer in found] == list(KINDS)
    assert found[-1].question.unit == session.state.selected and found[-1].milliseconds > 0
    assert session.state.top == found[2].chosen


def test_a_trait_asks_for_what_it_changes(session: Session) -> None:
    ranked = told(session, answers.Shares)
    session.refresh()
    assert session.idle(60)
    found = told(session, *KINDS)
    session.state.unit = 3
    assert session.idle(60)
    assert {type(answer) for answer in found} == {answers.UnitMap, answers.BackwardView, answers.Answered}
    found.clear()
    session.state.target = 2
    assert session.idle(60)
    assert [type(answer) for answer in found] == [answers.Shares, answers.Overlay, answers.Answered]
    assert found[0].chosen == 2 and found[0].ranking == ranked[0].ranking, "the class bars keep their places"
    assert found[1].result.target == "class 2"


def test_every_drag_is_done_and_nothing_comes_after_close(session: Session) -> None:
    done: list[int] = []
    found = told(session, answers.Shares)
    session.drag((0, 0, 8, 8), 1, lambda: done.append(1))
    assert session.idle(60) and done == [1] and len(found) == 1
    session.close()
    session.drag((0, 0, 8, 8), 2, lambda: done.append(2))
    session.publish(found[0])
    assert done == [1, 2] and len(found) == 1


def test_a_failure_is_one_sentence_and_the_step_is_done(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    found, done = told(session, answers.Notice), threading.Event()

    def broken(*_: Any) -> None:
        raise RuntimeError("it broke")

    monkeypatch.setattr(session.network.module, "forward", broken)
    session.drag((0, 0, 8, 8), 1, done.set)
    assert session.idle(60) and done.is_set()
    assert [notice.sentence for notice in found] == [
        "Something failed while covering a part of the picture: RuntimeError: it broke"
    ]


def test_a_question_is_answered_as_it_was_asked_though_the_layer_changes(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("deepvis_widgets.widgets.explorer.question.ALL_TILES", 0)
    module = Counted()
    explorer = Explorer(network(module), pictures=pictures(), layer="features.0")
    assert explorer.session.idle(60)
    module.begun.clear()
    module.go.clear()
    explorer.occluder = (0, 0, 8, 8)
    assert module.begun.wait(60)
    explorer.layer = "features.4"  # has more units: those on screen are others
    with caplog.at_level(logging.ERROR):
        module.go.set()
        assert explorer.session.idle(60)
    explorer.close()
    assert not caplog.records


# --- a widget that closes while another one of its network stays ---


def test_a_closed_explorer_computes_nothing_more_for_itself(session: Session) -> None:
    module, other = session.network.module, Client(session.network, print)
    session.refresh()
    assert session.idle(60)
    found = told(session, *KINDS)
    module.begun.clear()
    module.go.clear()
    session.state.occluder = (0, 0, 8, 8)
    assert module.begun.wait(60)
    session.state.method = "occlusion"  # waits; so does what follows
    session.state.unit = 3
    before = module.passes
    session.close()
    module.go.set()
    assert other.idle(60)
    assert module.passes == before and found == []
    other.close()


def test_a_closed_explorer_stops_the_method_that_runs(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    other, begun, go, went_on = Client(session.network, print), threading.Event(), threading.Event(), []

    def slow(network: Any, view: Any, name: str, *, report: Any, **params: Any) -> None:
        begun.set()
        assert go.wait(60)
        report(0.5)
        went_on.append(name)

    monkeypatch.setattr("deepvis_widgets.widgets.explorer.overlay.explain", slow)
    session.state.method = "lime"
    assert begun.wait(60)
    session.close()
    go.set()
    assert other.idle(60)
    assert went_on == []
    other.close()


# --- explanations are cached for every widget of the network ---


def passes(session: Session, act: Callable[[], object]) -> int:
    """How many passes it takes until all is answered."""
    module = session.network.module
    before = module.passes
    act()
    assert session.idle(60)
    return int(module.passes) - before


def set_target(session: Session, target: int) -> Callable[[], None]:
    return lambda: setattr(session.state, "target", target)


@pytest.mark.parametrize("name", ["smoothgrad", "occlusion"])
def test_an_explanation_seen_before_costs_no_pass(session: Session, name: str) -> None:
    session.state.method = name
    session.refresh()
    assert session.idle(60)
    assert passes(session, set_target(session, 1)) > 0
    assert passes(session, set_target(session, 2)) > 0
    found = told(session, answers.Overlay)
    assert passes(session, set_target(session, 1)) == 0
    assert found[-1].result.target == "class 1"


@pytest.mark.parametrize("name", ["smoothgrad", "occlusion"])
def test_another_widget_of_the_network_finds_the_explanation(session: Session, name: str) -> None:
    session.state.method = name
    assert passes(session, set_target(session, 1)) > 0
    found: list[Any] = []
    other = Client(session.network, print)

    def ask() -> None:
        key = explanation_key(session.network, session.state.view, name, 1)
        work = lambda _: explain(session.network, session.state.view, name, target=1)  # noqa: E731
        other.ask("cell", work, found.append, key=key, doing="comparing")

    assert passes(session, ask) == 0
    other.close()
    assert isinstance(found[0], HeatMap) and found[0].target == "class 1"


def test_only_a_method_that_takes_seconds_tells_how_far_it_is(session: Session) -> None:
    found = told(session, answers.Progress)
    session.state.method = "gradient"
    assert session.idle(60) and found == []
    session.state.method = "smoothgrad"
    assert session.idle(60)
    assert found[0] == answers.Progress(0.0) and found[-1] == answers.Progress(None)
    found.clear()
    session.state.method = "saliency"
    assert session.idle(60) and found == []


def test_what_is_dragged_or_filmed_is_not_kept(session: Session) -> None:
    session.state.method = "smoothgrad"
    session.refresh()
    assert session.idle(60)
    kept = len(session.client.engine.cache)
    session.drag((0, 0, 8, 8), 1, print)
    session.state.filming = True
    session.film(pictures()[1], print)
    assert session.idle(60)
    assert len(session.client.engine.cache) == kept


# --- menus are filled on the main thread ---


class Distances(Plain):
    """Does what LRP has no rule for, on the way to the same scores."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        scores: torch.Tensor = super().forward(x + 0 * torch.cdist(x, x))
        return scores


def test_a_method_chosen_while_the_menu_is_filled_anew_is_kept() -> None:
    async def use() -> None:
        explorer = Explorer(network(Distances()), pictures=pictures())
        loop, chosen = asyncio.get_running_loop(), threading.Event()

        def choose() -> None:
            explorer.set_state({"method": "saliency"})  # as the browser does
            chosen.set()

        explorer.session.subscribe(answers.Served, lambda _: loop.call_soon(choose))
        while not chosen.is_set():
            await asyncio.sleep(0.01)
        offered = {found["name"]: found["serves"] for found in explorer.panes.method.port.values["methods"]}
        assert offered["lrp"] is False and offered["saliency"] is True
        assert explorer.method == "saliency"
        explorer.close()

    asyncio.run(use())
