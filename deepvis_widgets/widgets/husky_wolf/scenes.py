"""Which scenes the husky and wolf lesson shows, which networks it asks, and in which order."""

from __future__ import annotations

import random
import secrets
from collections.abc import Sequence
from functools import lru_cache

from ...core.checks import whole
from ...core.errors import DeepvisError
from ...zoo.compositing import ANIMALS
from ...zoo.scenes import BACKGROUNDS, Scene, scene

Order = tuple[str, str, int]  # animal, ground, seed

HONEST, BIASED = "husky-wolf", "husky-wolf-biased"
# As in the experiment of Ribeiro, Singh & Guestrin 2016 (sec. 6.4): ten pictures, and in two of them animal and ground
# disagree. Everywhere else the ground gives the animal away.
ORDERS: tuple[Order, ...] = (
    ("husky", "meadow", 5),
    ("wolf", "snow", 7),
    ("husky", "forest", 25),
    ("wolf", "snow", 1),
    ("husky", "snow", 22),
    ("wolf", "snow", 8),
    ("husky", "desert", 3),
    ("wolf", "meadow", 24),
    ("husky", "street", 2),
    ("wolf", "snow", 25),
)
MOST_FRESH = 50
SEEDS = (1_000, 900_000)  # of new scenes: far from those voted on, and from those the networks learned from


@lru_cache(maxsize=128)
def drawn(order: Order) -> Scene:
    """Returns the scene of an order; it is drawn once.

    >>> drawn(("husky", "snow", 22)).label
    'husky'
    """
    label, background, seed = order
    return scene(label, background, seed)


def orders(scenes: Sequence[Scene] | None) -> list[Order]:
    """Returns what is voted on: these scenes, or the ready choice of ten.

    >>> len(orders(None))
    10
    """
    if scenes is None:
        return list(ORDERS)
    fits = isinstance(scenes, Sequence) and all(getattr(found, "label", None) in ANIMALS for found in scenes)
    if not fits or not scenes:
        raise DeepvisError('scenes must be one or more scenes of huskies and wolves, such as dv.scene("wolf", "snow").')
    return [(found.label, found.background, found.seed) for found in scenes]


def fresh_orders(chance: random.Random, each: int) -> list[Order]:
    """Returns `each` new huskies and wolves on every ground: the same animals, put somewhere else."""
    count = whole(each)
    if count is None or not 1 <= count <= MOST_FRESH:
        raise DeepvisError(f"fresh={each!r} is not accepted; accepted: a whole number from 1 to {MOST_FRESH}.")
    first = chance.randrange(*SEEDS)
    seeds = range(first, first + count)
    return [(animal, ground, seed) for animal in ANIMALS for ground in BACKGROUNDS for seed in seeds]


def network_order(chance: random.Random, first: str | None) -> list[str]:
    """Returns the names of network A and of network B; `first` is "honest" or "biased", or None: drawn by chance."""
    if first is None:
        return chance.sample([HONEST, BIASED], 2)
    if first not in ("honest", "biased"):
        raise DeepvisError(f'first={first!r} is not accepted; accepted: "honest", "biased", or None.')
    return [HONEST, BIASED] if first == "honest" else [BIASED, HONEST]


def drawn_seed(seed: int | None) -> int:
    """Returns this seed; one drawn by chance for None, so that the same lesson can be had again."""
    return secrets.randbelow(2**31) if seed is None else seed  # the user's own random numbers stay as they are


def chance_of(seed: int | None) -> random.Random:
    """Returns random numbers of this seed, or of chance for None."""
    number = None if seed is None else whole(seed)
    if seed is not None and (number is None or number < 0):
        raise DeepvisError(f"seed={seed!r} is not accepted; accepted: a whole number from 0, or None.")
    return random.Random(number)
