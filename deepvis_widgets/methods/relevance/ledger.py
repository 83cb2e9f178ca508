"""Where the relevance is, layer by layer, and what bias and ε took on the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import torch
from torch import Tensor

from .stabilise import Sums


@dataclass(frozen=True, eq=False)
class Account:
    """What one operation did with relevance: what arrived, what it sent back, and the sums that took the rest.

    For rules and sums each of the four is added up by itself, so that they need not agree; None is the difference that
    a softmax or a padded place keeps. `shared` is what went to the inputs by way of the bias. `time` numbers the
    operations of the pass.
    """

    time: int
    arrived: Tensor
    sent: Sequence[Tensor]
    bias: Tensor | float | None = None
    epsilon: Tensor | float = 0.0
    shared: Tensor | float = 0.0


@dataclass(frozen=True)
class Entry:
    """One layer: ΣR of its output, and ΣR of what passes it by in other branches at that moment of the pass.

    `bias` and `epsilon` are what was taken below the layer before and up to this one: by its own operations, and by
    those without a module in between. `shared` is what biases gave to the inputs alike there, as part of what those
    have.
    """

    layer: str
    relevance: float
    beside: float
    bias: float
    epsilon: float
    shared: float = 0.0


@dataclass(frozen=True)
class Ledger:
    """The layers from the picture up to where relevance `start`ed; `entries[0]` is the picture.

    start = ΣR of the picture + all that biases took + all that ε took; the same holds at every layer with what was
    taken above it: relevance + beside + Σ taken above = start.
    """

    start: float
    entries: tuple[Entry, ...]

    @property
    def picture(self) -> float:
        """ΣR of the picture."""
        return self.entries[0].relevance

    @property
    def bias(self) -> float:
        return sum(entry.bias for entry in self.entries)

    @property
    def epsilon(self) -> float:
        return sum(entry.epsilon for entry in self.entries)

    @property
    def shared(self) -> float:
        return sum(entry.shared for entry in self.entries)

    def missing(self) -> list[float]:
        """Returns for every layer what of |start| is unaccounted for, as a fraction of it."""
        missing, above = [], 0.0
        for entry in reversed(self.entries):
            there = entry.relevance + entry.beside + above
            missing.append(abs(there - self.start) / max(abs(self.start), 1e-300))
            above += entry.bias + entry.epsilon
        return missing[::-1]

    def __repr__(self) -> str:
        rows = [f"{'layer':<32}{'ΣR':>12}{'beside':>12}{'bias took':>12}{'ε took':>12}"]
        rows += [
            f"{e.layer:<32}{e.relevance:>12.4g}{e.beside:>12.4g}{e.bias:>12.4g}{e.epsilon:>12.4g}" for e in self.entries
        ]
        return "\n".join(rows)


def ledger(start: float, layers: Sequence[tuple[str, int, Tensor]], accounts: Sequence[Account]) -> Ledger:
    """Returns the Ledger of layers, (name, time of its output, relevance) each and the picture first, and of the
    accounts.
    """
    layers = sorted(layers, key=lambda layer: layer[1])
    sums, done = _numbers([relevance for _, _, relevance in layers], accounts)
    entries: list[Entry] = []
    for index, ((name, time, _), relevance) in enumerate(zip(layers, sums, strict=True)):
        before = layers[index - 1][1] if index else -1
        until = time if index + 1 < len(layers) else max([time, *(row[0] for row in done)])
        own = [row for row in done if before < row[0] <= until]
        flow = start - sum(row[1] - row[2] for row in done if row[0] > until)
        bias, epsilon, shared = (sum(row[column] for row in own) for column in (3, 4, 5))
        entries.append(Entry(name, relevance, flow - relevance, bias, epsilon, shared))
    return Ledger(start, tuple(entries))


def _numbers(layers: Sequence[Tensor], accounts: Sequence[Account]) -> tuple[list[float], list[tuple[float, ...]]]:
    """Returns Σ of every layer, and (time, arrived, sent, bias, ε, shared) of every account; taken off the device all
    at once.
    """
    sums = Sums()
    found = [sums(relevance) for relevance in layers]
    for account in accounts:
        arrived, sent = sums(account.arrived), reduce(torch.add, map(sums, account.sent))
        bias = arrived - sent if account.bias is None else account.bias
        taken = bias, account.epsilon, account.shared
        found += [torch.as_tensor(number).to(arrived) for number in (arrived, sent, *taken)]
    numbers = torch.stack(found).tolist()
    rows = zip(*[iter(numbers[len(layers) :])] * 5, strict=True)
    return numbers[: len(layers)], [(account.time, *row) for account, row in zip(accounts, rows, strict=True)]
