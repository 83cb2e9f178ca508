"""Relevance divided by a rule, with an account of what bias and stabiliser took."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from .rules import Group, Rule
from .stabilise import stabilise, total
from .weighted import Weighted


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
    unanswered = total(relevance)
    result = Spread(torch.zeros_like(call.x), torch.zeros_like(unanswered), unanswered)
    for group in rule(call):
        part = relevance * group.share if group.where is None else relevance * group.where * group.share
        result.epsilon = result.epsilon - total(part)
        _divide(call, group, epsilon, part, result)
    return result


def _divide(call: Weighted, group: Group, epsilon: float, part: Tensor, result: Spread) -> None:
    with torch.enable_grad():
        inputs = [term.x.detach().requires_grad_() for term in group.terms]
        outputs = [call.map(x, term.weight, term.bias) for x, term in zip(inputs, group.terms, strict=True)]
    with torch.no_grad():
        z = sum((term.sign * y for term, y in zip(group.terms, outputs, strict=True)), torch.zeros_like(part))
        denominator = stabilise(z, epsilon)
        message = part / denominator
        result.epsilon = result.epsilon + total(message * (denominator - z))
        for term, x, y in zip(group.terms, inputs, outputs, strict=True):
            (back,) = torch.autograd.grad(y, x, message)
            result.relevance += term.sign * x.detach() * back
            if term.bias is not None:
                result.bias = result.bias + term.sign * _bias_share(message, term.bias, call.channel_dim)


def _bias_share(message: Tensor, bias: Tensor, dim: int) -> Tensor:
    dims = [d for d in range(message.ndim) if d != dim % message.ndim]
    return (total(message, dims) * bias).sum()
