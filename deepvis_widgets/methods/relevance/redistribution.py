"""What a rule makes of the relevance of one operation."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from .ledger import Account


@dataclass(eq=False)
class Redistribution:
    """The relevance of an operation's input, shaped like it, and the sums that bias and ε took instead; `shared` is the
    part of it that biases gave to their inputs.
    """

    relevance: Tensor
    bias: Tensor
    epsilon: Tensor
    shared: Tensor

    def account(self, time: int, arrived: Tensor) -> Account:
        """Returns the account of the operation number `time`, at which this relevance arrived."""
        return Account(time, arrived, [self.relevance], self.bias, self.epsilon, self.shared)
