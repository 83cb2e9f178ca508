"""Operations of exported graphs are seen as the calls that a person writes, with the same answers."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from deepvis_widgets.core.network.backward_rules import GUIDED, PLAIN, RuleMode, operation
from deepvis_widgets.core.overloads import written

aten = torch.ops.aten


def numbers(*shape: int) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(len(shape)))


X, W, B, M, V = numbers(2, 4, 6, 6), numbers(4), numbers(4).abs(), numbers(4), numbers(4).abs() + 1


@pytest.mark.parametrize(
    ("func", "args", "name"),
    (
        (aten.conv2d.default, (X, numbers(3, 4, 3, 3), None, [2, 2], [1, 1]), "conv2d"),
        (aten.batch_norm.default, (X, W, B, M, V, False, 0.1, 1e-3, True), "batch_norm"),
        (aten.instance_norm.default, (X, W, B, None, None, True, 0.1, 1e-3, True), "instance_norm"),
        (aten.layer_norm.default, (X, [6, 6], None, None, 1e-3), "layer_norm"),
        (aten.max_pool2d.default, (X, [3, 3], [2, 2], [1, 1]), "max_pool2d"),
        (aten.avg_pool2d.default, (X, [2, 2]), "avg_pool2d"),
        (aten.adaptive_avg_pool2d.default, (X, [1, 1]), "adaptive_avg_pool2d"),
        (aten.hardtanh.default, (X, 0.0, 6.0), "hardtanh"),
        (aten.linear.default, (X, numbers(5, 6)), "linear"),
        (aten.add.Tensor, (X, X), "add"),
        (aten.cat.default, ([X, X], 1), "cat"),
        (aten.mean.dim, (X, [2, 3], True), "mean"),
        (aten.flatten.using_ints, (X, 1), "flatten"),
        (aten.select.int, (X, 1, 2), "select"),
        (aten.slice.Tensor, (X, -1, 1, 9223372036854775807, 2), "getitem"),
        (aten.index.Tensor, (X, [None, torch.tensor([2, 0])]), "getitem"),
        (aten._softmax.default, (X, 1, False), "softmax"),
    ),
)
def test_the_same_answer_under_the_name_that_rules_know(func: Any, args: tuple[Any, ...], name: str) -> None:
    public, given = written(func, args)
    torch.testing.assert_close(public(*given), func(*args), rtol=0, atol=0)
    assert operation(public) == name


def test_other_calls_are_left_alone() -> None:
    assert written(F.relu, (X,)) == (F.relu, (X,))
    assert (
        written(aten.sym_size.int, (X, 0)) == (aten.sym_size.int, (X, 0)) and operation(aten.sym_size.int) == "sym_size"
    )


@pytest.mark.parametrize("func", (aten.relu.default, aten.relu_.default, aten.hardtanh_.default))
def test_rectifiers_of_exported_graphs_follow_the_rules(func: Any) -> None:
    bounds = (0.0, 6.0) if func is aten.hardtanh_.default else ()
    seed = numbers(2, 4, 6, 6) - 0.5
    found = []
    for rules in (PLAIN, GUIDED):
        x = X.clone().requires_grad_()
        mode = RuleMode(rules)
        with mode:
            y = func(x * 1, *bounds)
        assert mode.rectifiers == 1 and mode.rectified is y
        found.append(torch.autograd.grad(y, x, seed)[0])
    inside = (X > 0) & ((X < 6) if bounds else True)
    assert torch.equal(found[0], seed * inside) and torch.equal(found[1], seed.clamp(min=0) * inside)
