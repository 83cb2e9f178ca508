"""What a build does, decided before it begins, from the network and the number of pictures alone.

How many processes there are plays no part: which pictures pass the network together, and in which order results are
added up, is in the plan, so that every way of running it gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...core.checks import whole
from ...core.errors import DeepvisError
from ...core.network.network import Network
from ..aliases import own_layers

MAP_BYTES = 52 * 2**20  # of the largest output in a pass: little enough to be still in the cache when it is read
SMALLEST_BATCH, LARGEST_BATCH = 2, 16
SMALLEST_SHARD, USUAL_SHARD = 32, 512
SHARDS = 512  # at most, however many pictures there are: each writes what is known of all units
BLOCK_BYTES = 32 * 2**20  # of the matrix of units and classes: what a worker merges at a time


@dataclass(frozen=True)
class Plan:
    """`layers` are scanned, `top` pictures kept per unit, and `positions` of each map counted per picture for the
    histogram (0: all). `count` pictures are cut into shards of `shard`, and these into passes of `batch`; all `units`
    into blocks of `block`, which are merged each by itself.
    """

    layers: tuple[str, ...]
    top: int
    positions: int
    count: int
    shard: int
    batch: int
    units: int
    block: int

    @property
    def shards(self) -> int:
        """How many shards there are."""
        return -(-self.count // self.shard)

    @property
    def blocks(self) -> list[slice]:
        """The units of each block."""
        return [slice(first, first + self.block) for first in range(0, self.units, self.block)]

    def pictures(self, shard: int) -> tuple[int, int]:
        """Returns (first, last + 1) of the pictures of a shard."""
        return shard * self.shard, min((shard + 1) * self.shard, self.count)


def make_plan(
    network: Network, count: int, top: int, layers: Sequence[str] | None, positions: int, shard: int | None
) -> Plan:
    """Returns the plan for `count` pictures; DeepvisError says which argument does not fit.

    >>> import deepvis_widgets as dv
    >>> make_plan(dv.load("husky-wolf"), 100, 9, ["features.relu8"], 16, None).shards
    4
    """
    names = tuple(own_layers(network) if layers is None else _checked(network, layers))
    numbers = {"top": (top, 1), "positions": (positions, 0), "shard": (1 if shard is None else shard, 1)}
    for name, (value, least) in numbers.items():
        number = whole(value)
        if number is None or number < least:
            raise DeepvisError(
                f"{name}={value!r} is not accepted by Atlas.build; accepted: whole numbers from {least}."
            )
    largest = max(4 * layer.channels * layer.height * layer.width for layer in network.layers)
    batch = max(SMALLEST_BATCH, min(LARGEST_BATCH, MAP_BYTES // largest))
    size = max(SMALLEST_SHARD, min(USUAL_SHARD, count // 64), -(-count // SHARDS)) if shard is None else shard
    units = sum(network.layers[name].channels for name in names)
    block = max(1, BLOCK_BYTES // (8 * network.classes))
    return Plan(names, top, positions, count, size, batch, units, block)


def _checked(network: Network, layers: Sequence[str]) -> list[str]:
    names = [layers] if isinstance(layers, str) else list(layers)
    if not names:
        raise DeepvisError("layers is empty; give names of layers, or None for all that show something of their own.")
    wanted = {network.layers[name].name for name in names}
    return [name for name in network.layers.names if name in wanted]
