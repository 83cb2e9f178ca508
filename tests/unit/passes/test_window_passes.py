"""Whichever ways a sweep is passed in, its answers are those of plain passes, and all windows are passed once."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.passes import window_passes
from deepvis_widgets.passes.plan import remembered
from deepvis_widgets.passes.plan.ways import FUSED, GROUPS, PLAIN, SINGLE
from deepvis_widgets.passes.window_passes import WindowPasses
from deepvis_widgets.passes.window_ways import WindowWays
from tests.families import make, picture, preprocess_of
from tests.small_nets import Plain, seeded
from tests.unit.passes.test_incremental import Fickle, error
from tests.untouched import Untouched

KINDS = (PLAIN, FUSED, GROUPS, SINGLE)
BOXES = torch.tensor([[top, left, 7, 6] for top in range(0, 22, 3) for left in range(0, 23, 4)])


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is remembered."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(window_passes, "MOST", 4)  # so that there is something to choose often


@pytest.fixture
def net() -> Network:
    return Network(seeded(Plain()).double(), Preprocess((29, 29)))


def passes(net: Network, **asked: Any) -> WindowPasses:
    view = picture(net.size[0])
    return WindowPasses(net, view, torch.full_like(view, 0.5), **{"by_cost": True, **asked})


def kinds_of(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The kinds of the passes that are made from now on."""
    used: list[str] = []
    original = WindowWays.by

    def by(self: WindowWays, kind: str, boxes: Tensor) -> Any:
        used.append(kind)
        return original(self, kind, boxes)

    monkeypatch.setattr(WindowWays, "by", by)
    return used


def swept(run: WindowPasses, boxes: Tensor) -> Tensor:
    """The scores of all windows, each passed once."""
    scores = [(part, run.run(boxes[part]).logits) for part in run.parts(boxes)]
    order = torch.cat([part for part, _ in scores])
    assert sorted(order.tolist()) == list(range(len(boxes)))
    return torch.cat([found for _, found in scores])[order.argsort()]


@pytest.mark.parametrize("name", ("alexnet", "squeezenet1_1"))
def test_every_way_gives_the_answers_of_plain_passes(name: str) -> None:
    net = Network(make(name).double(), preprocess_of(name))
    layers = net.layers.names[2], net.layers.names[len(net.layers) // 2]
    untouched, ways = Untouched(net.module), passes(net, layers=layers).ways
    boxes = torch.tensor([[0, 0, 9, 9], [30, 31, 9, 9], [55, 54, 9, 10]])
    expected = ways.by(PLAIN, boxes)
    for kind in KINDS:
        assert ways.can(kind)
        found = ways.by(kind, boxes)
        assert error(found.logits, expected.logits) < 1e-10
        assert all(error(found.outputs[name], expected.outputs[name]) < 1e-10 for name in layers)
    untouched.check()


@pytest.mark.parametrize("kind", KINDS)
def test_every_way_gives_one_class_and_hidden_layers_alone(kind: str, net: Network) -> None:
    alone, hidden = passes(net, target=1).ways, passes(net, layers=("features.1",), scores=False).ways
    assert alone.can(kind) and hidden.can(kind)
    boxes = BOXES[:4]
    assert error(alone.by(kind, boxes).logits, passes(net).ways.by(PLAIN, boxes).logits[:, 1:2]) < 1e-10
    found, expected = hidden.by(kind, boxes), hidden.by(PLAIN, boxes)
    assert found.scores is None and error(found.outputs["features.1"], expected.outputs["features.1"]) < 1e-10


@pytest.mark.parametrize("most", (1, 5, 16))
def test_a_sweep_by_turns_gives_the_answers_of_plain_passes(
    most: int, net: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a machine that is busier from pass to pass every way is left for another: all of them are taken."""
    used, clock = kinds_of(monkeypatch), ticking()
    run = passes(net, most=most, clock=lambda: next(clock))
    used.clear()
    found = swept(run, BOXES)
    assert set(used) >= {FUSED, GROUPS, SINGLE}
    assert error(found, run.ways.by(PLAIN, BOXES).logits) < 1e-10


def ticking() -> Iterator[float]:
    """A clock on which every pass takes twice what the pass before took."""
    now = 0.0
    for tick in count():
        yield now
        now += 2.0**tick


@pytest.mark.parametrize("best", KINDS)
def test_the_cheapest_way_makes_most_of_a_sweep(best: str, net: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    used, now, others = kinds_of(monkeypatch), [0.0], [1.0]

    def clock() -> float:  # one tick when a pass begins and one when it ends: its kind has been written down by then
        now[0] += 1e-3 if used and used[-1] == best else others[0]
        return now[0]

    run = passes(net, most=4, clock=clock)
    others[0] = 100.0  # more than was expected of any way
    used.clear()
    for _ in range(3):
        swept(run, BOXES)
    assert used.count(best) > len(used) / 2
    remembered._recent.clear()
    used.clear()
    again = passes(net, most=4, clock=clock)
    used.clear()
    swept(again, BOXES)
    assert used[0] == best, "another process knows it from the beginning"


def test_a_way_that_answers_otherwise_is_never_taken(net: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is wrong with fused passes or with single windows, the check at the start finds it."""
    original = WindowWays.by

    def by(self: WindowWays, kind: str, boxes: Tensor) -> Any:
        found = original(self, kind, boxes)
        if kind in (FUSED, SINGLE):
            found.logits.mul_(1.01)
        return found

    monkeypatch.setattr(WindowWays, "by", by)
    clock = ticking()
    run = passes(net, clock=lambda: next(clock))
    assert error(swept(run, BOXES), run.ways.by(PLAIN, BOXES).logits) < 1e-10
    assert [kind for kind in KINDS if run.ways.can(kind)] == [PLAIN, GROUPS]


def test_networks_that_cannot_be_traced_are_passed_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    used = kinds_of(monkeypatch)
    run = passes(Network(seeded(Fickle(torch.relu)).double(), Preprocess((29, 29))), most=8)
    assert torch.equal(swept(run, BOXES), run.ways.by(PLAIN, BOXES).logits) and set(used) == {PLAIN}


def test_a_sweep_that_is_stopped_keeps_what_it_learned(net: Network) -> None:
    run = passes(net)
    for part in run.parts(BOXES):
        run.run(BOXES[part])
        break
    case = run._case(BOXES)
    assert remembered.recall(net, case) == run.planner(BOXES).costs.learned() != {}


def test_a_sweep_gives_the_same_numbers_every_time(net: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the clock says: it goes in groups, unless it is asked to go by cost."""
    used, clock = kinds_of(monkeypatch), ticking()
    first, second = (swept(passes(net, by_cost=False, clock=lambda: next(clock)), BOXES) for _ in range(2))
    assert torch.equal(first, second) and set(used) == {GROUPS}


class Tall(nn.Module):
    """Windows of it are touched everywhere from the first layer on."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 29, padding=14)

    def forward(self, x: Tensor) -> Tensor:
        maps: Tensor = self.conv(x)
        return maps.mean((2, 3))


def test_windows_that_reach_everywhere_are_passed_in_full() -> None:
    """By what is hoped for alone, before anything was measured."""
    run = passes(Network(seeded(Tall()), Preprocess((29, 29))))
    assert run.kind(torch.tensor([[8, 8, 20, 20]] * 8)) == FUSED
