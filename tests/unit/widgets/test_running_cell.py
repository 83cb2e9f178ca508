"""A running cell has the main thread to itself: what it reads of a lab is true at once, observers hear at its end."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
import torch

from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.widgets.husky_wolf.scenes import drawn
from deepvis_widgets.widgets.husky_wolf.snow import session as snow_session
from deepvis_widgets.widgets.husky_wolf.snow.snow_lab import SnowLab
from deepvis_widgets.widgets.maximization.maximization_lab import MaximizationLab
from deepvis_widgets.widgets.occlusion.occlusion_lab import OcclusionLab
from tests.small_nets import Plain

SIDE = 32
PATIENCE = 120


def network() -> Network:
    torch.manual_seed(0)
    return Network(Plain(), Preprocess((SIDE, SIDE), None), name="small")


def wait(over: Callable[[], bool]) -> None:
    """Waits as a cell does, with the main thread."""
    until = time.monotonic() + PATIENCE
    while not over():
        assert time.monotonic() < until, "it never ends"
        time.sleep(0.005)


class Heard:
    """What observers of a lab were told, all on the main thread."""

    def __init__(self, lab: Any, *names: str) -> None:
        self.changes: list[tuple[str, Any]] = []
        self._main = threading.get_ident()
        lab.observe(self._hear, names=list(names))

    def _hear(self, change: Any) -> None:
        assert threading.get_ident() == self._main
        self.changes.append((change["name"], change["new"]))


async def until_heard(heard: Heard, count: int) -> None:
    until = time.monotonic() + PATIENCE
    while len(heard.changes) < count and time.monotonic() < until:
        await asyncio.sleep(0.005)


# --- OcclusionLab ---


def occlusion() -> OcclusionLab:
    return OcclusionLab(network(), pictures=[torch.rand(3, SIDE, SIDE)], target=1)


def test_the_window_of_an_occlusion_lab_is_in_its_corner_from_the_beginning() -> None:
    async def cell() -> None:
        lab = occlusion()
        assert lab.occluder == (0, 0, 8, 8) and lab.stage.occluder == [0, 0, 8, 8]
        wait(lambda: len(lab.trail.seen) == 1)
        assert lab.probe is not None and lab.trail.seen[0].box == (0, 0, 8, 8)
        lab.close()

    asyncio.run(cell())


def test_a_window_that_is_put_somewhere_before_the_first_answer_is_answered_there() -> None:
    async def cell() -> None:
        lab = occlusion()
        go = threading.Event()
        lab.engine.submit("another widget", lambda _: go.wait(PATIENCE))
        lab.clear()
        lab.occluder = (3, 5, 8, 8)
        go.set()
        wait(lambda: bool(lab.trail.seen))
        assert lab.engine.idle(PATIENCE)
        assert [seen.box for seen in lab.trail.seen] == [(3, 5, 8, 8)] and lab.occluder == (3, 5, 8, 8)
        lab.close()

    asyncio.run(cell())


def test_every_window_of_a_cell_leaves_its_trail_there() -> None:
    async def cell() -> None:
        lab = occlusion()
        boxes = [(4 * place, 2, 8, 8) for place in range(4)]
        for box in boxes:
            lab.occluder = box
            wait(lambda box=box: box in [seen.box for seen in lab.trail.seen])  # type: ignore[misc]
        lab.window = 10
        assert lab.occluder == (12, 2, 10, 10)
        wait(lambda: [seen.box for seen in lab.trail.seen] == [(12, 2, 10, 10)])
        lab.close()

    asyncio.run(cell())


def test_a_cell_can_wait_for_a_sweep() -> None:
    async def cell() -> None:
        lab = occlusion()
        lab.sweep()  # follows the look at the whole picture
        wait(lambda: lab.trail.swept and not lab.panes.sweeping.running)
        assert (lab.trail.cells() >= 0).all()
        lab.sweep()
        assert lab.panes.sweeping.running or lab.engine.idle(PATIENCE)
        wait(lambda: not lab.panes.sweeping.running)
        lab.close()

    asyncio.run(cell())


# --- MaximizationLab ---


def test_a_cell_can_wait_for_pictures() -> None:
    async def cell() -> None:
        lab = MaximizationLab(network(), seeds=1, steps=6)
        heard = Heard(lab, "running")
        for steps in (6, 12):
            lab.go_on()
            assert lab.running
            wait(lambda: not lab.running)
            assert lab.look is not None and lab.look.done and len(lab.look.trace) == steps
        assert all(running for _, running in heard.changes), "the main thread was busy"
        await until_heard(heard, 2)
        assert heard.changes[-1] == ("running", False) and not lab.running
        assert lab.panes.play.description == "Go on"
        lab.close()

    asyncio.run(cell())


def test_pictures_that_are_begun_again_in_a_cell_run_until_their_own_end() -> None:
    async def cell() -> None:
        lab = MaximizationLab(network(), seeds=1, steps=4)
        lab.start()
        wait(lambda: not lab.running)
        go = threading.Event()
        lab.engine.submit("another widget", lambda _: go.wait(PATIENCE))
        lab.start()
        lab.unit = 2  # begins anew
        await asyncio.sleep(0.02)  # what the first run left to this thread is done now
        assert lab.running
        lab.pause()
        assert not lab.running
        lab.start()
        go.set()
        wait(lambda: not lab.running)
        assert lab.look is not None and lab.look.done and lab.look.target.channel == 2
        lab.close()

    asyncio.run(cell())


def test_a_closed_lab_makes_no_pictures() -> None:
    async def cell() -> None:
        lab = MaximizationLab(network(), seeds=1, steps=5000)
        heard = Heard(lab, "running")
        lab.start()
        lab.close()
        assert not lab.running and heard.changes == [("running", True), ("running", False)]

    asyncio.run(cell())


# --- SnowLab ---

BUDGET: dict[str, Any] = {"steps": 2, "animals": 2, "grounds": 1}


def snow() -> SnowLab:
    return SnowLab(scenes=[drawn(("husky", "snow", 22))], fresh=1, **BUDGET)


def test_a_cell_can_wait_for_a_network_and_use_it() -> None:
    async def cell() -> None:
        lab = snow()
        heard, shown = Heard(lab, "training", "points", "shown"), []
        lab.panes.said.observe(lambda _: shown.append(lab.training), names="value")
        for count in (1, 2):
            lab.train()
            assert lab.training
            wait(lambda: not lab.training)
            assert (len(lab.points), lab.shown, len(lab.networks)) == (count, count - 1, count)
            assert lab.made is lab.networks[-1] and lab.network is lab.made.network
            assert [point["seed"] for point in lab.points] == list(range(count))
            assert "Trained in" in lab.panes.said.value and len(shown) == count and all(shown), "first shown, then over"
        lab.shown = 0
        assert lab.made is lab.networks[0]
        assert {name for name, _ in heard.changes} == {"training", "shown"}, "the main thread was busy"
        await until_heard(heard, 5)
        assert heard.changes[-1] == ("training", False) and ("points", lab.points) in heard.changes
        assert (lab.shown, lab.made) == (0, lab.networks[0]) and not lab.panes.train.disabled
        assert len(lab.panes.network.options) == 2 and lab.panes.network.value == 0
        lab.close()

    asyncio.run(cell())


def broken(*_: Any, **__: Any) -> None:
    raise RuntimeError("out of snow")


def test_a_cell_can_wait_for_a_training_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    async def cell() -> None:
        lab = snow()
        monkeypatch.setattr(snow_session, "train_on_snow", broken)
        lab.train()
        wait(lambda: not lab.training)
        assert lab.points == () and lab.network is None and "out of snow" in lab.panes.notice.value
        lab.close()

    asyncio.run(cell())


def test_a_cell_can_wait_for_a_training_that_is_stopped_or_closed() -> None:
    async def cell() -> None:
        lab = snow()
        lab.train()
        lab.stop()
        wait(lambda: not lab.training)
        lab.train()
        lab.close()
        assert not lab.training and lab.points == ()

    asyncio.run(cell())
