"""How a network answers when it is asked the same again: by chance, or with what it writes of itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from .changes.own_state import Place, written_places
from .one_draw import SEED

DRAWS = 8  # that are compared where random numbers were drawn: a branch that is rarely taken shows in few


@dataclass(frozen=True)
class AskedTwice:
    """Whether the answers vary by chance, what the random numbers of all passes begin with (None: none is drawn), and
    the buffers and attributes that the network writes of itself in a pass, but for counters that its answers do not
    depend on: these go on counting for whoever reads them.
    """

    varies: bool = False
    seed: int | None = None
    written: frozenset[Place] = frozenset()


ONCE = AskedTwice()
Ask = Callable[[AskedTwice], tuple[Tensor, bool]]


def asked_twice(module: nn.Module, ask: Ask) -> AskedTwice:
    """Returns what several passes of a module show; `ask` makes one: its scores, and whether a number was drawn.

    >>> asked_twice(nn.Identity(), lambda how: (torch.tensor([how.seed]), True))
    AskedTwice(varies=True, seed=0, written=frozenset())
    """
    with written_places(module) as found:
        first, drawn = ask(AskedTwice(seed=SEED))
    written, varies = frozenset(found.places), False
    if found.counters and _answers_alike(module, ask, written - found.counters):
        written -= found.counters
    for seed in range(SEED + 1, SEED + DRAWS):
        again, also = ask(AskedTwice(False, seed, written))
        drawn = drawn or also
        varies = not _alike(first, again)
        if varies or not drawn:
            break
    return AskedTwice(varies, SEED if drawn or varies else None, written)


def _answers_alike(module: nn.Module, ask: Ask, written: frozenset[Place]) -> bool:
    """Whether two passes answer alike of which the second has what the first wrote elsewhere than at these places."""
    with written_places(module):
        first, second = (ask(AskedTwice(False, SEED, written))[0] for _ in range(2))
    return _alike(first, second)


def _alike(one: Tensor, other: Tensor) -> bool:
    return one.shape == other.shape and torch.allclose(one, other, rtol=1e-4, atol=1e-6, equal_nan=True)
