"""The αβ rule by prepared convolutions in float32 against the rule by its groups in float64."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from deepvis_widgets.methods.relevance import redistribute as by
from deepvis_widgets.methods.relevance.biases import KEPT, LEFT_OUT, SHARED
from deepvis_widgets.methods.relevance.by_sign import by_sign
from deepvis_widgets.methods.relevance.linear_call import LinearCall, linear_call
from deepvis_widgets.methods.relevance.made_weights import MadeWeights
from deepvis_widgets.methods.relevance.redistribution import Redistribution
from deepvis_widgets.methods.relevance.rules import AlphaBeta, alpha_beta_rule

RULES = (alpha_beta_rule(1, 0), alpha_beta_rule(2, 1), alpha_beta_rule(1.5, 0.5))


def random(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def convolution(channels: int = 4, bias: bool = True, **sliding: int) -> nn.Conv2d:
    module = nn.Conv2d(channels, 6, 3, padding=1, bias=bias, **sliding)
    module.weight.data = random(*module.weight.shape, seed=1)
    if module.bias is not None:
        module.bias.data = random(6, seed=2)
    return module


def calls(module: nn.Conv2d, x: Tensor, biases: str = KEPT) -> tuple[LinearCall, LinearCall]:
    """Returns one call in float32 and the same in float64."""
    made = []
    for kind in (torch.float32, torch.float64):
        weights = [None if w is None else w.detach().to(kind) for w in (module.weight, module.bias)]
        args = x.to(kind), *weights, module.stride, module.padding, module.dilation, module.groups
        call = linear_call("conv2d", F.conv2d, args, {})
        call.biases = biases
        made.append(call)
    single = nn.Module()
    single.weight = nn.Parameter(made[0].own_weight)
    made[0].kept = MadeWeights(single, ())
    return made[0], made[1]


def both(rule: AlphaBeta, single: LinearCall, wide: LinearCall) -> tuple[Redistribution, Redistribution]:
    relevance = random(*single.make().shape, seed=9)
    found = by_sign(single, rule, 1e-3, relevance)
    assert found is not None
    return found, by._by_groups(wide, rule, 1e-3, relevance.double())


def check(found: Redistribution, expected: Redistribution) -> None:
    scale = float(expected.relevance.abs().max())
    assert float((found.relevance - expected.relevance).abs().max()) < 1e-5 * scale
    for name in ("bias", "epsilon", "shared"):
        assert abs(float(getattr(found, name)) - float(getattr(expected, name))) < 1e-4 * scale, name


@pytest.mark.parametrize("rule", RULES, ids=str)
@pytest.mark.parametrize("signed", (True, False), ids=("signed", "rectified"))
@pytest.mark.parametrize("biases", (KEPT, LEFT_OUT))
@pytest.mark.parametrize("bias", (True, False), ids=("bias", "plain"))
def test_it_gives_what_the_groups_give(rule: AlphaBeta, signed: bool, biases: str, bias: bool) -> None:
    x = random(1, 4, 9, 11)
    check(*both(rule, *calls(convolution(bias=bias), x if signed else x.relu(), biases)))


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_a_norm_behind_is_merged(rule: AlphaBeta) -> None:
    single, wide = calls(convolution(), random(1, 4, 8, 8).relu())
    numbers = random(6, seed=4), random(6, seed=5)
    single.norm, single.norm_key, single.uses = numbers, "a norm", 1
    wide.norm, wide.uses = (numbers[0].double(), numbers[1].double()), 1
    check(*both(rule, single, wide))


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_where_nothing_speaks(rule: AlphaBeta) -> None:
    x = random(1, 4, 12, 12).relu()
    x[..., :6] = 0
    check(*both(rule, *calls(convolution(bias=False), x)))


def test_it_is_prepared_once() -> None:
    single, wide = calls(convolution(), random(1, 4, 8, 8).relu())
    assert single.kept is not None
    for _ in range(2):
        both(RULES[1], single, wide)
        assert single.kept.count == 1


def in_double(call: LinearCall) -> None:
    call.x, call.own_weight, call.own_bias = call.x.double(), call.own_weight.double(), None


def unkept(call: LinearCall) -> None:
    call.kept = None


def shared(call: LinearCall) -> None:
    call.biases = SHARED


def by_the_picture(call: LinearCall) -> None:
    call.norm, call.uses = (torch.ones(6), torch.ones(6)), 1


@pytest.mark.parametrize("change", (in_double, unkept, shared, by_the_picture), ids=lambda change: change.__name__)
def test_others_go_by_their_groups(change: Callable[[LinearCall], None]) -> None:
    single, _ = calls(convolution(), random(1, 4, 8, 8))
    change(single)
    relevance = random(1, 6, 8, 8).to(single.x)
    assert by_sign(single, RULES[0], 1e-3, relevance) is None


def test_convolutions_of_groups_go_by_their_groups() -> None:
    single, _ = calls(convolution(groups=2), random(1, 4, 8, 8))
    assert by_sign(single, RULES[0], 1e-3, random(1, 6, 8, 8)) is None
