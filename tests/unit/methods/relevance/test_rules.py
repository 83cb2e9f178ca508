"""Every rule on single layers against sums written out as in its definition."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from zennit import rules as zr

from deepvis_widgets.methods.relevance import rules
from deepvis_widgets.methods.relevance.biases import BIASES
from deepvis_widgets.methods.relevance.linear_call import LinearCall, linear_call
from deepvis_widgets.methods.relevance.redistribute import redistribute

EPSILON = 1e-3  # large, so that it shows
LOW, HIGH = -2.5, 3.0


def stabilised(z: float) -> float:
    return z + EPSILON if z >= 0 else z - EPSILON


def proportional(contributions: np.ndarray, bias: float, relevance: float, biases: str) -> np.ndarray:
    bias = 0.0 if biases == "left out" else bias
    shared = bias / len(contributions) if biases == "shared" else 0.0
    return (contributions + shared) / stabilised(contributions.sum() + bias) * relevance


# --- the definitions: x (inputs,), w (inputs,), the bias and the relevance of one output, and what becomes of biases →
# relevance of the inputs ---


def epsilon(x: np.ndarray, w: np.ndarray, b: float, r: float, biases: str) -> np.ndarray:
    return proportional(x * w, b, r, biases)


def alpha_beta(alpha: float, beta: float) -> Callable[..., np.ndarray]:
    def rule(x: np.ndarray, w: np.ndarray, b: float, r: float, biases: str) -> np.ndarray:
        z = x * w
        positive = proportional(np.where(z > 0, z, 0), max(b, 0), r, biases)
        negative = proportional(np.where(z < 0, z, 0), min(b, 0), r, biases)
        return alpha * positive - beta * negative

    return rule


def gamma(g: float) -> Callable[..., np.ndarray]:
    def rule(x: np.ndarray, w: np.ndarray, b: float, r: float, biases: str) -> np.ndarray:
        z, y = x * w, (x * w).sum() + b
        if y == 0:
            return np.zeros_like(x)
        favoured = (z > 0) if y > 0 else (z < 0)
        return proportional(z * (1 + g * favoured), b * (1 + g * (b * y > 0)), r, biases)

    return rule


def w_square(x: np.ndarray, w: np.ndarray, b: float, r: float, biases: str) -> np.ndarray:
    return proportional(w**2, 0, r, biases)


def flat(x: np.ndarray, w: np.ndarray, b: float, r: float, biases: str) -> np.ndarray:
    return proportional(np.ones_like(w), 0, r, biases)


def z_box(x: np.ndarray, w: np.ndarray, b: float, r: float, biases: str) -> np.ndarray:
    return proportional(x * w - LOW * np.maximum(w, 0) - HIGH * np.minimum(w, 0), 0, r, biases)


DEFINITIONS = {
    "epsilon": (rules.epsilon_rule, epsilon),
    "z_plus": (rules.z_plus_rule, alpha_beta(1, 0)),
    "alpha2_beta1": (rules.alpha_beta_rule(2, 1), alpha_beta(2, 1)),
    "alpha3_beta2": (rules.alpha_beta_rule(3, 2), alpha_beta(3, 2)),
    "gamma": (rules.gamma_rule(0.25), gamma(0.25)),
    "w_square": (rules.w_square_rule, w_square),
    "flat": (rules.flat_rule, flat),
    "z_box": (rules.z_box_rule, z_box),
}
ZENNIT: dict[str, Callable[..., Any]] = {
    "epsilon": lambda zero: zr.Epsilon(EPSILON, zero_params=zero),
    "z_plus": lambda zero: zr.ZPlus(EPSILON, zero_params=zero),
    "alpha2_beta1": lambda zero: zr.AlphaBeta(2, 1, EPSILON, zero_params=zero),
    "alpha3_beta2": lambda zero: zr.AlphaBeta(3, 2, EPSILON, zero_params=zero),
    "gamma": lambda zero: zr.Gamma(0.25, EPSILON, zero_params=zero),
    # zennit gives the bias b² of the relevance; Montavon et al. 2017, sec. 4.1, has no bias in its sum
    "w_square": lambda _: zr.WSquare(EPSILON, zero_params="bias"),
    "flat": lambda zero: zr.Flat(EPSILON, zero_params=zero),
    "z_box": lambda zero: zr.ZBox(LOW, HIGH, EPSILON, zero_params=zero),
}


def random(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def dense(bias: bool, positive: bool) -> tuple[LinearCall, nn.Module]:
    layer = nn.Linear(7, 5, bias=bias).double()
    return _filled(layer, random(1, 7, seed=3), "linear", torch.nn.functional.linear, positive, ())


def convolution(bias: bool, positive: bool) -> tuple[LinearCall, nn.Module]:
    layer = nn.Conv2d(4, 6, 3, stride=2, padding=1, groups=2, bias=bias).double()
    rest = (layer.stride, layer.padding, layer.dilation, layer.groups)
    return _filled(layer, random(1, 4, 5, 6, seed=3), "conv2d", torch.nn.functional.conv2d, positive, rest)


def _filled(
    layer: nn.Module, x: Tensor, name: str, func: Callable[..., Tensor], positive: bool, rest: tuple[object, ...]
) -> tuple[LinearCall, nn.Module]:
    with torch.no_grad():
        for seed, parameter in enumerate(layer.parameters()):
            parameter.copy_(random(*parameter.shape, seed=seed + 1))
    x = x.clamp(-2, 2)
    x = x.clamp(min=0) if positive else x
    x.view(-1)[1] = 0.0
    call = linear_call(name, func, (x, layer.weight, layer.bias, *rest), {})
    call.bounds = torch.full_like(x, LOW), torch.full_like(x, HIGH)
    return call, layer


def as_matrix(call: LinearCall) -> np.ndarray:
    """The layer as a matrix (outputs, inputs), one column for each input."""
    zero = torch.zeros_like(call.x)
    columns = []
    for index in range(call.x.numel()):
        zero.view(-1)[index] = 1
        columns.append(call.map(zero, call.weight, None).flatten().numpy())
        zero.view(-1)[index] = 0
    return np.stack(columns, 1)


def reaches(call: LinearCall) -> np.ndarray:
    """Which input reaches which output (outputs, inputs)."""
    weight, call.own_weight = call.own_weight, torch.ones_like(call.own_weight)
    matrix = as_matrix(call)
    call.own_weight = weight
    return matrix


def by_definition(call: LinearCall, rule: Callable[..., np.ndarray], relevance: Tensor) -> Tensor:
    matrix, reached = as_matrix(call), reaches(call)
    x, total = call.x.flatten().numpy(), np.zeros(call.x.numel())
    biases = np.zeros(call.map(call.x, call.weight, None).shape)
    if call.constant is not None:
        biases += call.constant.numpy().reshape(
            [-1 if d == call.channel_dim % biases.ndim else 1 for d in range(biases.ndim)]
        )
    for row, there, b, r in zip(matrix, reached, biases.ravel(), relevance.flatten().numpy(), strict=True):
        inputs = np.flatnonzero(there)
        total[inputs] += rule(x[inputs], row[inputs], float(b), float(r), call.biases)
    return torch.from_numpy(total).view_as(call.x)


@pytest.mark.parametrize("positive", (True, False), ids=("rectified", "signed"))
@pytest.mark.parametrize("bias", (True, False), ids=("bias", "plain"))
@pytest.mark.parametrize("layer", (dense, convolution))
@pytest.mark.parametrize("name", DEFINITIONS)
@pytest.mark.parametrize("biases", BIASES)
def test_definition(
    biases: str, name: str, layer: Callable[..., tuple[LinearCall, nn.Module]], bias: bool, positive: bool
) -> None:
    rule, definition = DEFINITIONS[name]
    call, _ = layer(bias, positive)
    call.biases = biases
    relevance = random(*call.map(call.x, call.weight, None).shape, seed=9)
    found = redistribute(call, rule, EPSILON, relevance)
    torch.testing.assert_close(found.relevance, by_definition(call, definition, relevance), rtol=1e-10, atol=1e-12)
    left = relevance.sum() - found.relevance.sum() - found.bias - found.epsilon
    assert abs(float(left)) < 1e-9, "relevance, bias and ε add up"
    assert biases == "kept" or abs(float(found.bias)) < 1e-12
    assert (float(found.shared) != 0) == (biases == "shared" and bias and name not in ("w_square", "flat", "z_box"))


@pytest.mark.parametrize("layer", (dense, convolution))
@pytest.mark.parametrize("name", ZENNIT)
@pytest.mark.parametrize("biases, zero_params", (("kept", None), ("left out", "bias")))
def test_zennit(
    biases: str, zero_params: str | None, name: str, layer: Callable[..., tuple[LinearCall, nn.Module]]
) -> None:
    call, module = layer(True, False)
    call.biases = biases
    relevance = random(*call.map(call.x, call.weight, None).shape, seed=9)
    hook = ZENNIT[name](zero_params)
    handles = hook.register(module)
    x = call.x.clone().requires_grad_()
    (theirs,) = torch.autograd.grad(module(x), x, relevance)
    handles.remove()
    ours = redistribute(call, DEFINITIONS[name][0], EPSILON, relevance).relevance
    torch.testing.assert_close(ours, theirs, rtol=1e-10, atol=1e-12)


def test_zennit_gives_the_bias_a_share_under_w_square() -> None:
    call, module = dense(True, False)
    handles = zr.WSquare(EPSILON).register(module)
    x = call.x.clone().requires_grad_()
    relevance = torch.ones(1, 5, dtype=torch.float64)
    (theirs,) = torch.autograd.grad(module(x), x, relevance)
    handles.remove()
    squares, biases = call.weight.square(), call.own_bias.square()
    expected = (squares / (squares.sum(1) + biases + EPSILON)[:, None]).sum(0, keepdim=True)
    torch.testing.assert_close(theirs, expected, rtol=1e-10, atol=1e-12)
    assert float(theirs.sum()) < float(redistribute(call, rules.w_square_rule, EPSILON, relevance).relevance.sum())


def test_an_input_of_zero_can_have_relevance() -> None:
    call, _ = dense(True, False)
    relevance = torch.ones(1, 5, dtype=torch.float64)
    for name in ("flat", "w_square", "z_box"):
        assert float(redistribute(call, DEFINITIONS[name][0], EPSILON, relevance).relevance[0, 1]) != 0
    assert float(redistribute(call, rules.epsilon_rule, EPSILON, relevance).relevance[0, 1]) == 0


def test_alpha_minus_beta_is_one() -> None:
    with pytest.raises(AssertionError):
        rules.alpha_beta_rule(2, 0.5)
