"""A pass to a layer as a list of operations, its convolutions fused, whose way back to the input autograd knows."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial

import torch
from torch import Tensor

from ...core.network.backward_rules import PLAIN, Rules
from ...core.network.network import Network
from ..fusion import has_fused_convolutions, with_fused
from ..operation_calls import ConvolutionCall
from ..replay import Replay, needed
from ..trace import Op, Ref, Trace
from .convolution import FusedConvolution

log = logging.getLogger(__name__)


class FusedOp(Op):
    """A fused convolution in the place of an operation."""

    name = "fused convolution"


class RemadePass:
    """A pass that gives one value, by the operations of `again`."""

    def __init__(self, again: Replay) -> None:
        self.again = again

    def __call__(self, x: Tensor) -> Tensor:
        return self.again(x)[0]


def remade(network: Network, x: Tensor, layer: str | None, rules: Rules = PLAIN) -> RemadePass | None:
    """Returns what makes the output of a layer before the rectifier that ends it, or the class scores (layer None), of
    inputs like x (n, C, H, W), with a graph where they have one: only what leads there is computed, batch norms are
    folded into convolutions, and these take their rectifiers along.

    None where that cannot be made: off the CPU, in another precision than float32, or of a network whose pictures do
    not stand for themselves. Values and way back are the network's own but for rounding where it can be traced; that
    is the caller's to check. Weights are read now: what they become later does not show.

    >>> import deepvis_widgets as dv
    >>> net = dv.load("husky-wolf")
    >>> x = net.feed(torch.rand(2, 3, 64, 64)).requires_grad_()
    >>> made = remade(net, x, "features.relu3")(x)
    >>> made.shape, torch.autograd.grad(made[:, 5].sum(), x)[0].shape
    (torch.Size([2, 64, 16, 16]), torch.Size([2, 3, 64, 64]))
    """
    if not (has_fused_convolutions() and _is_plain(network) and (len(x) == 1 or network.independent)):
        return None
    try:
        with torch.inference_mode(False), torch.no_grad():
            return _remade(network, x.detach(), layer, rules)
    except Exception as error:  # whatever a program does that cannot be run again, a plain pass can
        log.debug("%s is passed plainly: %s", network.name, error)
        return None


def _is_plain(network: Network) -> bool:
    return network.device.type == "cpu" and network.dtype == torch.float32 and not network.varies


def _remade(network: Network, x: Tensor, layer: str | None, rules: Rules) -> RemadePass:
    trace, one, keep = Trace(), x[:1], () if layer is None else (layer,)
    trace.start(one)
    skip = None if layer is None else network.layers[layer].rectifier
    found = network.run(one, keep=keep, until=layer, rules=rules, skip_rectifier=skip, beside=trace)
    wanted = trace.program.number(found.logits if layer is None else found.outputs[layer])
    sizes = [(len(x), *value.shape[1:]) for value in trace.program.values]
    ops = needed(trace.program.ops, {wanted})
    again = Replay(with_fused(ops, [wanted], partial(_fused, sizes)), [wanted])
    return RemadePass(again)


def _fused(sizes: Sequence[Sequence[int]], taken: int, call: ConvolutionCall, most: float | None, made: int) -> Op:
    return FusedOp(FusedConvolution.of(call, most, sizes[taken], sizes[made]), (Ref(taken),), {}, (made,))
