"""One unit of an atlas: the pictures it is strongest on, and its statistics over all of them."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from ..core.errors import DeepvisError
from ..core.network.network import Network
from ..core.network.receptive_field import ReceptiveField
from ..core.picture.boxes import Box
from ..core.picture.picture import to_pil
from ..core.results import sheet
from . import crops, tiles


class UnitSource(Protocol):
    """Where a unit's pictures come from: an atlas of `network`."""

    network: Network

    def view(self, number: int) -> Tensor:
        """Returns a picture as the network sees it, (3, H, W) in [0, 1]."""
        ...

    def tile(self, layer: str, channel: int, kind: str, rank: int) -> Tensor | None:
        """Returns a stored picture (3, h, w) of a unit, None where there is none."""
        ...


@dataclass(frozen=True, eq=False)
class Top:
    """A picture among a unit's strongest: `activation` and `position` (row, col) of its maximum in the layer's map,
    `number` and `name` of the picture. Patches and projections are read from the atlas, or made when first asked for.
    """

    atlas: UnitSource
    layer: str
    channel: int
    rank: int
    number: int
    name: str
    activation: float
    position: tuple[int, int]

    @property
    def box(self) -> Box:
        """(top, left, height, width) of what the unit sees, clipped to the picture."""
        field: ReceptiveField = self.atlas.network.layers[self.layer].field
        return field.box(self.position)

    @cached_property
    def view(self) -> Tensor:
        """The picture as the network sees it: (3, H, W) in [0, 1]. Raises DeepvisError where its file is gone."""
        return self.atlas.view(self.number)

    @property
    def image(self) -> Image.Image:
        """The picture as the network sees it."""
        return to_pil(self.view)

    @cached_property
    def patch(self) -> Tensor:
        """What the unit sees, (3, h, w) in [0, 1], mid-grey beyond the picture's border. All patches of a layer are
        equally large.
        """
        stored = self.atlas.tile(self.layer, self.channel, "patch", self.rank)
        return crops.patch(self.atlas.network, self.view, self.layer, self.position) if stored is None else stored

    @cached_property
    def deconv(self) -> Tensor:
        """The deconvnet projection of the unit at its position (Zeiler & Fergus 2014), on the same crop as `patch`:
        (3, h, w) in [0, 1], 0.5 where nothing matters. Where the atlas does not have it, one pass there and back.
        """
        stored = self.atlas.tile(self.layer, self.channel, "deconv", self.rank)
        if stored is not None:
            return stored
        network = crops.apart(self.atlas.network)  # widgets remember the pass of their own picture
        return crops.deconv(network, self.view, self.layer, self.channel, self.position)

    def __repr__(self) -> str:
        return f"Top({self.activation:.4g} at {self.position} of {self.name})"


@dataclass(frozen=True, eq=False)
class Unit:
    """A channel of a layer over all pictures of an atlas; in a notebook it shows its patches and their deconvs.

    `mean` and `dead`, the share of positions at which it is 0 or less, are over the sampled positions of all pictures,
    as is `histogram` = (edges (n + 1,), counts (n,)), whose outermost bins are the first and the last of the layer that
    hold anything; `maximum` is over every position. `correlation` (classes,) is that of the unit's maximum in a picture
    with the probability of each class, 0 where either never varies.
    """

    atlas: UnitSource
    layer: str
    channel: int
    top: list[Top]
    mean: float
    maximum: float
    dead: float
    histogram: tuple[np.ndarray, np.ndarray]
    correlation: np.ndarray

    def classes(self, count: int = 5) -> list[tuple[str, float]]:
        """Returns the classes it fires for: (label, correlation), the strongest first."""
        order = np.argsort(-self.correlation, kind="stable")[:count]
        return [(self.atlas.network.labels[index], float(self.correlation[index])) for index in order]

    def patterns(self, count: int = 4, seed: int = 0) -> list[Tensor]:
        """Returns pictures (3, h, w) the unit wants to see, by activation maximization, of seeds from `seed` on: those
        that the atlas has, or, taking seconds, made now.
        """
        stored = [self.atlas.tile(self.layer, self.channel, "pattern", seed + index) for index in range(count)]
        found = [tile for tile in stored if tile is not None]
        return (
            found if len(found) == count else crops.patterns(self.atlas.network, self.layer, self.channel, count, seed)
        )

    def image(self, deconvs: bool = True, least: int = 64) -> Image.Image:
        """Returns the patches in one row, their deconvs below; enlarged until each is `least` pixels wide or high."""
        if not self.top:
            raise DeepvisError(f"No picture of this atlas could be read: {self.layer}:{self.channel} has no patches.")
        rows = [[top.patch for top in self.top], *([[top.deconv for top in self.top]] if deconvs else [])]
        times = max(1, -(-least // max(rows[0][0].shape[1:])))
        large = [[p.repeat_interleave(times, 1).repeat_interleave(times, 2) for p in row] for row in rows]
        return _below([sheet(row) for row in large])

    def _repr_png_(self) -> bytes:
        file = io.BytesIO()
        self.image().save(file, "PNG")
        return file.getvalue()

    def __repr__(self) -> str:
        likes = ", ".join(f"{label} {value:+.2f}" for label, value in self.classes(3))
        return (
            f"Unit({self.layer}:{self.channel}, {len(self.top)} pictures, maximum {self.maximum:.4g}, "
            f"mean {self.mean:.3g}, dead {self.dead:.0%}; {likes})"
        )


def _below(rows: list[Image.Image], gap: int = 2) -> Image.Image:
    whole = Image.new("RGB", (rows[0].width, sum(row.height + gap for row in rows) - gap), "white")
    for index, row in enumerate(rows):
        whole.paste(row, (0, index * (row.height + gap)))
    return whole


def tile_picture(content: bytes | None) -> Tensor | None:
    """Returns the picture of a stored tile."""
    if content is None:
        return None
    with torch.inference_mode(False):
        return tiles.decode(content)
