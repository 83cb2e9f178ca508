"""Relevance divided by a rule, with an account of what bias and stabiliser took."""

from __future__ import annotations

from functools import reduce

import torch
from torch import Tensor

from .biases import SHARED
from .by_sign import by_sign
from .linear_call import LinearCall
from .redistribution import Redistribution
from .rules import AlphaBeta, Group, Rule, Term, flat_rule
from .stabilise import away, total, totals


def redistribute(call: LinearCall, rule: Rule, epsilon: float, relevance: Tensor) -> Redistribution:
    """Divides `relevance` (B, K, ...) of the output of `call` among its inputs by `rule`, stabilised by `epsilon`.

    `call.biases` says what becomes of the shares of biases. Relevance of outputs that no group answers for (γ at an
    output of exactly zero) counts as taken by ε.

    >>> import torch.nn.functional as F
    >>> from deepvis_widgets.methods.relevance.linear_call import linear_call
    >>> from deepvis_widgets.methods.relevance.rules import epsilon_rule
    >>> call = linear_call("linear", F.linear, (torch.tensor([[1.0, 2.0]]), torch.tensor([[3.0, 1.0]])), {})
    >>> redistribute(call, epsilon_rule, 0.0, torch.tensor([[10.0]])).relevance  # 10 · 3/5 and 10 · 2/5
    tensor([[6., 4.]])
    """
    quick = by_sign(call, rule, epsilon, relevance) if isinstance(rule, AlphaBeta) else None
    return _by_groups(call, rule, epsilon, relevance) if quick is None else quick


def _by_groups(call: LinearCall, rule: Rule, epsilon: float, relevance: Tensor) -> Redistribution:
    groups = rule(call)
    parts = [_divide(group, epsilon, _part(group, relevance), call) for group in groups]
    whole = Redistribution(
        _sum([part.relevance for part in parts]).expand(call.x.shape),
        _sum([part.bias for part in parts]),
        _sum([part.epsilon for part in parts]),
        _sum([part.shared for part in parts]),
    )
    if any(group.where is not None for group in groups):
        whole.epsilon = whole.epsilon + total(relevance) - _sum([total(_part(group, relevance)) for group in groups])
    return whole


def _part(group: Group, relevance: Tensor) -> Tensor:
    """Returns the relevance that a group divides."""
    part = relevance if group.where is None else relevance * group.where
    part = part if group.share == 1 else part * group.share
    return part.sum(1, keepdim=True) if group.alike else part


def _divide(group: Group, epsilon: float, part: Tensor, call: LinearCall) -> Redistribution:
    z = _sum([term.made.value if term.sign == 1 else term.sign * term.made.value for term in group.terms])
    moved = away(z, epsilon)
    denominator = moved + z
    message = torch.div(part, denominator, out=denominator)
    relevance = _sum([_share(term, message) for term in group.terms])
    biases = [term.bias * term.sign for term in group.terms if term.bias is not None]
    taken = total(moved.mul_(message))
    nothing = torch.zeros_like(taken)
    if not biases:
        return Redistribution(relevance, nothing, taken, nothing)
    if call.biases == SHARED:
        given = _given(call, message, _sum(biases))
        return Redistribution(relevance + given.relevance, given.epsilon, taken, total(given.relevance))
    of_biases = (totals(message, call.channel_dim) * _sum(biases)).sum().to(taken)
    return Redistribution(relevance, of_biases, taken, nothing)


def _given(call: LinearCall, message: Tensor, bias: Tensor) -> Redistribution:
    """Returns the bias's share divided among all inputs of an output alike; what has no inputs is left as ε's."""
    shape = [1] * message.ndim
    shape[call.channel_dim] = -1
    return redistribute(call, flat_rule, 0.0, message * bias.view(shape))


def _share(term: Term, message: Tensor) -> Tensor:
    """Returns what a term's inputs get."""
    share = term.made.back(message).mul_(term.x)
    return share if term.sign == 1 else term.sign * share


def _sum(parts: list[Tensor]) -> Tensor:
    """Returns the sum of a list that is not empty."""
    return reduce(torch.add, parts)
