"""The functions of autograd that send relevance back where autograd would send a gradient."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import torch
from torch import Tensor

from .biases import LEFT_OUT, SHARED
from .ledger import Account
from .linear_call import LinearCall
from .redistribute import redistribute
from .rules import Rule
from .stabilise import STABILISER, away, total

Compute = Callable[..., Tensor]  # an operation as a function of the tensors that relevance goes back to


class Accounts(Protocol):
    """Takes the account of every operation of a backward pass; `time` numbers the operations of the forward pass.
    `biases` says what becomes of biases.
    """

    @property
    def biases(self) -> str: ...

    def enter(self, account: Account) -> None: ...


class ByRule(torch.autograd.Function):
    """A convolution or dense layer that divides relevance by the rule of its kind and place."""

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, call: LinearCall, rule: Rule, epsilon: float, accounts: Accounts, time: int
    ) -> Tensor:
        ctx.asked = call, rule, epsilon, accounts, time
        return call.make()

    @staticmethod
    def backward(ctx: Any, *relevance: Tensor) -> Any:
        call, rule, epsilon, accounts, time = ctx.asked
        call.check_unchanged()
        parts = redistribute(call, rule, epsilon, relevance[0])
        accounts.enter(parts.account(time, relevance[0]))
        return parts.relevance, None, None, None, None, None


class Passed(torch.autograd.Function):
    """An operation that hands relevance on as it is; input and output are of one shape, also `in_place` one tensor."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, compute: Compute, in_place: bool = False) -> Tensor:
        y = compute(x)
        if in_place:
            ctx.mark_dirty(x)
            return x
        return y.view_as(y) if y is x else y

    @staticmethod
    def backward(ctx: Any, *relevance: Tensor) -> Any:
        return relevance[0], None, None


class Written(torch.autograd.Function):
    """A tensor overwritten by a value, which gets all relevance; what was there gets none, and no zeros either."""

    @staticmethod
    def forward(ctx: Any, target: Tensor, value: Tensor) -> Tensor:
        ctx.mark_dirty(target)
        return target.copy_(value)

    @staticmethod
    def backward(ctx: Any, *relevance: Tensor) -> Any:
        return None, relevance[0]


class Shared(torch.autograd.Function):
    """A map that is affine in its inputs: R_i = x_i ∂z/∂x_i · R / stabilise(z), an ε rule.

    What the map makes of zeros is its constant, which takes its share as a bias does, or shares it: each input gets
    that of its own outputs. A `linear` map has none. A
    product that is linear in each of two inputs gives each one `part` = ½ (Achtibat et al. 2024, prop. 3.3). `affine`
    is the map with what the inputs merely scale held constant.
    """

    @staticmethod
    def forward(
        ctx: Any,
        compute: Compute,
        affine: Compute,
        part: float,
        linear: bool,
        accounts: Accounts,
        time: int,
        *inputs: Tensor,
    ) -> Tensor:
        ctx.asked = affine, part, linear, accounts, time
        ctx.save_for_backward(*inputs)
        return compute(*inputs)

    @staticmethod
    def backward(ctx: Any, *relevance: Tensor) -> Any:
        affine, part, linear, accounts, time = ctx.asked
        parts = shares(affine, part, accounts, time, ctx.saved_tensors, relevance[0], linear)
        return None, None, None, None, None, None, *parts


class Merged(torch.autograd.Function):
    """A batch-norm behind a convolution: merged into it, so that it hands relevance on; else an affine map."""

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, compute: Compute, affine: Compute, call: LinearCall, accounts: Accounts, time: int
    ) -> Tensor:
        ctx.asked = affine, call, accounts, time
        ctx.save_for_backward(x)
        return compute(x)

    @staticmethod
    def backward(ctx: Any, *relevance: Tensor) -> Any:
        affine, call, accounts, time = ctx.asked
        passed = call.is_merged or accounts.biases == LEFT_OUT
        (share,) = relevance if passed else shares(affine, 1, accounts, time, ctx.saved_tensors, relevance[0], False)
        return share, None, None, None, None, None


def shares(
    affine: Compute,
    part: float,
    accounts: Accounts,
    time: int,
    saved: Sequence[Tensor],
    relevance: Tensor,
    linear: bool,
) -> list[Tensor]:
    """Returns what the ε rule gives each of the `saved` inputs of an affine map, and enters the account of it."""
    with torch.enable_grad():
        inputs = [x.detach().requires_grad_() for x in saved]
        z = affine(*inputs)
    moved = away(z.detach(), STABILISER)
    message = relevance / (moved + z.detach())
    gradients = torch.autograd.grad(z, inputs, message)
    sent = [x.detach() * gradient for x, gradient in zip(inputs, gradients, strict=True)]
    sent = sent if part == 1 else [part * share for share in sent]
    bias: Tensor | float = 0.0
    shared: Tensor | float = 0.0
    if not linear:
        constant = message * affine(*(torch.zeros_like(x) for x in inputs))
        if accounts.biases == SHARED:
            sent[0], shared = sent[0] + constant.sum_to_size(sent[0].shape), total(constant)
        else:
            bias = total(constant)
    accounts.enter(Account(time, relevance, sent, bias, total(moved.mul_(message)), shared))
    return sent


class Filled(torch.autograd.Function):
    """An operation that puts its inputs into places of its output; what other places hold are constants."""

    @staticmethod
    def forward(ctx: Any, compute: Compute, accounts: Accounts, time: int, *inputs: Tensor) -> Tensor:
        ctx.asked = compute, accounts, time
        ctx.save_for_backward(*inputs)
        return compute(*inputs)

    @staticmethod
    def backward(ctx: Any, *relevance: Tensor) -> Any:
        compute, accounts, time = ctx.asked
        with torch.enable_grad():
            inputs = [x.detach().requires_grad_() for x in ctx.saved_tensors]
            shares = torch.autograd.grad(compute(*inputs), inputs, relevance[0])
        accounts.enter(Account(time, relevance[0], shares))
        return None, None, None, *shares


class Halved(torch.autograd.Function):
    """A product of two activations: each takes one half (the uniform rule of Achtibat et al. 2024)."""

    @staticmethod
    def forward(ctx: Any, compute: Compute, a: Tensor, b: Tensor) -> Tensor:
        ctx.shapes = a.shape, b.shape
        return compute(a, b)

    @staticmethod
    def backward(ctx: Any, *relevance: Tensor) -> Any:
        half = relevance[0] / 2
        return None, *(half.sum_to_size(shape) for shape in ctx.shapes)


class Softmax(torch.autograd.Function):
    """R_i = x_i (R_i − s_i Σ_j R_j), the softmax linearised at x (Achtibat et al. 2024, prop. 3.1); the constant of the
    linearisation counts as a bias.
    """

    @staticmethod
    def forward(ctx: Any, compute: Compute, dim: int, accounts: Accounts, time: int, x: Tensor) -> Tensor:
        ctx.asked = dim, accounts, time
        s = compute(x)
        ctx.save_for_backward(x, s)
        return s

    @staticmethod
    def backward(ctx: Any, *relevance: Tensor) -> Any:
        dim, accounts, time = ctx.asked
        x, s = ctx.saved_tensors
        finite = torch.where(torch.isfinite(x), x, 0)  # a masked place has no relevance
        share = finite * (relevance[0] - s * relevance[0].sum(dim, keepdim=True))
        accounts.enter(Account(time, relevance[0], [share]))
        return None, None, None, None, share
