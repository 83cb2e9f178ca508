"""A moving window: the answers of a plain pass, whichever way is taken, from a recorded pass never out of date."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch

from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.fills import fill_picture
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.passes.moving_window import Covered, MovingWindow
from deepvis_widgets.passes.single_window import SingleWindowPasses
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


@pytest.fixture
def used(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How often an incremental pass was made."""
    calls: list[int] = []
    original = SingleWindowPasses.run

    def run(self: SingleWindowPasses, boxes: torch.Tensor) -> Any:
        calls.append(len(boxes))
        return original(self, boxes)

    monkeypatch.setattr(SingleWindowPasses, "run", run)
    return calls


def quicker(moving: MovingWindow, monkeypatch: pytest.MonkeyPatch, answer: bool = True) -> None:
    monkeypatch.setattr(moving, "_time", lambda *_: answer)


def check(moving: MovingWindow, covered: Covered) -> None:
    found = moving.record(covered)
    expected = moving.network.run(moving.network.feed(covered.shown[None]), keep=(covered.layer,))
    torch.testing.assert_close(found.logits, expected.logits, rtol=1e-10, atol=1e-12)
    torch.testing.assert_close(
        found.outputs[covered.layer], expected.outputs[covered.layer], rtol=1e-10, atol=1e-12, check_stride=False
    )


def test_plain_before_and_incremental_after_it_is_ready(
    net: Network, covered: Covered, used: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    moving = MovingWindow(net)
    quicker(moving, monkeypatch)
    check(moving, covered)
    assert not used and moving.wants(covered) and not moving.wants(covered), "said once"
    moving.prepare(covered, quiet)
    assert not moving.wants(covered)
    for box in ((0, 0, 7, 6), (22, 23, 7, 6), (4, 4, 6, 7)):
        check(moving, replace(covered, box=box))
    assert used == [1, 1, 1]


def test_never_where_plain_passes_are_quicker(
    net: Network, covered: Covered, used: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    moving = MovingWindow(net)
    quicker(moving, monkeypatch, False)
    moving.prepare(covered, quiet)
    check(moving, covered)
    assert not used and not moving.wants(covered)
    assert not MovingWindow(net).wants(covered), "what was measured is known to all"
    assert moving.wants(replace(covered, box=(0, 0, 20, 20))), "a larger box is another case"


def test_what_is_measured_decides(net: Network, covered: Covered, monkeypatch: pytest.MonkeyPatch) -> None:
    for incremental, expected in ((0.5, True), (1.0, False), (2.0, False)):
        moving = MovingWindow(net)
        times = iter([9.0, 1.0] + [incremental, 1.0] * 3)  # the first pair warms up
        monkeypatch.setattr(
            "deepvis_widgets.passes.moving_window._seconds", lambda work, times=times: (work(), next(times))[1]
        )
        moving._quicker.clear()
        moving.prepare(covered, quiet)
        assert moving._known(covered) is expected


def test_networks_that_cannot_be_served_get_plain_passes(used: list[int], covered: Covered) -> None:
    moving = MovingWindow(Network(seeded(Fickle(torch.relu)).double(), Preprocess((SIDE, SIDE))))
    covered = replace(covered, layer="first")
    assert moving.wants(covered)
    moving.prepare(covered, quiet)
    check(moving, covered)
    assert not used and not moving.wants(covered) and not moving.wants(replace(covered, box=(0, 0, 20, 20)))


def test_other_weights_pictures_fills_and_layers_are_recorded_anew(
    net: Network, covered: Covered, used: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    moving = MovingWindow(net)
    quicker(moving, monkeypatch)
    moving.prepare(covered, quiet)
    view = covered.view.flip(2)
    others = (
        replace(covered, view=view),
        replace(covered, fill=torch.zeros_like(view)),
        replace(covered, layer="features.4"),
    )
    for other in others:
        check(moving, other)
        assert not used and moving.wants(other)
    with torch.no_grad():
        net.module.classifier.weight.mul_(2)  # type: ignore[union-attr, operator]
    check(moving, covered)
    assert not used and moving.wants(covered)
    moving.prepare(covered, quiet)
    check(moving, covered)
    assert used


@pytest.mark.parametrize("box", (None, (-2, 3, 7, 6), (25, 25, 7, 6)))
def test_boxes_that_are_not_in_the_picture(
    box: Any, net: Network, covered: Covered, used: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    moving = MovingWindow(net)
    quicker(moving, monkeypatch)
    moving.prepare(covered, quiet)
    check(moving, replace(covered, box=box))
    assert not used and not moving.wants(replace(covered, box=box))


def test_forgetting_frees_what_was_recorded(
    net: Network, covered: Covered, used: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    moving = MovingWindow(net)
    quicker(moving, monkeypatch)
    moving.prepare(covered, quiet)
    moving.forget()
    check(moving, covered)
    assert not used and moving._recorded is None
