"""What a way back starts from, where it starts with more than 1."""

from __future__ import annotations

import torch
from torch import Tensor


def seeded(output: Tensor, seed: Tensor | None) -> Tensor:
    """Returns what is to be differentiated so that `seed` starts at `output`, shaped like it; None: `output` itself, a
    scalar. Given to `torch.autograd.grad`, a seed has PyTorch import sympy first, which takes most of a second.

    >>> x = torch.tensor([1.0, 2.0], requires_grad=True)
    >>> torch.autograd.grad(seeded(3 * x, torch.tensor([1.0, -1.0])), x)[0].tolist()
    [3.0, -3.0]
    """
    if seed is None:
        return output
    with torch.inference_mode(False), torch.enable_grad():
        return (output * seed).sum()
