"""The plate: what units of every layer want to see, from several starts, at the true size of what they see."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from os import PathLike, fspath
from typing import Any, ClassVar

from PIL import Image
from torch import Tensor

from ...core.checks import whole
from ...core.errors import DeepvisError
from ...core.network.layer import Layer
from ...core.network.network import Network
from ...core.network.target import Target
from ...core.params import make
from ...core.report import Report
from ...core.results import Result
from ..base import silent
from .ascent import Ascent
from .params import SynthesisParams
from .plate_image import plate_image

CLASSES = "classes"  # the name of the row of class scores
MOST = 8  # rows of layers
UNITS, RUNS, STEPS = 3, 4, 48
SHOWN_EVERY = 0.5  # seconds from one look at a unit's pictures to the next


@dataclass(frozen=True)
class PlateRow:
    """One layer (None: the class scores), its units, what each is called, and the size (h, w) of what they see."""

    name: str
    layer: str | None
    channels: tuple[int, ...]
    words: tuple[str, ...]
    size: tuple[int, int]

    def target(self, place: int) -> Target:
        """Returns the unit at a place of the row."""
        return Target(self.channels[place], self.layer)


@dataclass(frozen=True, eq=False)
class Drawn:
    """Pictures (runs, 3, h, w) of the unit at a place of a row, and whether they are finished."""

    row: int
    place: int
    pictures: Tensor
    done: bool


@dataclass(eq=False)
class Plate(Result):
    """What the units of `rows` want to see: `pictures[row, place]` is (runs, 3, h, w) in [0, 1], as large as what the
    unit sees; those still to come are missing.
    """

    kind: ClassVar[str] = "plate"
    network: str
    rows: tuple[PlateRow, ...]
    params: SynthesisParams
    pictures: dict[tuple[int, int], Tensor] = field(default_factory=dict)

    def image(self, scale: int | None = None) -> Image.Image:
        """Returns the whole plate as one picture, `scale` pixels for each of the network's (None: as suits a page)."""
        runs = self.params.pictures
        lines = [
            (row.name, row.size, [(words, self.pictures.get((i, j))) for j, words in enumerate(row.words)])
            for i, row in enumerate(self.rows)
        ]
        return plate_image(lines, runs, scale)

    def save(self, path: str | PathLike[str]) -> None:
        """Writes the whole plate as one PNG file. Raises DeepvisError where that cannot be written."""
        try:
            self.image().save(fspath(path), "PNG")
        except OSError as error:
            raise DeepvisError(f'"{fspath(path)}" cannot be written ({error.strerror}); give another path.') from None

    def __repr__(self) -> str:
        units = sum(len(row.channels) for row in self.rows)
        return f"Plate({self.network}, {len(self.rows)} rows, {len(self.pictures)} of {units} units drawn)"


def map_layers(network: Network) -> list[str]:
    """Returns the layers with rectified maps (all maps where there are none), the first of each receptive field."""
    maps = [layer for layer in network.layers.own if layer.height * layer.width > 1]
    found: dict[str, str] = {}
    for layer in [layer for layer in maps if layer.rectifier is not None] or maps:
        found.setdefault(str(layer.field), layer.name)
    return list(found.values())


def thinned(names: list[str], most: int) -> list[str]:
    """Returns at most so many names, evenly thinned out, with the first and the last.

    >>> thinned(list("abcdefg"), 4)
    ['a', 'c', 'e', 'g']
    """
    return names if len(names) <= most else [names[round(i * (len(names) - 1) / (most - 1))] for i in range(most)]


def linear_layers(network: Network) -> list[str]:
    """Returns the hidden fully connected layers: rectified, and without a place."""
    return [layer.name for layer in network.layers if layer.height * layer.width == 1 and layer.rectifier is not None]


def plate_rows(
    network: Network, layers: Sequence[str] | None = None, units: int | Mapping[str, Sequence[int]] = UNITS
) -> tuple[PlateRow, ...]:
    """Returns the rows of a plate, from the first layer to the classes; see `plate`. Raises DeepvisError."""
    if layers is None:
        full = linear_layers(network)
        names = [*thinned(map_layers(network), max(2, MOST - len(full))), *full, CLASSES]
    else:
        names = list(layers)
    if not names:
        raise DeepvisError('layers is empty; give names of layers, or "classes", or None for a choice.')
    return tuple(_row(network, name, units) for name in names)


def _row(network: Network, name: str, units: int | Mapping[str, Sequence[int]]) -> PlateRow:
    layer = None if name == CLASSES else network.layers[name]
    count = network.classes if layer is None else layer.channels
    channels = _channels(name, units, count)
    for channel in channels:
        network.target(channel) if layer is None else network.target(None, layer.name, channel)
    words = tuple(network.labels[channel] if layer is None else f"unit {channel}" for channel in channels)
    return PlateRow(name, None if layer is None else layer.name, channels, words, seen_size(network, layer))


def _channels(name: str, units: int | Mapping[str, Sequence[int]], count: int) -> tuple[int, ...]:
    if isinstance(units, Mapping):
        return tuple(units[name]) if name in units else _channels(name, UNITS, count)
    number = whole(units)
    if number is None or number < 1:
        raise DeepvisError(f"units={units!r} is not accepted; accepted: a whole number from 1, or layer → channels.")
    number = min(number, count)
    return tuple(i * count // number for i in range(number))


def seen_size(network: Network, layer: Layer | None) -> tuple[int, int]:
    """Returns (height, width) of what the unit in the middle of a layer's map sees; None: a class score."""
    if layer is None:
        return network.size
    return layer.field.box(layer.field.middle())[2:]


def draw_plate(network: Network, rows: Sequence[PlateRow], params: SynthesisParams, report: Report) -> None:
    """Draws the units one by one, the first row first; reports each as a Drawn, now and then while it grows."""
    wanted = [(i, j) for i, row in enumerate(rows) for j in range(len(row.channels))]
    for number, (i, j) in enumerate(wanted):
        ascent = Ascent(network, rows[i].target(j), params)
        shown = time.monotonic()
        while not ascent.done:
            ascent.step()
            now = time.monotonic()
            due = now - shown >= SHOWN_EVERY and not ascent.done
            shown = now if due else shown
            report((number + ascent.fraction) / len(wanted), Drawn(i, j, ascent.crops(), False) if due else None)
        report((number + 1) / len(wanted), Drawn(i, j, ascent.crops(), True))


def plate_params(runs: int = RUNS, **more: Any) -> SynthesisParams:
    """Returns the parameters of a plate's pictures, with full contrast unless it is said. Raises DeepvisError."""
    if "pictures" in more:
        raise DeepvisError("A plate has no pictures=; give runs=, how many of each unit.")
    made: SynthesisParams = make(
        SynthesisParams, {"steps": STEPS, "stretch": True, "fitted": True, **more, "pictures": runs}, "plate"
    )
    return made


def plate(
    network: Network,
    layers: Sequence[str] | None = None,
    units: int | Mapping[str, Sequence[int]] = UNITS,
    *,
    runs: int = RUNS,
    report: Report = silent,
    **params: Any,
) -> Plate:
    """Returns what units of every layer want to see, each from several starts, at the true size of what they see
    (Yosinski et al. 2015, fig. 4).

    `layers` are names of layers, "classes" for the class scores; None: up to eight rectified ones that see more and
    more, the hidden fully connected ones, and the classes. `units` is how many of each, spread over its channels, or a
    mapping from a layer to its channels. `runs` pictures are made of each, from starts of their own; `params` are those
    of `activation_maximization` (`preset`, `steps`, `seed` ...). `report(fraction, partial)` is called at every step.
    Raises DeepvisError for what does not exist or does not fit.

    >>> import deepvis_widgets as dv
    >>> made = dv.plate(dv.load("husky-wolf"), ["features.relu1", "features.relu2"], units=2, runs=2, steps=2)
    >>> [row.size for row in made.rows], made.pictures[1, 0].shape
    ([(7, 7), (25, 25)], torch.Size([2, 3, 25, 25]))
    """
    rows, settings = plate_rows(network, layers, units), plate_params(runs, **params)
    made = Plate(network.name, rows, settings)

    def noting(fraction: float, partial: object | None = None) -> None:
        if isinstance(partial, Drawn):
            made.pictures[partial.row, partial.place] = partial.pictures
        report(fraction, partial)

    draw_plate(network, rows, settings, noting)
    return made
