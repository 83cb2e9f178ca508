"""A moving window: the answers of a plain pass, whichever way is taken, from a recorded pass never out of date."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.fills import fill_picture
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.passes.moving_window import Covered, MovingWindow
from deepvis_widgets.passes.plan.ways import FUSED, GROUPS, PLAIN, SINGLE
from deepvis_widgets.passes.window_ways import WindowWays
from tests.families import picture
from tests.small_nets import Plain, seeded
from tests.unit.passes.test_incremental import Fickle

LAYER, SIDE = "features.1", 29


def quiet(*_: Any) -> None:
    """A report that nobody reads."""


@pytest.fixture
def net() -> Network:
    return Network(seeded(Plain()).double(), Preprocess((SIDE, SIDE)))


@pytest.fixture
def covered() -> Covered:
    view = picture(SIDE)
    return Covered(view, fill_picture(view, "blur"), (3, 5, 7, 6), LAYER)


class Machine:
    """One on which a pass takes what `costs` says of its kind: `now` is its clock, `used` the kinds of its passes."""

    def __init__(self) -> None:
        self.now, self.used = 0.0, list[str]()
        self.costs = {PLAIN: 1.0, FUSED: 0.8, GROUPS: 0.6, SINGLE: 0.5}

    def clock(self) -> float:
        return self.now

    def window(self, net: Network) -> MovingWindow:
        """A moving window on this machine."""
        return MovingWindow(net, self.clock)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A machine with nothing remembered."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    made, original = Machine(), WindowWays.by

    def by(self: WindowWays, kind: str, boxes: torch.Tensor) -> Any:
        made.now += made.costs[kind]
        made.used.append(kind)
        return original(self, kind, boxes)

    monkeypatch.setattr(WindowWays, "by", by)
    return made


def check(moving: MovingWindow, covered: Covered) -> None:
    found = moving.record(covered)
    expected = moving.network.run(moving.network.feed(covered.shown[None]), keep=(covered.layer,))
    torch.testing.assert_close(found.logits, expected.logits, rtol=1e-10, atol=1e-12)
    torch.testing.assert_close(
        found.outputs[covered.layer], expected.outputs[covered.layer], rtol=1e-10, atol=1e-12, check_stride=False
    )


def test_plain_before_and_the_best_way_after_it_is_ready(net: Network, covered: Covered, machine: Machine) -> None:
    moving = machine.window(net)
    check(moving, covered)
    assert not machine.used and moving.wants(covered) and not moving.wants(covered), "said once"
    moving.prepare(covered, quiet)
    assert not moving.wants(covered) and moving.way(covered) == SINGLE
    machine.used.clear()
    for box in ((0, 0, 7, 6), (22, 23, 7, 6), (4, 4, 6, 7)):
        check(moving, replace(covered, box=box))
    assert machine.used == [SINGLE] * 3


@pytest.mark.parametrize("best", (PLAIN, FUSED, GROUPS, SINGLE))
def test_what_is_measured_decides(best: str, net: Network, covered: Covered, machine: Machine) -> None:
    machine.costs[best] = 0.1
    moving = machine.window(net)
    moving.prepare(covered, quiet)
    assert moving.way(covered) == best
    check(moving, covered)


def test_where_plain_passes_are_best_nothing_is_recorded_any_more(
    net: Network, covered: Covered, machine: Machine
) -> None:
    machine.costs[PLAIN] = 0.1
    moving = machine.window(net)
    moving.prepare(covered, quiet)
    check(moving, covered)
    assert machine.used[-1] == PLAIN and not moving.wants(covered)
    assert not machine.window(net).wants(covered), "what was measured is known to all"
    assert moving.wants(replace(covered, box=(0, 0, 20, 20))), "a larger box is another case"


def test_a_way_that_is_remembered_is_timed_no_more(net: Network, covered: Covered, machine: Machine) -> None:
    machine.window(net).prepare(covered, quiet)
    machine.used.clear()
    moving = machine.window(net)
    assert moving.wants(covered)
    moving.prepare(covered, quiet)
    assert machine.used == [GROUPS, SINGLE, SINGLE], "the checks at the start, and one pass that warms up"
    check(moving, covered)
    assert machine.used[-1] == SINGLE


def test_a_way_that_turns_out_slower_is_left(net: Network, covered: Covered, machine: Machine) -> None:
    moving = machine.window(net)
    moving.prepare(covered, quiet)
    machine.costs[SINGLE] = 3.0
    ways = []
    for _ in range(6):
        ways.append(moving.way(covered))
        check(moving, covered)
    assert ways[0] == SINGLE and ways[-1] == GROUPS


def test_networks_that_cannot_be_served_get_plain_passes(covered: Covered, machine: Machine) -> None:
    moving = machine.window(Network(seeded(Fickle(torch.relu)).double(), Preprocess((SIDE, SIDE))))
    covered = replace(covered, layer="first")
    assert moving.wants(covered)
    moving.prepare(covered, quiet)
    check(moving, covered)
    assert set(machine.used) == {PLAIN} and not moving.wants(covered)


def test_other_weights_pictures_fills_and_layers_are_recorded_anew(
    net: Network, covered: Covered, machine: Machine
) -> None:
    moving = machine.window(net)
    moving.prepare(covered, quiet)
    machine.used.clear()
    view = covered.view.flip(2)
    others = (
        replace(covered, view=view),
        replace(covered, fill=torch.zeros_like(view)),
        replace(covered, layer="features.4"),
    )
    for other in others:
        check(moving, other)
        assert not machine.used and moving.wants(other)
    with torch.no_grad():
        net.module.classifier.weight.mul_(2)  # type: ignore[union-attr, operator]
    check(moving, covered)
    assert not machine.used and moving.wants(covered)
    moving.prepare(covered, quiet)
    check(moving, covered)
    assert machine.used[-1] == SINGLE


@pytest.mark.parametrize("box", (None, (-2, 3, 7, 6), (25, 25, 7, 6)))
def test_boxes_that_are_not_in_the_picture(box: Any, net: Network, covered: Covered, machine: Machine) -> None:
    moving = machine.window(net)
    moving.prepare(covered, quiet)
    machine.used.clear()
    check(moving, replace(covered, box=box))
    assert not machine.used and not moving.wants(replace(covered, box=box))


def test_forgetting_frees_what_was_recorded(net: Network, covered: Covered, machine: Machine) -> None:
    moving = machine.window(net)
    moving.prepare(covered, quiet)
    machine.used.clear()
    moving.forget()
    check(moving, covered)
    assert not machine.used and moving._recorded is None
