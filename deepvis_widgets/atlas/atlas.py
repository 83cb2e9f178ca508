"""The unit atlas: what every unit of a network looks for, over a whole set of pictures."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor

from ..core.checks import whole
from ..core.errors import DeepvisError
from ..core.network.layer import listed
from ..core.network.network import Network
from ..core.report import Report
from ..core.weights_key import network_key
from ..methods.base import silent
from .aliases import passed_on, scores_layers
from .images import Images, find_images
from .read import LayerRow, Reader
from .unit import Top, Unit, tile_picture

POSITIONS = 16


@dataclass(frozen=True, eq=False)
class LayerSummary:
    """All units of a layer: `mean`, `maximum`, `dead` (channels,), `correlation` (channels, classes), `counts`
    (channels, bins) between `edges` (bins + 1,); and of each channel's strongest pictures, the strongest first, their
    numbers `images` and `activations` (channels, top) and `positions` (channels, top, 2) as (row, col). Places that no
    picture fills hold -1, and -inf.
    """

    name: str
    mean: np.ndarray
    maximum: np.ndarray
    dead: np.ndarray
    correlation: np.ndarray
    edges: np.ndarray
    counts: np.ndarray
    images: np.ndarray
    activations: np.ndarray
    positions: np.ndarray


class Atlas:
    """An atlas on the disk, of `network`. Get one with Atlas.build or Atlas.open; any thread may read it.

    `layers` are the names of the layers it covers, in order of execution, `names` those of its pictures, and `problems`
    the pictures that were left out, each with a sentence.

    >>> import tempfile
    >>> import deepvis_widgets as dv
    >>> net = dv.load("husky-wolf")
    >>> scenes = [dv.scene("wolf", "snow", seed) for seed in range(3)]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     atlas = dv.Atlas.build(net, scenes, folder, layers=["features.relu2"], top=2, workers=0, quiet=True)
    ...     [top.rank for top in atlas.unit("features.relu2", 5).top], atlas.layers
    ([0, 1], ['features.relu2'])
    """

    def __init__(self, reader: Reader, network: Network, images: Images | None = None) -> None:
        self.reader, self.network, self.folder = reader, network, reader.folder
        self._images = images
        self._summary = lru_cache(maxsize=None)(self._read_summary)
        with reader.reading():
            self._check_layers()

    @classmethod
    def build(
        cls,
        net: Network | str,
        images: Any,
        out: str | os.PathLike[str],
        top: int = 9,
        layers: Sequence[str] | None = None,
        *,
        pictures: bool = False,
        patterns: int = 0,
        keep: bool = False,
        positions: int = POSITIONS,
        workers: int | None = None,
        cluster: Any = None,
        shard: int | None = None,
        overwrite: bool = False,
        quiet: bool = False,
        report: Report = silent,
    ) -> Atlas:
        """Builds an atlas of `net` over `images`, a folder of pictures or a list of them, into the folder `out`.

        One pass over the pictures finds for each unit (each channel of a layer) the `top` pictures on which it is
        strongest, with the position of its maximum; equally strong ones in the order of the pictures. `layers` None
        leaves out what shows nothing of its own (see stand_in). Histogram, mean and share of dead positions are counted
        at `positions` places of each map, evenly spread and others in each picture; 0 counts all.

        `pictures` also stores patches and deconvs of all units, `patterns` that many synthesized pictures of each; else
        they are made when somebody looks. `keep` stores the pictures in the top lists, so that the atlas does without
        the folder.

        `workers` local processes do the work (default: one per core; 0: this process, as for a network on a GPU), or
        those of a Dask client given as `cluster`, which must see the pictures and `out` under the same paths. However
        many they are, the same bytes come out. `shard` is how many pictures are one piece of work. An interrupted build
        goes on from the pieces that were finished when it is started again. `report(fraction)` is called now and then
        and may raise Cancelled.

        Raises DeepvisError for anything that does not fit; pictures that cannot be read are listed in `problems`.
        """
        from .builder.build import Build
        from .builder.plan import make_plan

        network = _network(net)
        found = find_images(images)
        plan = make_plan(network, len(found), top, layers, positions, shard)
        place = Path(out).expanduser().absolute()
        if (number := whole(patterns)) is None or not 0 <= number <= 16:
            raise DeepvisError(f"patterns={patterns!r} is not accepted by Atlas.build; accepted: 0 to 16.")
        build = Build(network, found, place, plan, pictures=pictures, patterns=number, keep=keep, overwrite=overwrite)
        build.run(_workers(workers, network, plan.shards), cluster, quiet, report)
        return cls(Reader(place), network, found)

    @classmethod
    def open(cls, folder: str | os.PathLike[str], net: Network | str, images: Any = None) -> Atlas:
        """Returns the atlas in a folder, of this very network, or of it without its layers of directions. `images` says
        where its pictures are now, if they moved.

        Raises DeepvisError where there is no atlas, one of another format, or one of another network.
        """
        network = _network(net)
        reader = Reader(Path(folder).expanduser())
        if reader.about["weights"] not in (network_key(network), network_key(network.showing(None))):
            raise DeepvisError(
                f'The atlas in "{reader.folder}" was built with other weights or another preprocessing (of '
                f"{reader.about['network']}) than this {network.name}; open it with that network, or build it again."
            )
        return cls(reader, network, None if images is None else find_images(images))

    def of(self, network: Network) -> Atlas:
        """Returns this atlas, for another object of the same network. Raises DeepvisError where it is another
        network.
        """
        return (
            self if network is self.network else Atlas(Atlas.open(self.folder, network).reader, network, self._images)
        )

    # --- what is in it ---

    @property
    def layers(self) -> list[str]:
        return list(self.reader.layers)

    @property
    def names(self) -> list[str]:
        """The names of all pictures, by number."""
        return [name for (name,) in self.reader.query("SELECT name FROM images ORDER BY id")]

    @property
    def problems(self) -> list[tuple[str, str]]:
        """(name, sentence) of each picture that was left out."""
        return [
            tuple(row)
            for row in self.reader.query("SELECT name, problem FROM images WHERE problem IS NOT NULL ORDER BY id")
        ]

    def __repr__(self) -> str:
        units = sum(layer.channels for layer in self.reader.layers.values())
        count = self.reader.about["pictures"]
        seen = f" over {count:,} pictures" if self.has_pictures else ", synthesized"
        return f"Atlas({self.network.name}: {units:,} units of {len(self.layers)} layers{seen})"

    def unit(self, layer: str, channel: int) -> Unit:
        """Returns one unit, or its alias. Raises DeepvisError where the atlas has neither."""
        row, number = self._unit(layer, channel)
        layer, summary = row.name, self.layer(row.name)
        with self.reader.reading():
            tops = self._tops(summary, number)
        return Unit(
            self,
            layer,
            number,
            tops,
            float(summary.mean[number]),
            float(summary.maximum[number]),
            float(summary.dead[number]),
            (summary.edges, summary.counts[number]),
            summary.correlation[number],
        )

    def _tops(self, summary: LayerSummary, channel: int) -> list[Top]:
        names = self._names(summary.images[channel])
        return [
            Top(
                self,
                summary.name,
                channel,
                rank,
                int(image),
                names[int(image)],
                float(activation),
                (int(at[0]), int(at[1])),
            )
            for rank, (image, activation, at) in enumerate(
                zip(summary.images[channel], summary.activations[channel], summary.positions[channel], strict=True)
            )
            if image >= 0
        ]

    def layer(self, layer: str) -> LayerSummary:
        """Returns all units of a layer as arrays; read once."""
        with self.reader.reading():
            return self._summary(self._layer(layer).name)

    def stand_in(self, layer: str, channel: int) -> tuple[str, int] | None:
        """Returns the alias (layer, channel) under which a unit of the network is found here: itself, the unit of the
        rectifier that takes it over, or of the block that lays its map beside others; None where the atlas does not
        cover it.
        """
        if layer in self.reader.layers:
            return layer, channel
        found = self.reader.aliases.get(layer)
        return None if found is None else (found[0], found[1] + channel)

    def search(
        self, label: int | str, count: int | None = 20, layer: str | None = None
    ) -> list[tuple[str, int, float]]:
        """Returns what fires for a class, given by label or index: the `count` units (layer, channel, correlation)
        whose maximum in a picture goes best with the probability of the class; None: all units.

        In one layer, or in every one; then layers that only pass on the units of another one are left out, and so are
        the class scores themselves where there is anything else.
        """
        index = self.network.class_index(label)
        found = self._best(layer, None, lambda found: found.correlation[:, index])
        if layer is None:
            scores = scores_layers(self.network, self.layers)
            others = [unit for unit in found if unit[0] not in scores]
            found = others or found
        return found[:count]

    def similar(
        self, layer: str, channel: int, count: int | None = 20, within: str | None = None
    ) -> list[tuple[str, int, float]]:
        """Returns the units (layer, channel, cosine) that fire for the same classes as this one: the cosine of their
        vectors of correlations with the classes, 0 for a unit that goes with none. The unit itself is left out, and
        layers that only pass on the units of another one.
        """
        row, number = self._unit(layer, channel)
        itself = (row.name, number), (self._passed_on.get(row.name), number)
        mine = _unit_vectors(self.layer(row.name).correlation[number][None])[0]
        found = self._best(within, None, lambda other: _unit_vectors(other.correlation) @ mine)
        others = [one for one in found if one[:2] not in itself]
        return others if count is None else others[:count]

    # --- pictures ---

    def view(self, number: int) -> Tensor:
        """Returns a picture as the network sees it: (3, H, W) in [0, 1]. Raises DeepvisError where its file is gone."""
        rows = self.reader.query("SELECT name, offset, length FROM images WHERE id = ?", number)
        if not rows:
            raise DeepvisError(f"This atlas has no picture {number}.")
        name, offset, length = rows[0]
        if self._images is None and offset is not None:
            return self.network.view(self.reader.tile(offset, length))
        return self.network.view(self._source(number, name))

    def tile(self, layer: str, channel: int, kind: str, rank: int) -> Tensor | None:
        """Returns a stored picture (3, h, w) of a unit; `kind` is "patch", "deconv" or "pattern". None where there is
        none.
        """
        rows = self.reader.query(
            "SELECT offset, length FROM tiles WHERE layer = ? AND channel = ? AND kind = ? AND rank = ?",
            *(self._layer(layer).number, channel, kind, rank),
        )
        return tile_picture(self.reader.tile(*rows[0])) if rows else None

    @property
    def has_pictures(self) -> bool:
        """Whether pictures passed the network for it; without, it has synthesized pictures and nothing else."""
        return bool(self.reader.about["pictures"])

    @cached_property
    def has_patterns(self) -> bool:
        """Whether synthesized pictures of units are stored in it."""
        return bool(self.reader.query("SELECT 1 FROM tiles WHERE kind = 'pattern' LIMIT 1"))

    def patterns(self, layer: str, channel: int) -> list[Tensor]:
        """Returns the synthesized pictures (3, h, w) of a unit that are stored, in the order of their seeds; often
        none.
        """
        place = self.stand_in(layer, channel) if self.has_patterns else None
        if place is None:
            return []
        rows = self.reader.query(
            "SELECT offset, length FROM tiles WHERE layer = ? AND channel = ? AND kind = 'pattern' ORDER BY rank",
            *(self._layer(place[0]).number, place[1]),
        )
        return [found for row in rows if (found := tile_picture(self.reader.tile(*row))) is not None]

    # --- inside ---

    @cached_property
    def _passed_on(self) -> dict[str, str]:
        return passed_on(self.network, self.layers)

    def _source(self, number: int, name: str) -> Any:
        folder = self.reader.about["folder"]
        if self._images is not None:
            if number >= len(self._images) or self._images.names[number] != name:
                raise DeepvisError(f'Picture {number} of this atlas is "{name}"; images= gives another one there.')
            return self._images.source(number)
        path = Path(name) if folder is None else Path(folder) / name
        if not path.is_file():
            raise DeepvisError(
                f'The picture "{name}" is not where it was when the atlas was built; say where it is now with '
                "dv.Atlas.open(folder, net, images=...)."
            )
        return path

    def _layer(self, layer: str) -> LayerRow:
        if layer not in self.reader.layers:
            self.network.layers[layer]  # says so where the network has none of that name
            covered = listed(self.layers, 4)
            raise DeepvisError(f'This atlas does not cover the layer "{layer}"; it covers {covered}.')
        return self.reader.layers[layer]

    def _unit(self, layer: str, channel: int) -> tuple[LayerRow, int]:
        number = whole(channel)
        channels = self.network.layers[layer].channels
        if number is None or not 0 <= number < channels:
            raise DeepvisError(f'Layer "{layer}" has no unit {channel}; its units are 0 to {channels - 1}.')
        name, number = self.stand_in(layer, number) or (layer, number)
        return self._layer(name), number

    def _names(self, numbers: np.ndarray) -> dict[int, str]:
        wanted = numbers[numbers >= 0].tolist()
        marks = ", ".join("?" * len(wanted))
        return dict(self.reader.query(f"SELECT id, name FROM images WHERE id IN ({marks})", *wanted))

    def _check_layers(self) -> None:
        for name, row in self.reader.layers.items():
            if name not in self.network.layers.names or self.network.layers[name].channels != row.channels:
                raise ValueError(f'its layer "{name}" is not that of the network')

    def _read_summary(self, name: str) -> LayerSummary:
        row = self.reader.layers[name]
        mean, maximum, dead, correlation, counts = (
            self.reader.array(row.number, what) for what in ("mean", "maximum", "dead", "correlation", "counts")
        )
        if not correlation.shape[1]:  # no picture was seen
            correlation = np.zeros((row.channels, self.network.classes), np.float32)
        top = self.reader.about["top"]
        images = np.full((row.channels, top), -1, np.int64)
        activations = np.full((row.channels, top), -np.inf, np.float32)
        positions = np.full((row.channels, top, 2), -1, np.int64)
        for channel, rank, image, at, col, value in self.reader.query(
            "SELECT channel, rank, image, row, col, activation FROM top WHERE layer = ?", row.number
        ):
            images[channel, rank], activations[channel, rank] = image, value
            positions[channel, rank] = at, col
        edges = self.reader.edges[row.first_bin : row.first_bin + counts.shape[1] + 1]
        return LayerSummary(name, mean, maximum, dead, correlation, edges, counts, images, activations, positions)

    def _best(self, layer: str | None, count: int | None, score: Any) -> list[tuple[str, int, float]]:
        every = (name for name in self.layers if name not in self._passed_on)
        names = list(every) if layer is None else [self._layer(layer).name]
        scores = [score(self.layer(name)) for name in names]
        units = [(name, channel) for name, found in zip(names, scores, strict=True) for channel in range(len(found))]
        joined = np.concatenate(scores)
        order = np.argsort(-joined, kind="stable")[:count]
        return [(*units[index], float(joined[index])) for index in order]


def _unit_vectors(rows: np.ndarray) -> np.ndarray:
    """Returns each row at length 1; rows of zeros as they are."""
    rows = rows.astype(np.float64)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    found: np.ndarray = rows / np.where(lengths > 0, lengths, 1)
    return found


def _network(net: Any) -> Network:
    if isinstance(net, Network):
        return net
    from ..zoo.load import load

    return load(net)


def _workers(workers: int | None, network: Network, shards: int) -> int:
    if workers is None:
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        return 0 if network.device.type != "cpu" else max(1, min(cores, shards))
    number = whole(workers)
    if number is None or number < 0:
        raise DeepvisError(f"workers={workers!r} is not accepted by Atlas.build; accepted: whole numbers from 0.")
    return number
