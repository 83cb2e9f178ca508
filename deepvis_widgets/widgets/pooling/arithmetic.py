"""Max pooling and a rectifier, there and back: switches, unpooling, and the three rules for the backward signal."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from ...core.errors import DeepvisError
from ...core.network.backward_rules import DECONVNET, GUIDED, PLAIN, RuleMode, Rules

RULES: dict[str, Rules] = {"gradient": PLAIN, "deconvnet": DECONVNET, "guided": GUIDED}


@dataclass(frozen=True, eq=False)
class Pooled:
    """One pass through ReLU and max pooling, and the way back of a signal.

    `rectified` (h, w); `pooled` (h', w') and its `switches` (h', w', 2), the (row, col) of each maximum; `unpooled`
    (h, w), the signal put back at the switches; `backward` holds, per rule, the signal behind the rectifier (h, w).
    """

    rectified: Tensor
    pooled: Tensor
    switches: Tensor
    unpooled: Tensor
    backward: dict[str, Tensor]


def pooled_size(size: int, window: int, stride: int) -> int:
    """Cells along one side of the pooled map; DeepvisError where the window does not fit.

    >>> pooled_size(7, window=3, stride=2)
    3
    """
    for name, value in (("input size", size), ("window", window), ("stride", stride)):
        if value < 1:
            raise DeepvisError(f"The {name} is {value}; it must be at least 1.")
    if window > size:
        raise DeepvisError(f"A window of {window} does not fit into an input of {size}; use one of at most {size}.")
    return (size - window) // stride + 1


def pool(x: Tensor, signal: Tensor, window: int, stride: int) -> Pooled:
    """x (h, w) through ReLU and max pooling; the signal (h', w') back, by the package's own rules.

    Where windows overlap, signals that meet in one cell are added. Among equal maxima the first is the switch.

    >>> found = pool(torch.tensor([[1.0, 4.0], [-2.0, 3.0]]), torch.tensor([[5.0]]), window=2, stride=2)
    >>> found.pooled.tolist(), found.switches.tolist(), found.unpooled.tolist()
    ([[4.0]], [[[0, 1]]], [[0.0, 5.0], [0.0, 0.0]])
    """
    rectified = x.clamp(min=0)
    pooled, index = F.max_pool2d(rectified[None], window, stride, return_indices=True)
    switches = torch.stack((index[0] // x.shape[1], index[0] % x.shape[1]), dim=-1)
    unpooled = torch.zeros_like(x).view(-1).index_add(0, index.flatten(), signal.flatten()).view_as(x)
    signals = {name: through_rectifier(x, unpooled, name) for name in RULES}
    return Pooled(rectified, pooled[0], switches, unpooled, signals)


def through_rectifier(x: Tensor, signal: Tensor, rule: str) -> Tensor:
    """The backward signal behind the rectifier whose input was x, by one of RULES.

    >>> x, signal = torch.tensor([1.0, -1.0, 1.0]), torch.tensor([2.0, 2.0, -2.0])
    >>> through_rectifier(x, signal, "guided").tolist()
    [2.0, 0.0, 0.0]
    """
    with torch.enable_grad(), RuleMode(RULES[rule]):
        leaf = x.detach().clone().requires_grad_()
        (back,) = torch.autograd.grad(F.relu(leaf), leaf, signal)
    return back
