"""Layers are found by name and by number, and say what they are."""

from __future__ import annotations

import pytest

from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.core.network.layer import listed
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.preprocess import Preprocess
from tests.small_nets import Plain, seeded


@pytest.fixture(scope="module")
def net() -> Network:
    return Network(seeded(Plain()), Preprocess((12, 12), None))


def test_layers_are_found_by_name_and_number(net: Network) -> None:
    assert net.layers["features.0"] is net.layers[0] and len(net.layers) == 7
    assert "features.0" in net.layers and "features" not in net.layers
    assert net.layers.names[-1] == "classifier"
    assert "sees 3×3" in repr(net.layers).splitlines()[0]
    assert net.deepest(["features.3", "features.1"]) == "features.3"


def test_a_layer_that_does_not_exist_is_told_with_those_that_do(net: Network) -> None:
    with pytest.raises(DeepvisError, match='There is no layer "conv9"; this network has features.0, features.1, '):
        net.layers["conv9"]


def test_few_names_are_listed_in_full_and_many_in_part() -> None:
    assert listed(["a", "b"]) == "a, b"
    assert listed([str(number) for number in range(100)]) == "0, 1, 2, 3, 4, 5, ... 99 (100 in all)"
