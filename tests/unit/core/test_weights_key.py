"""The key of a network's weights follows every change, and hashes only after one."""

from __future__ import annotations

import gc

import pytest
import torch
from torch import nn

from deepvis_widgets.core import weights_key as weights
from deepvis_widgets.core.network.network import Network
from deepvis_widgets.core.picture.preprocess import Preprocess
from deepvis_widgets.core.weights_key import network_key, stamps
from deepvis_widgets.engine import forget_weights, weights_key
from tests.small_nets import Plain, seeded


def make(seed: int = 0) -> nn.Sequential:
    torch.manual_seed(seed)
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU())


@pytest.fixture
def hashed(monkeypatch):
    """How often content was hashed."""
    calls = []
    original = weights.content_key
    monkeypatch.setattr(weights, "content_key", lambda *parts: calls.append(1) or original(*parts))
    return calls


def step(module):
    """What optimizers do, without the seconds that importing them takes."""
    module.eval()(torch.ones(2, 3, 5, 5)).square().sum().backward()
    parameters = list(module.parameters())
    with torch.no_grad():
        torch._foreach_add_(parameters, [parameter.grad for parameter in parameters], alpha=-0.1)


def in_place(module):
    with torch.no_grad():
        module[0].weight[0, 0, 0, 0] += 1


def replace(module):
    module[0].weight = nn.Parameter(torch.ones_like(module[0].weight))


def replace_data(module):
    module[0].weight.data = torch.ones_like(module[0].weight)


def buffer(module):
    module.train()(torch.ones(2, 3, 5, 5))


CHANGES = [step, in_place, replace, replace_data, buffer, lambda m: m.half(), lambda m: m.pop(1)]
CHANGES += [lambda m: m.load_state_dict(make(1).state_dict())]


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_noticed(change):
    module = make()
    before = weights_key(module)
    change(module)
    assert weights_key(module) != before


def test_a_change_taken_back_gives_the_old_key():
    module = make()
    state, before = {name: value.clone() for name, value in module.state_dict().items()}, weights_key(module)
    in_place(module)
    module.load_state_dict(state)
    assert weights_key(module) == before


def test_equal_weights_have_equal_keys_and_others_have_not():
    assert weights_key(make()) == weights_key(make())
    assert weights_key(make()) != weights_key(make(1))


def test_without_a_change_nothing_is_hashed_again(hashed):
    module = make()
    keys = {weights_key(module) for _ in range(5)}
    module.eval()(torch.ones(1, 3, 5, 5))
    keys.add(weights_key(module))
    assert len(keys) == 1 and len(hashed) == 1
    in_place(module)
    weights_key(module)
    weights_key(module)
    assert len(hashed) == 2


def test_forget_weights_for_changes_torch_does_not_count():
    module = make()
    before = weights_key(module)
    module[0].weight.data[0, 0, 0, 1] += 1
    forget_weights(module)
    assert weights_key(module) != before


def test_forgetting_a_module_forgets_its_parts():
    module = make()
    before = stamps(module), stamps(module[0])
    forget_weights(module)
    assert stamps(module) != before[0] and stamps(module[0]) != before[1]


DATA_CHANGES = [lambda p: p.data.mul_(1.5), lambda p: p.data.fill_(0.3), lambda p: p.data.normal_()]
DATA_CHANGES += [lambda p: p.data.add_(torch.full_like(p, 1e-3)), lambda p: p.detach().numpy().__iadd__(1)]


@pytest.mark.parametrize("change", DATA_CHANGES)
@pytest.mark.parametrize("layout", ("plain", "channels last", "a part of another"))
def test_a_change_of_a_whole_parameter_through_data_is_noticed(layout, change):
    module = make()
    parameter = module[0].weight
    if layout == "channels last":
        module.to(memory_format=torch.channels_last)
    if layout == "a part of another":
        parameter = module[0].weight = nn.Parameter(torch.rand(8, 3, 6, 3)[::2, :, ::2])
    key, seen, version = weights_key(module), stamps(module), parameter._version
    assert stamps(module) == seen
    change(parameter)
    assert parameter._version == version  # torch does not count it
    assert stamps(module) != seen and weights_key(module) != key


@pytest.mark.parametrize("parameter", (torch.zeros(0, 3), torch.zeros(4, 1).expand(4, 3), torch.tensor(1.0)))
def test_every_shape_has_stamps(parameter):
    module = nn.Module()
    module.parameter = nn.Parameter(parameter)
    module.bf16 = nn.Parameter(torch.ones(3, dtype=torch.bfloat16))
    module.float8 = nn.Parameter(torch.ones(3).to(torch.float8_e4m3fn))
    assert stamps(module) == stamps(module) is not None


def test_weights_made_in_inference_mode_are_hashed_every_time(hashed):
    with torch.inference_mode():
        module = make()
        before = weights_key(module)
        in_place(module)
        assert weights_key(module) != before
    assert len(hashed) == 2


def test_what_is_known_goes_with_the_module():
    module = make()
    weights_key(module)
    known = len(weights._known)
    del module
    gc.collect()
    assert len(weights._known) < known


def test_networks_that_answer_alike_have_one_key() -> None:
    first, second = (Network(seeded(Plain()), Preprocess((12, 12), None), name=name) for name in ("first", "second"))
    assert network_key(first) == network_key(second)
    assert network_key(Network(first.module, Preprocess((12, 12), None, fit="stretch"))) != network_key(first)
    second.module.classifier.bias.data += 1
    forget_weights(second.module)
    assert network_key(first) != network_key(second)
