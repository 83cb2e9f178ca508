"""Whatever is set, and whenever, what every pane of the Explorer shows last belongs to the state as it is.

Nothing here depends on time: the network itself lets the next thing be done in the middle of a pass.
"""

from __future__ import annotations

import asyncio
import random
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch

from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.core.results import Pictures
from deepvis_widgets.widgets.explorer import answers, drag
from deepvis_widgets.widgets.explorer.publisher import Publisher, place_of
from deepvis_widgets.widgets.explorer.session import Session
from deepvis_widgets.widgets.explorer.state import ExplorerState
from deepvis_widgets.widgets.explorer.unit_pictures import Synthesis
from tests.small_nets import Plain

SIDE = 32
BOX = (0, 0, 24, 24)  # what covers it decides the class
KINDS = (answers.Tiles, answers.UnitMap, answers.Shares, answers.Overlay, answers.BackwardView, answers.Answered)


class Busy(Plain):
    """Does the next of `acts` in the middle of each pass: what that asks for waits, or overtakes what runs."""

    def __init__(self) -> None:
        super().__init__()
        torch.nn.init.zeros_(self.classifier.bias)
        self.acts: list[Callable[[], object]] = []
        self._turn = threading.RLock()  # state is changed on one thread at a time

    def act(self) -> None:
        with self._turn:
            if self.acts:
                self.acts.pop(0)()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.act()
        scores: torch.Tensor = super().forward(x)
        return scores


def network() -> Network:
    torch.manual_seed(2)
    return Network(Busy(), Preprocess((SIDE, SIDE), None), name="small")


def picture(number: int) -> torch.Tensor:
    chance = torch.Generator().manual_seed(1)
    found = [torch.rand(3, SIDE, SIDE, generator=chance) * torch.rand(3, 1, 1, generator=chance) for _ in range(5)]
    return found[number]


def made() -> Session:
    state = ExplorerState()
    state.begin(network(), picture(0), layer="features.0")
    return Session(state)


@pytest.fixture
def session() -> Iterator[Session]:
    one = made()
    yield one
    one.close()


def told(session: Session, *kinds: Any) -> list[Any]:
    """What is published of these kinds from now on."""
    found: list[Any] = []
    for kind in kinds:
        session.subscribe(kind, found.append)
    return found


def go(session: Session, *acts: Callable[[], object]) -> None:
    """Does the first of these, the next in the pass that comes of it, and so on; what is left in the end, too."""
    module = session.network.module
    module.acts.extend(acts)
    while module.acts:
        module.act()
        assert session.idle(60)


def setting(session: Session, **traits: Any) -> Callable[[], None]:
    """Sets one trait after the other, as a cell does."""

    def act() -> None:
        for name, value in traits.items():
            setattr(session.state, name, value)

    return act


def each(*acts: Callable[[], object]) -> Callable[[], None]:
    return lambda: [act() for act in acts] and None


def top(session: Session, view: torch.Tensor) -> int:
    return int(session.network.logits(view[None]).argmax())


# --- one case after the other ---


def test_an_older_unit_is_not_shown_after_a_newer_layer(session: Session) -> None:
    found = told(session, answers.UnitMap, answers.BackwardView)
    go(
        session,
        session.select,
        each(setting(session, layer="features.1", unit=5), setting(session, layer="features.4")),
    )
    maps, views = (found_of(found, kind) for kind in (answers.UnitMap, answers.BackwardView))
    assert (maps[-1].layer.name, maps[-1].unit.channel) == ("features.4", 0)
    assert views[-1].line.startswith("features.4:0")


def test_an_older_class_is_not_shown_after_a_newer_picture(session: Session) -> None:
    found = told(session, answers.Overlay)
    go(session, session.explain, each(setting(session, target=3), setting(session, target=1, image=picture(1))))
    expected = made()
    expected.state.target, expected.state.image = 1, picture(1)
    last = told(expected, answers.Overlay)
    go(expected, expected.refresh)
    expected.close()
    torch.testing.assert_close(found[-1].result.heatmap, last[-1].result.heatmap)


@pytest.mark.parametrize("then", [{"layer": "features.4"}, {"fill": "black"}, {"occluder": BOX}, {"target": 3}])
def test_another_picture_chooses_its_class_bars_whatever_is_set_after_it(
    session: Session, then: dict[str, Any]
) -> None:
    found = told(session, answers.Shares)
    go(session, session.refresh)
    before = found[-1].ranking
    found.clear()
    go(session, setting(session, image=picture(1), **then))
    assert len({shares.ranking for shares in found}) == 1 and found[0].ranking > before


def test_a_class_bar_is_chosen_anew_once(session: Session) -> None:
    found = told(session, answers.Shares)
    go(session, session.refresh, setting(session, occluder=BOX), setting(session, fill="black"))
    assert len(found) > 1 and len({shares.ranking for shares in found}) == 1


def test_bars_that_a_failed_question_owed_are_chosen_by_the_next(session: Session) -> None:
    def broken() -> None:
        raise RuntimeError("it broke")

    found = told(session, answers.Shares)
    session.network.module.acts.append(broken)
    session.refresh()
    assert session.idle(60) and not found
    go(session, setting(session, layer="features.4"))
    (shares,) = found
    assert shares.ranking > 0


def test_a_step_that_is_overtaken_goes_no_way_back_after_what_overtook_it(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drag, "AT_ONCE", 0.0)
    found = told(session, answers.Overlay, answers.BackwardView)
    dragging = session.dragging
    dragging._took, dragging._due = 1.0, time.perf_counter() + 0.05
    asked: list[str] = []
    ask = session.client.ask
    monkeypatch.setattr(session.client, "ask", lambda slot, *a, **more: (asked.append(slot), ask(slot, *a, **more)))
    go(session, lambda: session.drag(BOX, 7, print), setting(session, occluder=(4, 4, 8, 8)))
    assert [answer.seq for answer in found_of(found, answers.Overlay)] == [0]
    assert "follow" not in asked and "live" in asked


def test_scrolling_takes_no_way_back_from_a_drag(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drag, "AT_ONCE", 0.0)
    found = told(session, answers.Overlay)
    session.dragging._took, session.dragging._due = 1.0, time.perf_counter() + 0.05
    scroll = lambda: session.scroll(torch.arange(3), print)  # noqa: E731
    session.subscribe(answers.Shares, lambda _: session.main.run(scroll))
    go(session, lambda: session.drag(BOX, 7, print))
    assert [answer.seq for answer in found] == [7]


def test_what_a_question_about_everything_covers_is_not_computed(session: Session) -> None:
    found, done = told(session, answers.Answered), threading.Event()

    def busy() -> None:
        session.scroll(torch.arange(3), done.set)
        setting(session, unit=2, target=1, layer="features.4")()

    go(session, session.refresh, busy)
    assert [answer.question.layer.name for answer in found] == ["features.4"]
    assert done.is_set(), "the browser waits for it"


def test_a_drawing_of_another_unit_is_not_shown(session: Session) -> None:
    found = told(session, answers.UnitPictures, answers.Drawing)
    drawing = Synthesis(session.state, session.client, session.publish)
    drawing.draw()
    older = drawing._run
    session.state.unit = 1
    late = Pictures("activation_maximization", "features.0:0", torch.zeros(1, 3, 4, 4), (0, 0, 4, 4))
    drawing._improve(older, 0.5, late)
    drawing._finish(older, late)
    assert session.idle(60)
    assert found_of(found, answers.UnitPictures)[-1].result is None
    assert not found_of(found, answers.Drawing)[-1].running and not drawing.running


def test_two_threads_cannot_show_the_older_one_last() -> None:
    """The older one is being told while the newer one comes: it waits, and is the last."""
    publisher, shown = Publisher(), []
    telling, came = threading.Event(), threading.Event()

    def show(text: str) -> None:
        if text == "old":
            telling.set()
            came.wait(0.2)  # never set: the newer one is not let in
        shown.append(text)
        came.set()

    publisher.subscribe(str, show)
    older = threading.Thread(target=publisher.publish, args=("old", 1))
    older.start()
    assert telling.wait(60)
    publisher.publish("new", 2)
    older.join()
    assert shown == ["old", "new"]
    assert not publisher.publish("old", 1) and shown == ["old", "new"]


# --- the class that is explained under an occluder ---


def test_in_a_running_cell_an_occluder_explains_the_class_of_the_clean_picture(session: Session) -> None:
    async def cell() -> None:
        one = made()  # its main thread runs this loop, which is busy until the end of the cell
        found = told(one, answers.Overlay)
        one.refresh()
        assert one.idle(60)
        clean = top(one, one.state.view)
        one.state.occluder = BOX
        assert one.idle(60)
        assert clean != 2 and found[-1].result.target == f"class {clean}"
        assert one.state.top is None, "the loop was not busy"
        await asyncio.sleep(0)
        assert one.state.top == clean
        one.close()

    asyncio.run(cell())


@pytest.mark.parametrize("method", ["cam", "smoothgrad"])
def test_an_occluder_that_comes_before_any_answer_explains_it_too(session: Session, method: str) -> None:
    session.state.method = method
    found = told(session, answers.Overlay, answers.Answered)
    clean, covered = top(session, session.state.view), picture(0)
    covered[:, : BOX[2], : BOX[3]] = 0.5
    assert clean != top(session, covered)
    go(session, setting(session, occluder=BOX))
    assert found_of(found, answers.Overlay)[-1].result.target == f"class {clean}"
    assert found_of(found, answers.Answered)[-1].question.target == clean
    assert session.state.top == clean


def test_the_camera_does_not_wait_for_a_second_pass(session: Session) -> None:
    session.state.filming = True
    session.state.occluder = BOX
    assert session.idle(60)
    passes: list[int] = []
    session.network.module.register_forward_hook(lambda *_: passes.append(1))
    session.state.method, session.state.backward = None, "off"
    assert session.idle(60)
    passes.clear()
    session.film(picture(3), print)
    assert session.idle(60) and len(passes) == 1


# --- any sequence ---


def found_of(found: list[Any], kind: type) -> list[Any]:
    return [answer for answer in found if isinstance(answer, kind)]


def dragging(session: Session, chance: random.Random) -> Callable[[], None]:
    """A drag as the browser tells it: steps, the box where it ends, and the last step before or after that."""
    *steps, last = [(chance.randrange(8), chance.randrange(8), 8, 8) for _ in range(3)]

    def act() -> None:
        for seq, box in enumerate(steps):
            session.drag(box, seq, print)
        late = chance.random() < 0.5
        if not late:
            session.drag(last, 9, print)
        session.state.occluder = last
        if late:
            session.drag(last, 9, print)

    return act


def something(session: Session, chance: random.Random) -> Callable[[], object]:
    """One thing that a user can do."""
    choices: dict[str, list[Any]] = {
        "layer": ["features.0", "features.1", "features.2", "features.4"],
        "unit": [0, 1, 5],
        "position": [None, (1, 2)],
        "target": [None, 1, 3],
        "method": [None, "cam", "gradient", "smoothgrad"],
        "params": [{}, {"smoothgrad": {"samples": 3}}],
        "occluder": [None, BOX, (4, 4, 8, 8)],
        "fill": ["grey", "black"],
        "image": [picture(number) for number in range(5)],
        "backward": ["gradient", "deconvnet", "guided_backprop"],
        "backward_view": ["raw", "norm"],
        "backward_seed": ["map", "activation", "one"],
        "frozen": [False, True],
        "tiles": ["activation", "gradient"],
    }
    name = chance.choice([*choices, "drag", "scroll"])
    if name == "drag":
        return dragging(session, chance)
    if name == "scroll":
        return lambda: session.scroll(torch.arange(chance.randrange(1, 6)), print)
    return setting(session, **{name: chance.choice(choices[name])})


@pytest.mark.parametrize("at_once", [0.0, 60.0], ids=["the way back rests", "the way back at once"])
@pytest.mark.parametrize("seed", range(6))
def test_what_is_shown_last_belongs_to_the_state_as_it_is(
    session: Session, seed: int, at_once: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drag, "AT_ONCE", at_once)
    chance = random.Random(seed)
    shown = told(session, *KINDS)
    acts = [each(*(something(session, chance) for _ in range(chance.randrange(1, 4)))) for _ in range(12)]
    go(session, session.refresh, *acts)
    again = copy(session.state)
    expected = told(again, *KINDS)
    go(again, again.refresh)
    again.close()
    compare({place_of(answer): answer for answer in shown}, {place_of(answer): answer for answer in expected})


def copy(state: ExplorerState) -> Session:
    """A session that never knew another state, on a network of its own with the same weights."""
    again = ExplorerState()
    again.begin(network(), state.image, state.layer, state.unit, state.target)
    names = ("position", "params", "method", "occluder", "fill", "frozen", "tiles")
    names += ("backward", "backward_view", "backward_seed")
    for name in names:
        setattr(again, name, getattr(state, name))
    again.set_trait("held", state.held)
    return Session(again)


def compare(shown: dict[Any, Any], expected: dict[Any, Any]) -> None:
    close = lambda one, other: torch.testing.assert_close(one, other, atol=1e-4, rtol=1e-3)  # noqa: E731
    assert expected.keys() <= shown.keys()
    for place, wanted in expected.items():
        found = shown[place]
        if isinstance(wanted, answers.Tiles):
            assert found.maps.layer.name == wanted.maps.layer.name
            close(found.maps.values, wanted.maps.values[found.maps.units])
        elif isinstance(wanted, answers.UnitMap):
            assert (found.unit, found.position) == (wanted.unit, wanted.position)
            close(found.values, wanted.values)
        elif isinstance(wanted, answers.Shares):
            assert (found.top, found.chosen) == (wanted.top, wanted.chosen)
            close(found.values, wanted.values)
        elif isinstance(wanted, answers.Overlay):
            assert found.title == wanted.title
            if wanted.result is not None:
                assert found.result.target == wanted.result.target
                close(found.result.heatmap, wanted.result.heatmap)
        elif isinstance(wanted, answers.BackwardView):
            assert found.line == wanted.line
            assert abs(found.picture.astype(int) - wanted.picture.astype(int)).max() <= 1
        else:
            one, other = found.question, wanted.question
            assert (one.layer.name, one.unit, one.held, one.target) == (
                other.layer.name,
                other.unit,
                other.held,
                other.target,
            )
            assert (one.method, one.covered.box, one.backward) == (other.method, other.covered.box, other.backward)
            close(one.view, other.view)
