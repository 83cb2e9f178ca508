"""What a rule makes of the relevance of one operation."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor


@dataclass(eq=False)
class Redistribution:
    """The relevance of an operation's input, shaped like it, and the sums that bias and ε took instead; `shared` is the
    part of it that biases gave to their inputs.
    """

    relevance: Tensor
    bias: Tensor
    epsilon: Tensor
    shared: Tensor
