"""A scene whose object can be put anywhere: the object alone, and what is behind it."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from .embedded import SIZE
from .scenes.catalog import scene


@dataclass(frozen=True, eq=False)
class Movable:
    """`thing` (4, h, w) in [0, 1], colours times cover, then cover; `ground` (3, H, W); `home` is the (row, col) of the
    thing's upper left corner where the scene has it.
    """

    thing: Tensor
    ground: Tensor
    home: tuple[int, int]

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) of the thing."""
        return self.thing.shape[1], self.thing.shape[2]

    @property
    def reach(self) -> tuple[int, int]:
        """The largest (row, col) at which the thing is whole."""
        return self.ground.shape[1] - self.size[0], self.ground.shape[2] - self.size[1]

    def picture(self, row: int, col: int) -> Tensor:
        """Returns the picture (3, H, W) in [0, 1] with the thing's upper left corner at (row, col)."""
        made, (height, width) = self.ground.clone(), self.size
        part = made[:, row : row + height, col : col + width]
        part.copy_((self.thing[:3] + (1 - self.thing[3:]) * part).clamp(0, 1))
        return made


def movable(label: str, background: str, seed: int = 0, share: float = 1.0) -> Movable:
    """Returns a scene taken apart, its object `share` times as large as it was drawn. It casts no shadow, and nothing
    stands before it.

    Raises ValueError as `scene` does.

    >>> leopard = movable("leopard", "desert", 3, 0.8)
    >>> leopard.picture(0, 0).shape, leopard.size, leopard.home
    (torch.Size([3, 128, 128]), (48, 92), (70, 19))
    """
    from .scenes.compose import backdrop, cutout

    scene(label, background, seed, 16)  # refuses what does not exist
    whole = torch.from_numpy(cutout(label, seed, SIZE))
    rows, cols = ((whole[3] > 0.05).any(axis).nonzero().flatten() for axis in (1, 0))
    top, left, bottom, right = int(rows[0]), int(cols[0]), int(rows[-1]) + 1, int(cols[-1]) + 1
    size = max(1, round(share * (bottom - top))), max(1, round(share * (right - left)))
    thing = F.interpolate(whole[None, :, top:bottom, left:right], size, mode="bilinear", antialias=True)[0].clamp(0, 1)
    home = bottom - size[0], left + (right - left - size[1]) // 2  # its feet stay where they are
    return Movable(thing, torch.from_numpy(backdrop(background, seed, SIZE)), home)
