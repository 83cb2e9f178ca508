"""The rules: how a convolution or a dense layer divides relevance among its inputs.

Every rule is a list of groups. In a group, input i contributes Σ_terms ± x_i w_ik to the denominator z_k and receives
that part of the group's share of R_k: R_i = Σ_groups share Σ_k (Σ_terms ± x_i w_ik) / stabilise(z_k) · R_k.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from .linear_call import Contribution, LinearCall


@dataclass(frozen=True, eq=False)
class Term:
    """What contributes to a denominator: ± (x · weight + bias), x being what stands for the input."""

    x: Tensor
    made: Contribution
    bias: Tensor | None = None
    sign: int = 1

    @classmethod
    def of(cls, call: LinearCall, x: Tensor, weight: Tensor, bias: Tensor | None = None, sign: int = 1) -> Term:
        """Returns the term of any weights."""
        return cls(x, call.contribution(x, weight, bias), bias, sign)


@dataclass(frozen=True, eq=False)
class Group:
    """Terms over one denominator, its share of the relevance, and for which outputs it answers (None: all).

    Where all channels are `alike`, what stands for the input and for the output has one channel only.
    """

    terms: list[Term]
    share: float = 1.0
    where: Tensor | None = None
    alike: bool = False


Rule = Callable[[LinearCall], list[Group]]


def epsilon_rule(call: LinearCall) -> list[Group]:
    """Divides by ε-LRP: each input in proportion to x_i w_ik (Bach et al. 2015, eq. 58)."""
    return [Group([Term(call.x, call.summed(), call.bias)])]


@dataclass(frozen=True)
class AlphaBeta:
    """Gives α for what speaks for, β for what speaks against an output."""

    alpha: float
    beta: float

    def __call__(self, call: LinearCall) -> list[Group]:
        groups = [Group(_signed(call, above=True), self.alpha)]
        return groups + ([Group(_signed(call, above=False), -self.beta)] if self.beta else [])


def alpha_beta_rule(alpha: float, beta: float) -> AlphaBeta:
    """Returns the rule that gives α for what speaks for, β for what speaks against an output, α − β = 1 (Bach et al.
    2015, eq. 60).
    """
    assert alpha - beta == 1 and beta >= 0, "alpha - beta must be 1, and beta at least 0"
    return AlphaBeta(alpha, beta)


# Montavon et al. 2017, sec. 4.2; negative inputs through negative weights count too
z_plus_rule = alpha_beta_rule(1, 0)


@dataclass(frozen=True)
class Gamma:
    """Counts what speaks for an output's own sign 1 + γ times."""

    gamma: float

    def __call__(self, call: LinearCall) -> list[Group]:
        y = call.own().value
        groups = [Group(_favoured(call, self.gamma, above=True), where=y > 0)]
        return [*groups, Group(_favoured(call, self.gamma, above=False), where=y < 0)]


def gamma_rule(gamma: float) -> Gamma:
    """Returns the rule in which what speaks for an output's own sign counts 1 + γ times (Montavon et al. 2019, sec.
    10.2.1; for inputs and outputs of both signs Andéol et al. 2021).
    """
    return Gamma(gamma)


def w_square_rule(call: LinearCall) -> list[Group]:
    """Divides to each input in proportion to w_ik², whatever its value; no bias (Montavon et al. 2017, sec. 4.1)."""
    return [Group([Term.of(call, torch.ones_like(call.x), call.weight.square())])]


def flat_rule(call: LinearCall) -> list[Group]:
    """Divides to all inputs alike, whatever value and weight (Lapuschkin et al. 2019)."""
    if not call.is_full_convolution:
        return [Group([Term.of(call, torch.ones_like(call.x), torch.ones_like(call.own_weight))])]
    inputs, window = torch.ones_like(call.x[:, :1]), torch.ones_like(call.own_weight[:1, :1])
    one = call.contribution(inputs, window)
    return [Group([Term(inputs, Contribution(one.value * call.x.shape[1], one.back))], alike=True)]


def z_box_rule(call: LinearCall) -> list[Group]:
    """Divides to inputs between l and h in proportion to x_i w_ik − l_i w⁺_ik − h_i w⁻_ik (Montavon et al. 2017, sec.
    4.2).

    The bias cancels. Where the bounds are not known the ε rule serves.
    """
    if call.bounds is None:
        return epsilon_rule(call)
    low, high = call.bounds
    weight = call.weight
    terms = [
        Term.of(call, call.x, weight),
        Term.of(call, low, weight.clamp(min=0), sign=-1),
        Term.of(call, high, weight.clamp(max=0), sign=-1),
    ]
    return [Group(terms)]


def _signed(call: LinearCall, above: bool) -> list[Term]:
    """Returns the terms of all positive (`above`), or all negative, contributions."""

    def half(above: bool) -> Tensor:
        return call.made_of_weight(("half", above), lambda weight: of_sign(weight, above))

    bias = None if call.bias is None else of_sign(call.bias, above)
    return _by_sign(call, lambda: half(above), lambda: half(not above), bias)


def _favoured(call: LinearCall, gamma: float, above: bool) -> list[Term]:
    def favoured(above: bool) -> Tensor:
        what = "favoured", gamma, above
        return call.made_of_weight(what, lambda weight: weight + gamma * of_sign(weight, above))

    bias = None if call.bias is None else call.bias + gamma * of_sign(call.bias, above)
    return _by_sign(call, lambda: favoured(above), lambda: favoured(not above), bias)


def _by_sign(
    call: LinearCall, for_positive: Callable[[], Tensor], for_negative: Callable[[], Tensor], bias: Tensor | None
) -> list[Term]:
    """Returns the terms of one weight for positive inputs and another one for negative inputs; the latter term only
    where there are any.
    """
    if call.x.numel() == 0 or call.x.amin() >= 0:
        return [Term.of(call, call.x, for_positive(), bias)]
    positive = Term.of(call, call.x.clamp(min=0), for_positive(), bias)
    return [positive, Term.of(call, call.x.clamp(max=0), for_negative())]


def of_sign(values: Tensor, above: bool) -> Tensor:
    """Returns the positive (`above`), or the negative, part."""
    return values.clamp(min=0) if above else values.clamp(max=0)
