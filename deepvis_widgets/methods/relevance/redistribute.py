"""Relevance divided by a rule, with an account of what bias and stabiliser took."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

import torch
from torch import Tensor

from .linear_call import Weighted
from .rules import Group, Rule, Term
from .stabilise import away, total, totals


@dataclass(eq=False)
class Spread:
    """The relevance of an operation's input, shaped like it, and the sums that went to bias and ε instead."""

    relevance: Tensor
    bias: Tensor
    epsilon: Tensor


def spread(call: Weighted, rule: Rule, epsilon: float, relevance: Tensor) -> Spread:
    """`relevance` (B, K, ...) of the output of `call` divided among its inputs.

    Relevance of outputs that no group answers for (γ at an output of exactly zero) counts as taken by ε.
    """
    groups = rule(call)
    parts = [_divide(group, epsilon, _part(group, relevance), call.channel_dim) for group in groups]
    whole = Spread(
        _sum([part.relevance for part in parts]).expand(call.x.shape),
        _sum([part.bias for part in parts]),
        _sum([part.epsilon for part in parts]),
    )
    if any(group.where is not None for group in groups):
        whole.epsilon = whole.epsilon + total(relevance) - _sum([total(_part(group, relevance)) for group in groups])
    return whole


def _part(group: Group, relevance: Tensor) -> Tensor:
    """The relevance that a group divides."""
    part = relevance if group.where is None else relevance * group.where
    part = part if group.share == 1 else part * group.share
    return part.sum(1, keepdim=True) if group.alike else part


def _divide(group: Group, epsilon: float, part: Tensor, channel_dim: int) -> Spread:
    z = _sum([term.made.value if term.sign == 1 else term.sign * term.made.value for term in group.terms])
    moved = away(z, epsilon)
    denominator = moved + z
    message = torch.div(part, denominator, out=denominator)
    relevance = _sum([_share(term, message) for term in group.terms])
    of_channels = totals(message, channel_dim)
    biases = [(of_channels * term.bias * term.sign).sum() for term in group.terms if term.bias is not None]
    taken = total(moved.mul_(message))
    return Spread(relevance, _sum(biases).to(taken) if biases else torch.zeros_like(taken), taken)


def _share(term: Term, message: Tensor) -> Tensor:
    """What a term's inputs get."""
    share = term.made.back(message).mul_(term.x)
    return share if term.sign == 1 else term.sign * share


def _sum(parts: list[Tensor]) -> Tensor:
    """The sum of a list that is not empty."""
    return reduce(torch.add, parts)
