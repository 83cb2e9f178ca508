"""After a change of the weights in place, every method answers for the new weights, though passes are remembered."""

from __future__ import annotations

import copy
from collections.abc import Callable

import pytest
import torch
from torch import nn

from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.weights_key import forget_weights
from tests.contract.asking import METHODS, ask, tensors
from tests.families import make, preprocess_of
from tests.small_nets import seeded


def step(module: nn.Module) -> None:
    """What optimizers do."""
    parameters = list(module.parameters())
    with torch.no_grad():
        torch._foreach_add_(parameters, [torch.full_like(p, 0.05) for p in parameters])


def load(module: nn.Module) -> None:
    module.load_state_dict(seeded(copy.deepcopy(module), 1).state_dict())


def scale(module: nn.Module) -> None:
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.mul_(1.5)


def scale_data(module: nn.Module) -> None:
    for parameter in module.parameters():
        parameter.data.mul_(1.5)


def one_value(module: nn.Module) -> None:
    part = module.classifier if hasattr(module, "classifier") else module.blocks[0].attn.qkv
    part.weight.data[1, 3] += 1
    forget_weights(module)


@pytest.mark.parametrize("change", (step, load, scale, scale_data, one_value), ids=lambda change: change.__name__)
@pytest.mark.parametrize("method", METHODS)
def test_answers_are_those_of_the_new_weights(method: str, change: Callable[[nn.Module], None]) -> None:
    kind = "timm deit" if method.startswith("attention") else "plain"
    net = Network(make(kind), preprocess_of(kind))
    net.recordings.limit = 2  # as under an open Explorer
    before = tensors(ask(net, method, target=1))
    change(net.module)
    found = tensors(ask(net, method, target=1))
    expected = tensors(ask(Network(copy.deepcopy(net.module), net.preprocessing), method, target=1))
    assert found.keys() == expected.keys() == before.keys()
    for name, value in expected.items():
        torch.testing.assert_close(found[name], value, msg=f"{name} is not that of the new weights")
    assert any(not torch.equal(before[name], value) for name, value in found.items())
