"""Where the units of a layer sit in its output tensor."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import ClassVar

import torch
from torch import Tensor, nn

from ..positions.labels import Grid

Position = tuple[int, int] | str  # (row, col), or the name of a token that is no part of the picture


@dataclass(frozen=True)
class Layout:
    """MAPS (B, C, H, W); LAST (B, H, W, C), as in Swin and ConvNeXt; VECTOR (B, C); FLAT, where it is not known which
    number stands where in the picture: each is a unit by itself. Tokens of a vision transformer are `Tokens`.

    `extra` are the names of tokens that are no part of the picture, such as "class".

    >>> Layout.LAST.grid(torch.Size((1, 7, 9, 96)))
    (96, 7, 9)
    """

    MAPS: ClassVar[Layout]
    LAST: ClassVar[Layout]
    VECTOR: ClassVar[Layout]
    FLAT: ClassVar[Layout]

    extra: tuple[str, ...] = ()

    def maps(self, output: Tensor) -> Tensor:
        """Returns the output as maps (B, C, H, W); what has no positions gives 1 × 1 maps."""
        return output

    def grid(self, shape: torch.Size) -> tuple[int, int, int]:
        """Returns (channels, height, width) of the maps of an output of this shape."""
        return shape[1], shape[2], shape[3]

    def others(self, output: Tensor) -> Tensor:
        """Returns the values (B, C, n) of the n `extra` tokens."""
        channels, _, _ = self.grid(output.shape)
        return output.new_empty(len(output), channels, 0)

    def looking_from(self, position: Position) -> Layout:
        """Returns the layout of maps seen from another token; the same where nothing looks."""
        return self

    def at(self, output: Tensor, position: Position) -> Tensor:
        """Returns the values (B, C) at a position, or of the token of that name."""
        if isinstance(position, str):
            return self.others(output)[:, :, self.extra.index(position)]
        return self.maps(output)[:, :, position[0], position[1]]


class _Last(Layout):
    def maps(self, output: Tensor) -> Tensor:
        return output.permute(0, 3, 1, 2)

    def grid(self, shape: torch.Size) -> tuple[int, int, int]:
        return shape[3], shape[1], shape[2]


class _Flat(Layout):
    def maps(self, output: Tensor) -> Tensor:
        return output.flatten(1)[:, :, None, None]

    def grid(self, shape: torch.Size) -> tuple[int, int, int]:
        return prod(shape[1:]), 1, 1


class _Vector(_Flat):
    pass


Layout.MAPS, Layout.LAST, Layout.VECTOR, Layout.FLAT = Layout(), _Last(), _Vector(), _Flat()


@dataclass(frozen=True)
class Tokens(Layout):
    """Positions that lie along one dimension, or along all: (B, N, C), (B, C, N), or one map (B, H, W).

    >>> import torch
    >>> layout = Tokens(("class",), Grid((1,), (1, 2, 3, 4, 5, 6), 2, 3, ((-1, 0),)))
    >>> output = torch.arange(7.0)[None, :, None]
    >>> layout.maps(output)[0, 0].tolist(), layout.others(output)[0, 0].tolist()
    ([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], [0.0])
    """

    places: Grid = Grid((1,), (), 0, 0, ())

    def maps(self, output: Tensor) -> Tensor:
        taken = self._taken(output, self.places.index)
        return taken.reshape(*taken.shape[:2], self.places.height, self.places.width)

    def grid(self, shape: torch.Size) -> tuple[int, int, int]:
        channels = prod(size for dim, size in enumerate(shape[1:], 1) if dim not in self.places.dims)
        return channels, self.places.height, self.places.width

    def others(self, output: Tensor) -> Tensor:
        return self._taken(output, [place for _, place in self.places.others])

    def _taken(self, output: Tensor, index: list[int] | tuple[int, ...]) -> Tensor:
        """The numbers (B, C, n) at n places."""
        dims = self.places.dims
        features = [dim for dim in range(1, output.ndim) if dim not in dims]
        channels, _, _ = self.grid(output.shape)
        laid = output.permute(0, *features, *dims).reshape(len(output), channels, -1)
        first = index[0] if index else 0
        if list(index) == list(range(first, first + len(index))):  # a view costs nothing
            return laid[:, :, first : first + len(index)]
        return laid[:, :, torch.tensor(index, device=output.device)]


POSITIONS = {(-2, -1): Layout.MAPS, (-3, -2): Layout.LAST}


def find_layout(
    module: nn.Module,
    output: Tensor,
    earlier: dict[torch.Size, Layout],
    dims: tuple[int, int] | None = None,
    places: Grid | None = None,
    names: tuple[str, ...] = (),
    followed: bool = False,
) -> Layout:
    """Returns the layout of a module's output. `dims` are those its rows and columns are known to run along, `places`
    where its positions lie, and `names` those of the tokens beside them; where positions could not be `followed`, a 4-D
    output of a block is like the `earlier` layers of the same shape.
    """
    if output.ndim == 2:
        return Layout.VECTOR
    if output.ndim == 4 and dims in POSITIONS:
        return POSITIONS[dims]
    if places is not None:
        return _placed(places, output.ndim, names)
    if output.ndim == 3 or (followed and max(output.shape[2:]) > 1):
        return Layout.FLAT
    if isinstance(module, nn.Linear | nn.LayerNorm) and output.shape[-1] == _features(module):
        return Layout.LAST
    return earlier.get(output.shape, Layout.MAPS)


def _placed(places: Grid, ndim: int, names: tuple[str, ...]) -> Layout:
    """Maps where rows and columns have a dimension each; else tokens, of one dimension of features at most."""
    if ndim == 4 and places.in_order and len(places.dims) == 2 and places.dims != (1, 3):
        return Layout.LAST if places.dims == (1, 2) else Layout.MAPS
    return Tokens(names, places) if ndim - 1 - len(places.dims) <= 1 else Layout.FLAT


def _features(module: nn.Linear | nn.LayerNorm) -> int:
    return module.out_features if isinstance(module, nn.Linear) else int(module.normalized_shape[-1])
