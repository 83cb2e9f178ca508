"""On which of a kernel's threads messages are handled."""

from __future__ import annotations

from typing import Any

import pytest
import torch

import deepvis_widgets as dv
from deepvis_widgets.widgets.kit.layout import models_of
from deepvis_widgets.widgets.link.comm_route import ROUTE, keep_route


class Comm:
    """What is used of ipykernel's, after something was sent from another thread than the one that the browser names."""

    def _reply_subshell_for(self, data: Any, default: str | None) -> str | None:
        return "another"


def test_messages_go_where_the_browser_sends_them() -> None:
    comm = Comm()
    keep_route(comm)
    assert getattr(comm, ROUTE)({"method": "custom"}, "named") == "named"
    assert getattr(comm, ROUTE)({}, None) is None


@pytest.mark.parametrize("comm", [None, object()])
def test_other_comms_are_left_alone(comm: Any) -> None:
    keep_route(comm)
    assert not hasattr(comm, ROUTE)


def test_it_holds_for_every_model_of_a_widget_that_is_shown() -> None:
    board = dv.OcclusionLab("husky-wolf", pictures=[torch.rand(3, 128, 128)])
    models = [board, *models_of(board.parts())]
    for model in models:
        setattr(model.comm, ROUTE, lambda _data, _named: "another")
    board._repr_mimebundle_()
    assert len(models) > 10
    assert {getattr(model.comm, ROUTE)({}, "named") for model in models} == {"named"}
    board.close()
