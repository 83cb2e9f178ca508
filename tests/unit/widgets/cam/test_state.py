"""What the CAM board accepts, without a board."""

from __future__ import annotations

import pytest

from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.widgets.cam.state import CamState
from tests.small_nets import Plain


class Known(CamState):
    """A state that knows how many terms there are."""

    count = 8


@pytest.fixture
def network() -> Network:
    return Network(Plain(), Preprocess((32, 32), None))


@pytest.mark.parametrize("value", [0.0, 1.0, 1.5])
def test_a_threshold_lies_between_nothing_and_all(network: Network, value: float) -> None:
    state = CamState(network)
    with pytest.raises(DeepvisError, match=f"threshold={value} is not accepted; accepted: 0.01 to 0.99."):
        state.threshold = value
    assert state.threshold == 0.2


def test_a_step_is_at_most_the_number_of_terms_where_that_is_known(network: Network) -> None:
    unknown, known = CamState(network), Known(network)
    unknown.step = 99
    with pytest.raises(DeepvisError, match="0 to the number of terms"):
        unknown.step = -1
    with pytest.raises(DeepvisError, match="step=9 is not accepted; accepted: 0 to 8, or None for all."):
        known.step = 9
    known.step = 8
    known.step = None
    assert (unknown.step, known.step) == (99, None)
