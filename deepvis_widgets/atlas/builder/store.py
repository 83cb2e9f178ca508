"""An atlas on the disk: an SQLite index and one file of pictures, described in the table `about`.

`atlas.sqlite` has the tables

* `about(key, value)`: format, network, weights, labels and size of the picture (both JSON), settings of the build;
* `images(id, name, problem, offset, length)`: the pictures by number; `problem` says why one was left out;
* `layers(id, name, kind, channels, height, width, first_bin)`: what was scanned, in order of execution;
* `stand_ins(name, layer, first)`: layers whose units are those of a scanned one, from its channel `first` on;
* `edges(bin, value)`: the histogram's edges, from the smallest;
* `arrays(layer, name, dtype, shape, data)`: for each layer little-endian arrays in rows, one row per channel: `mean`,
  `maximum`, `dead`, `correlation` (one column per class; none where no picture was seen), `counts` (one per bin from
  `first_bin` on);
* `top(layer, channel, rank, image, row, col, activation)`: each unit's strongest pictures and where in the layer's map;
* `tiles(layer, channel, rank, kind, offset, length)`: WebP pictures of units; kind is patch, deconv or pattern.

`tiles.bin` holds encoded pictures end to end; `offset` and `length`, in bytes, say where each one is.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from ...core.network.layer import Layer
from ...core.network.network import Network
from ...core.whole_file import sync_folder
from ..aliases import find_aliases, follow
from ..files import FORMAT, INDEX, TILES
from ..images import Images
from ..tiles import Tile, encode
from . import histogram, top_lists
from .partial import Partial

SCHEMA = """
CREATE TABLE about (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE images (id INTEGER PRIMARY KEY, name TEXT NOT NULL, problem TEXT, offset INTEGER, length INTEGER);
CREATE TABLE layers (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, kind TEXT, channels INTEGER, height INTEGER,
                     width INTEGER, first_bin INTEGER);
CREATE TABLE stand_ins (name TEXT PRIMARY KEY, layer TEXT, first INTEGER) WITHOUT ROWID;
CREATE TABLE edges (bin INTEGER PRIMARY KEY, value REAL);
CREATE TABLE arrays (layer INTEGER, name TEXT, dtype TEXT, shape TEXT, data BLOB, PRIMARY KEY (layer, name));
CREATE TABLE top (layer INTEGER, channel INTEGER, rank INTEGER, image INTEGER, row INTEGER, col INTEGER,
                  activation REAL, PRIMARY KEY (layer, channel, rank)) WITHOUT ROWID;
CREATE TABLE tiles (layer INTEGER, channel INTEGER, kind TEXT, rank INTEGER, offset INTEGER, length INTEGER,
                    PRIMARY KEY (layer, channel, kind, rank)) WITHOUT ROWID;
"""


def write(
    folder: Path,
    network: Network,
    layers: Sequence[str],
    images: Images,
    found: Partial,
    tiles: Iterable[Tile],
    about: Mapping[str, Any],
    keep: bool,
) -> None:
    """Writes the files of an atlas into an empty folder, down to the disk."""
    with (folder / TILES).open("wb") as file, closing(sqlite3.connect(folder / INDEX)) as index:
        index.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + SCHEMA)
        with index:
            index.executemany("INSERT INTO about VALUES (?, ?)", {"format": FORMAT, **about}.items())
            index.executemany("INSERT INTO edges VALUES (?, ?)", enumerate(histogram.edges().tolist()))
            index.executemany("INSERT INTO stand_ins VALUES (?, ?, ?)", _aliases(network, layers))
            _write_images(index, file, network, images, found, keep)
            _write_layers(index, [network.layers[name] for name in layers], found)
            for tile in tiles:
                place = _append(file, tile.content)
                row = (tile.layer, tile.channel, tile.kind, tile.rank, *place)
                index.execute("INSERT INTO tiles VALUES (?, ?, ?, ?, ?, ?)", row)
        file.flush()
        os.fsync(file.fileno())
    with (folder / INDEX).open("rb+") as file:
        os.fsync(file.fileno())
    sync_folder(folder)


def _aliases(network: Network, layers: Sequence[str]) -> Iterator[tuple[str, str, int]]:
    covered, known = frozenset(layers), find_aliases(network)
    for name in network.layers.names:
        found = None if name in covered else follow(known, name, covered)
        if found is not None:
            yield name, *found


def _write_images(
    index: sqlite3.Connection, file: BinaryIO, network: Network, images: Images, found: Partial, keep: bool
) -> None:
    problems = dict(found.problems)
    shown = set(np.unique(top_lists.pictures(found.best)).tolist()) if keep else set()
    for number, name in enumerate(images.names):
        place = _append(file, _encoded(network, images.source(number))) if number in shown else (None, None)
        index.execute("INSERT INTO images VALUES (?, ?, ?, ?, ?)", (number, name, problems.get(number), *place))


def _encoded(network: Network, source: Any) -> bytes:
    """Returns a file as it is; a picture in memory as the network sees it, without loss, or as it was given where it is
    to be prepared again.
    """
    if isinstance(source, str | os.PathLike):
        return Path(source).read_bytes()
    return network.preprocessing.packed(source) or encode(network.view(source), True)


def _append(file: BinaryIO, content: bytes) -> tuple[int, int]:
    offset = file.tell()
    file.write(content)
    return offset, len(content)


def _write_layers(index: sqlite3.Connection, layers: list[Layer], found: Partial) -> None:
    correlation = found.moments.correlation() if found.moments.seen else np.zeros((len(found.total), 0))
    unit = 0
    for number, layer in enumerate(layers):
        units = slice(unit, unit + layer.channels)
        unit += layer.channels
        counts = found.counts[units]
        first, last = _used(counts)
        row = (number, layer.name, layer.kind, layer.channels, layer.height, layer.width, first)
        index.execute("INSERT INTO layers VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        seen = np.maximum(counts.sum(1), 1)
        arrays = {
            "mean": (found.total[units] / seen).astype("<f4"),
            "maximum": top_lists.activations(found.best[units, 0]).astype("<f4"),
            "dead": (counts[:, : histogram.DEAD].sum(1) / seen).astype("<f4"),
            "correlation": correlation[units].astype("<f4"),
            "counts": counts[:, first:last].astype("<u4" if counts.max(initial=0) < 2**32 else "<i8"),
        }
        for name, array in arrays.items():
            packed = (number, name, array.dtype.str, json.dumps(array.shape), np.ascontiguousarray(array).tobytes())
            index.execute("INSERT INTO arrays VALUES (?, ?, ?, ?, ?)", packed)
        index.executemany("INSERT INTO top VALUES (?, ?, ?, ?, ?, ?, ?)", _tops(number, layer, found, units))


def _used(counts: np.ndarray) -> tuple[int, int]:
    """Returns (first, last + 1) of the bins that hold anything; at least one."""
    filled = np.flatnonzero(counts.any(0))
    return (int(filled[0]), int(filled[-1]) + 1) if len(filled) else (histogram.DEAD - 1, histogram.DEAD)


def _tops(number: int, layer: Layer, found: Partial, units: slice) -> Iterable[tuple[Any, ...]]:
    best, places = found.best[units], found.places[units]
    pictures, values = top_lists.pictures(best).tolist(), top_lists.activations(best).tolist()
    for channel, row in enumerate(places.tolist()):
        for rank, place in enumerate(row):
            picture = pictures[channel][rank]
            if picture >= 0:
                at = divmod(place, layer.width)
                yield number, channel, rank, picture, *at, values[channel][rank]
