"""Which scenes HuskyWolf shows, and in which order."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...core.checks import whole
from ...core.errors import DeepvisError
from ...methods.base import Method
from ...zoo.scenes import BACKGROUNDS, Scene
from .questions import ORDERS, Order
from .words import ANIMALS, BIASED, HONEST

if TYPE_CHECKING:
    pass


MOST_FRESH = 50


SEEDS = (1_000, 900_000)  # of new scenes: far from those voted on, and from those the networks learned from


def offered() -> list[tuple[str, str]]:
    """(title, name) of every method that draws a map over a picture."""
    return [(found.title, name) for name, found in sorted(Method.registry.items()) if found.picture]


def order_of(chance: random.Random, first: str | None) -> list[str]:
    """The names of network A and of network B."""
    if first is None:
        return chance.sample([HONEST, BIASED], 2)
    if first not in ("honest", "biased"):
        raise DeepvisError(f'first={first!r} is not accepted; accepted: "honest", "biased", or None.')
    return [HONEST, BIASED] if first == "honest" else [BIASED, HONEST]


def orders(scenes: Sequence[Scene] | None) -> list[Order]:
    """What is voted on: these scenes, or the ready choice of ten."""
    if scenes is None:
        return list(ORDERS)
    fits = isinstance(scenes, Sequence) and all(getattr(found, "label", None) in ANIMALS for found in scenes)
    if not fits or not scenes:
        raise DeepvisError('scenes must be one or more scenes of huskies and wolves, such as dv.scene("wolf", "snow").')
    return [(found.label, found.background, found.seed) for found in scenes]


def fresh_orders(chance: random.Random, each: int) -> list[Order]:
    """`each` new huskies and wolves on every ground: the same animals, put somewhere else."""
    count = whole(each)
    if count is None or not 1 <= count <= MOST_FRESH:
        raise DeepvisError(f"fresh={each!r} is not accepted; accepted: a whole number from 1 to {MOST_FRESH}.")
    first = chance.randrange(*SEEDS)
    seeds = range(first, first + count)
    return [(animal, ground, seed) for animal in ANIMALS for ground in BACKGROUNDS for seed in seeds]
