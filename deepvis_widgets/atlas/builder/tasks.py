"""What a worker of a build does. Every result is a file of the build's folder; running a task again changes nothing."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any

import numpy as np

from ...core.errors import DeepvisError
from ...core.threads import one_thread
from .. import crops, tiles
from ..files import read_checked, write_checked
from .partial import Partial
from .plan import Plan
from .scan import scan_in_blocks
from .transport import PackedNetwork, unpack

_one_at_a_time = threading.Lock()  # a worker of a cluster may have several threads; torch's number of threads is shared


@dataclass(frozen=True)
class Job:
    """What all tasks of a build share."""

    packed: PackedNetwork
    plan: Plan
    folder: str

    def file(self, name: str) -> Path:
        return Path(self.folder) / name


def scan_shard(job: Job, names: Mapping[int, str], sources: Sequence[Any], shard: int) -> int:
    """Scans one shard into a part for each block of units that is wanted, by number; returns how many pictures it
    has.
    """
    with _one_at_a_time, one_thread():
        if any(read_checked(job.file(name)) is None for name in names.values()):
            found = scan_in_blocks(unpack(job.packed), job.plan, sources, job.plan.pictures(shard)[0])
            for block, name in names.items():
                write_checked(job.file(name), found[block].to_bytes())
    return len(sources)


def merge_parts(job: Job, name: str, parts: Sequence[str]) -> int:
    """Makes one part of those of all shards, in their order, each read once; these are deleted once the new one is on
    the disk.
    """
    with _one_at_a_time, one_thread():
        if read_checked(job.file(name)) is None:
            whole = reduce(Partial.merge, (read_part(job.file(part)) for part in parts))
            write_checked(job.file(name), whole.to_bytes())
        for part in parts:
            job.file(part).unlink(missing_ok=True)
    return 0


def read_part(file: Path) -> Partial:
    """Returns the part in a file."""
    packed = read_checked(file)
    if packed is None:
        raise DeepvisError(f'"{file}" has gone or was damaged while the atlas was built; build it again.')
    return Partial.from_bytes(packed)


def draw_crops(job: Job, name: str, sources: Sequence[Any], wanted: Sequence[np.ndarray]) -> int:
    """Draws patches and deconvs of pictures, and returns how many rows there are; `wanted` has for each the rows
    (layer, channel, rank, row, col).
    """
    with _one_at_a_time, one_thread():
        if read_checked(job.file(name)) is None:
            network = unpack(job.packed)
            made: list[tiles.Tile] = []
            for source, rows in zip(sources, wanted, strict=True):
                made += crops.draw(network, job.plan.layers, source, rows)
            write_checked(job.file(name), tiles.to_bytes(made))
    return sum(map(len, wanted))


def draw_patterns(job: Job, name: str, layer: int, channels: Sequence[int], count: int) -> int:
    """Draws `count` synthesized pictures of each channel of a layer; returns how many channels there are."""
    with _one_at_a_time, one_thread():
        if read_checked(job.file(name)) is None:
            network = unpack(job.packed)
            made: list[tiles.Tile] = []
            for channel in channels:
                drawn = crops.patterns(network, job.plan.layers[layer], channel, count)
                made += [tiles.Tile(layer, channel, i, "pattern", tiles.encode(p)) for i, p in enumerate(drawn)]
            write_checked(job.file(name), tiles.to_bytes(made))
    return len(channels)
