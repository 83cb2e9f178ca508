"""The picture and the class of a lesson, without a widget."""

from __future__ import annotations

import pytest
import torch

from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.widgets.kit.picture_state import PictureState
from tests.small_nets import CLASSES, Plain


@pytest.fixture
def state() -> PictureState:
    return PictureState(Network(Plain(), Preprocess((32, 32), None), labels=[f"class {i}" for i in range(CLASSES)]))


def test_a_picture_is_seen_as_the_network_sees_it(state: PictureState) -> None:
    assert state.view is None
    state.image = torch.rand(3, 64, 64)
    assert state.view is not None and state.view.shape == (3, 32, 32)


def test_what_does_not_exist_is_refused_and_nothing_changes(state: PictureState) -> None:
    state.image = picture = torch.rand(3, 32, 32)
    view = state.view
    with pytest.raises(DeepvisError, match="nowhere.png"):
        state.image = "nowhere.png"
    with pytest.raises(DeepvisError, match="poodle"):
        state.target = "poodle"
    assert state.image is picture and state.view is view and state.target is None


def test_a_label_may_be_set_and_none_is_the_top_class(state: PictureState) -> None:
    state.target = "class 2"
    assert state.target == 2
    state.target = None
    assert state.target is None
