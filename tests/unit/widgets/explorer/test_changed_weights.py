"""Weights that change in place under an open Explorer: what it shows next is that of the new ones."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn

from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.widgets.explorer import answers
from deepvis_widgets.widgets.explorer.session import Session
from deepvis_widgets.widgets.explorer.state import ExplorerState
from tests.families import picture
from tests.small_nets import Plain, seeded

SIDE = 32
METHODS = ("cam", "gradient", "grad_cam")


def session_of(module: nn.Module) -> Session:
    state = ExplorerState()
    state.begin(Network(module, Preprocess((SIDE, SIDE), None), name="small"), picture(SIDE), layer="features.0")
    state.backward = "gradient"
    return Session(state)


def shown(session: Session) -> dict[str, Any]:
    """All answers to a picture, for several methods over it."""
    found: dict[str, Any] = {}
    session.subscribe(answers.Tiles, lambda it: found.update(tiles=it.maps.values))
    session.subscribe(answers.UnitMap, lambda it: found.update(unit=it.values))
    session.subscribe(answers.Shares, lambda it: found.update(shares=it.values))
    session.subscribe(answers.BackwardView, lambda it: found.update(backward=torch.as_tensor(it.picture)))
    session.subscribe(answers.Overlay, lambda it: found.update({it.title: it.result.heatmap}))
    session.subscribe(answers.Notice, lambda it: found.update({it.sentence: torch.tensor(0)} if it.sentence else {}))
    session.refresh()
    for method in METHODS:
        session.state.method = method
        assert session.idle(60)
    return dict(found)


def step(module: nn.Module) -> None:
    with torch.no_grad():
        torch._foreach_add_(list(module.parameters()), 0.05)


CHANGES = (
    step,
    lambda module: module.load_state_dict(seeded(Plain(), 1).state_dict()),
    lambda module: [parameter.data.mul_(1.5) for parameter in module.parameters()],
)


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_shown_next_is_that_of_the_new_weights(change: Callable[[nn.Module], object]) -> None:
    session = session_of(seeded(Plain()))
    before = shown(session)
    change(session.network.module)
    found = shown(session)
    session.close()
    fresh = session_of(copy.deepcopy(session.network.module))
    expected = shown(fresh)
    fresh.close()
    assert found.keys() == expected.keys() == before.keys() and len(found) == 4 + len(METHODS)
    for name, value in expected.items():
        torch.testing.assert_close(found[name], value, msg=f"{name} is not that of the new weights")
    assert not any(torch.equal(found[name], before[name]) for name in ("tiles", "unit", "shares", "CAM"))
