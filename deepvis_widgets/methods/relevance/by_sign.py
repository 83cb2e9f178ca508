"""The αβ rule in float32 on the CPU: one convolution forth and one back for all signs, of weights prepared once.

What speaks for and what speaks against are the outputs of one convolution, one after the other, and their messages go
back by one. It gives what the groups of the rule give, rounding aside.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ...passes.fusion import has_fused_convolutions
from ...passes.gradients.both_ways import BothWays
from .biases import SHARED
from .linear_call import LinearCall
from .redistribution import Redistribution
from .rules import AlphaBeta, of_sign
from .stabilise import least, totals


def by_sign(call: LinearCall, rule: AlphaBeta, epsilon: float, relevance: Tensor) -> Redistribution | None:
    """Returns `relevance` (B, K, h, w) of the output of `call` divided by `rule`; None where the rule has to be gone
    by group for group.
    """
    if not _suits(call, relevance):
        return None
    x, shares, moved = call.x, [rule.alpha, rule.beta][: 1 + bool(rule.beta)], least(epsilon, relevance.dtype)
    if x.numel() and x.amin() < 0:  # those below zero are inputs of their own, with the weights of the other sign
        x = torch.cat([x.clamp(min=0), x.clamp(max=0)], 1)
    prepared = _prepared(call, x, relevance, shares, moved)
    message = prepared.forth(x)
    apart = _apart(message, len(shares))
    torch.div(relevance.unsqueeze(1), apart, out=apart)
    share = prepared.back(message)
    share = share.mul_(x) if share.is_contiguous(memory_format=torch.channels_last) else share * x
    share = share if x is call.x else _apart(share, 2).sum(1)
    taken = totals(message, 1).double()
    for_each_sign = taken.view(len(shares), -1).sum(1)
    epsilons = moved * (for_each_sign[0] - for_each_sign[1:].sum())
    nothing = torch.zeros_like(epsilons)
    bias = nothing if call.bias is None else (taken * _halves(call.bias, len(shares))).sum()
    return Redistribution(share, bias, epsilons, nothing)


def _suits(call: LinearCall, relevance: Tensor) -> bool:
    slides = call.sliding is not None and call.sliding.groups == 1 and relevance.ndim == 4
    tensors = call.x, call.own_weight, relevance
    plain = all(tensor.dtype == torch.float32 and tensor.device.type == "cpu" for tensor in tensors)
    return slides and plain and call.biases != SHARED and call.keeps and has_fused_convolutions()


def _prepared(call: LinearCall, x: Tensor, relevance: Tensor, shares: list[float], moved: float) -> BothWays:
    """Returns the convolution from x, which may have the inputs above and below zero apart, to (|z| + ε) / share for
    each sign, one after the other: what share · R is divided by. It goes back through the weights as they are.
    """
    apart = x.shape[1] > call.x.shape[1]

    def make() -> BothWays:
        weight = _halves(call.weight, 2)
        weight = torch.cat([weight, weight.roll(len(call.weight), 0)], 1) if apart else weight
        weight = weight[: len(shares) * len(call.weight)]
        size = relevance.shape[0], len(weight), *relevance.shape[2:]
        scale, lowest = (
            weight.new_tensor(each).repeat_interleave(len(call.weight))
            for each in (
                [sign / share for sign, share in zip((1, -1), shares, strict=False)],
                [moved / s for s in shares],
            )
        )
        bias = lowest if call.bias is None else lowest + scale * _halves(call.bias, len(shares))
        assert call.sliding is not None
        asked = call.sliding.with_weights(weight * scale.view(-1, 1, 1, 1), bias)
        return BothWays(asked, x.shape, size, back=weight)

    return call.prepared(("by sign", *shares, moved, apart, call.bias is None, x.shape), make)


def _halves(values: Tensor, count: int) -> Tensor:
    """Returns the part above zero, and with a `count` of 2 behind it the part below, one after the other."""
    return torch.cat([of_sign(values, above) for above in (True, False)[:count]])


def _apart(maps: Tensor, count: int) -> Tensor:
    """Returns maps (B, count · K, h, w) as (B, count, K, h, w), a view of them."""
    return torch.unflatten(maps, 1, (count, maps.shape[1] // count))
