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
    prepared = _prepared(call, x, relevance, len(shares))
    message = _messages(prepared.forth(x), shares, moved, relevance)
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


def _prepared(call: LinearCall, x: Tensor, relevance: Tensor, count: int) -> BothWays:
    """Returns the convolution from x, which may have the inputs above and below zero apart, to what speaks for each
    output, and with a `count` of 2 to what speaks against each.
    """
    apart = x.shape[1] > call.x.shape[1]

    def make() -> BothWays:
        weight = _halves(call.weight, 2)
        weight = torch.cat([weight, weight.roll(len(call.weight), 0)], 1) if apart else weight
        bias = None if call.bias is None else _halves(call.bias, count)
        size = relevance.shape[0], count * relevance.shape[1], *relevance.shape[2:]
        assert call.sliding is not None
        asked = call.sliding.with_weights(weight[: count * len(call.weight)], bias)
        return BothWays(asked, x.shape, size)

    return call.prepared(("by sign", count, apart, call.bias is None, x.shape), make)


def _halves(values: Tensor, count: int) -> Tensor:
    """Returns the part above zero, and with a `count` of 2 behind it the part below, one after the other."""
    return torch.cat([of_sign(values, above) for above in (True, False)[:count]])


def _messages(z: Tensor, shares: list[float], epsilon: float, relevance: Tensor) -> Tensor:
    """Returns share · R / (|z| + ε) for each sign, one after the other, in the place of z (B, signs · K, h, w)."""
    scale = z.new_tensor([1 / share for share in shares]) * z.new_tensor([1, -1][: len(shares)])
    lowest = z.new_tensor([epsilon / share for share in shares])
    scale, lowest = (each.repeat_interleave(z.shape[1] // len(shares)).view(-1, 1, 1) for each in (scale, lowest))
    torch.addcmul(lowest, z, scale, out=z)
    apart = _apart(z, len(shares))
    torch.div(relevance.unsqueeze(1), apart, out=apart)
    return z


def _apart(maps: Tensor, count: int) -> Tensor:
    """Returns maps (B, count · K, h, w) as (B, count, K, h, w), a view of them."""
    return torch.unflatten(maps, 1, (count, maps.shape[1] // count))
