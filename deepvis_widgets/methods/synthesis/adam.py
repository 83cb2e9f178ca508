"""Adam (Kingma & Ba 2015, algorithm 1), uphill, on one tensor that belongs to nobody else."""

from __future__ import annotations

import torch
from torch import Tensor

BETAS = (0.9, 0.999)
EPSILON = 1e-8


class Adam:
    """The running moments of the gradient of a tensor like `x`."""

    def __init__(self, x: Tensor) -> None:
        self.count = 0
        self.mean, self.square = torch.zeros_like(x), torch.zeros_like(x)

    def ascend(self, x: Tensor, gradient: Tensor, rate: float) -> Tensor:
        """Returns x one step further up."""
        self.count += 1
        first, second = BETAS
        self.mean.lerp_(gradient, 1 - first)
        self.square.mul_(second).addcmul_(gradient, gradient, value=1 - second)
        size = (self.square / (1 - second**self.count)).sqrt_().add_(EPSILON)
        return x.addcdiv(self.mean, size, value=rate / (1 - first**self.count))
