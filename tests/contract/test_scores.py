"""Every method that draws a heat map can be scored, on every kind of network, and leaves it alone."""

from __future__ import annotations

import pytest
import torch

import deepvis_widgets as dv
from deepvis_widgets.core.errors import DeepvisError
from deepvis_widgets.methods import Method
from tests.contract.asking import METHODS, few
from tests.families import network, picture
from tests.untouched import Untouched

FAMILIES = ("plain", "crafty", "training", "vit_b_32")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", FAMILIES)
def test_scores_what_it_explains(name: str, method: str) -> None:
    net = network(name)
    before = Untouched(net.module)
    mask = torch.zeros(net.size, dtype=torch.bool)
    mask[4:12, 6:20] = True
    try:
        found = dv.score(net, picture(net.size[0]), method, mask=mask, target=1, **few(method))
    except DeepvisError as error:
        refusal = Method.registry[method].refuses(net)
        assert str(error) == refusal or (not Method.registry[method].picture and "heat maps only" in str(error))
    else:
        assert list(found) == ["pointing", "mass", "insertion", "deletion"]
        assert found["pointing"] in (0.0, 1.0)
        assert all(0 <= share <= 1 or share != share for share in found.values())
        assert 0 < found["insertion"] < 1 and 0 < found["deletion"] < 1
    before.check()
