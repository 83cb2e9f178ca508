"""Convolutions of 3 × 3 filters with a quarter of the multiplications: Winograd's minimal filtering over tiles of 4 × 4
outputs (Lavin & Gray, CVPR 2016), as a few matrix products.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import torch
import torch.nn.functional as F
from torch import Tensor

OUT, TAPS = 4, 3
TILE = OUT + TAPS - 1
# where polynomials are evaluated, infinity aside; they round as little as the plain sum does (0, ±1, ±2: twice that)
POINTS = (0.0, 0.7, -0.7, 1.4, -1.4)
FLOATS = 1_600_000  # of one buffer: what stays in the cache from one product to the next
LEAST = 2**16  # filters × channels below which moving the tiles costs what the products save
WASTE = 0.6  # of the plain multiplications: above it the tiles at the border cost too much


class Winograd:
    """The convolution of maps with `weight` (O, C, 3, 3) and `bias` (O,), at stride 1 and without padding.

    Keeps the transformed filters, which take four times the memory of `weight`.

    >>> x, weight = torch.rand(1, 2, 10, 10), torch.rand(3, 2, 3, 3)
    >>> torch.allclose(Winograd(weight, None)(x), F.conv2d(x, weight), atol=1e-5)
    True
    """

    def __init__(self, weight: Tensor, bias: Tensor | None) -> None:
        outputs, channels = weight.shape[:2]
        taps = weight.double().reshape(-1, TAPS * TAPS).T
        filters = (_matrices()[1] @ taps).view(-1, outputs, channels).transpose(1, 2)
        self.filters = filters.to(weight.dtype).contiguous()
        self.bias = weight.new_zeros(outputs) if bias is None else bias
        self.inward, self.outward = (_matrices()[index].to(weight.dtype) for index in (0, 2))

    def __call__(
        self, x: Tensor, padding: tuple[int, int] = (0, 0), finish: Callable[[Tensor], object] = len
    ) -> Tensor:
        """Returns the maps (B, O, H - 2, W - 2) from (B, C, H, W), which `padding` makes higher and wider on either
        side; `finish` is called with every part of them, to change it in place.
        """
        count, channels, outputs = len(x), x.shape[1], len(self.bias)
        height, width = (side + 2 * pad - TAPS + 1 for side, pad in zip(x.shape[2:], padding, strict=True))
        rows, cols = _tiles(height), _tiles(width)
        tiles = _cut(x, padding, rows, cols)
        out = x.new_empty(count, rows, OUT, cols, OUT, outputs)
        some = max(1, FLOATS // (TILE**2 * rows * cols * max(channels, outputs)))
        some = -(-count // -(-count // some))  # parts of equal size
        for first in range(0, count, some):
            part = out[first : first + some]
            spots = self._outputs(tiles[:, :, first : first + some].reshape(TILE**2, -1, channels))
            spots = spots.view(OUT, OUT, len(part), rows, cols, outputs).permute(2, 3, 0, 4, 1, 5)
            torch.add(spots, self.bias, out=part)
            finish(part)
        return out.view(count, rows * OUT, cols * OUT, outputs)[:, :height, :width].permute(0, 3, 1, 2)

    def _outputs(self, tiles: Tensor) -> Tensor:
        """Returns the products (16, tiles · O) of tiles (36, tiles, C): transformed, multiplied channel by channel,
        transformed back.
        """
        transformed = (self.inward @ tiles.flatten(1)).view_as(tiles)
        return self.outward @ torch.bmm(transformed, self.filters).flatten(1)


def suits(weight: Tensor, size: tuple[int, int]) -> bool:
    """Returns whether this is the faster way to outputs of `size` (height, width)."""
    products = TILE**2 * _tiles(size[0]) * _tiles(size[1])
    worth = products < WASTE * TAPS**2 * size[0] * size[1]
    return weight.shape[2:] == (TAPS, TAPS) and weight.shape[0] * weight.shape[1] >= LEAST and worth


def _tiles(side: int) -> int:
    return -(-side // OUT)


def _cut(x: Tensor, padding: tuple[int, int], rows: int, cols: int) -> Tensor:
    """Returns the overlapping tiles (6, 6, B, rows, cols, C) of padded maps; a view of them."""
    (height, width), (above, left) = x.shape[2:], padding
    beyond = (cols * OUT + TAPS - 1 - width - left, rows * OUT + TAPS - 1 - height - above)
    x = x.permute(0, 2, 3, 1)
    if any((above, left, *beyond)):
        x = F.pad(x, (0, 0, left, beyond[0], above, beyond[1]))
    return x.unfold(1, TILE, OUT).unfold(2, TILE, OUT).permute(4, 5, 0, 1, 2, 3)


@cache
def _matrices() -> tuple[Tensor, Tensor, Tensor]:
    """Returns what transforms tiles (36, 36), filters (36, 9) and products (16, 36): Toom and Cook's multiplication of
    polynomials, transposed, along rows and columns.
    """
    inward = torch.linalg.inv(_evaluated(TILE)).T
    return tuple(torch.kron(one, one) for one in (inward, _evaluated(TAPS), _evaluated(OUT).T))  # type: ignore[return-value]


def _evaluated(count: int) -> Tensor:
    """Returns (6, count): the powers of the points; of a polynomial at infinity only the last coefficient is left."""
    powers = torch.tensor(POINTS, dtype=torch.float64)[:, None] ** torch.arange(count)
    return torch.cat([powers, torch.eye(count, dtype=torch.float64)[-1:]])
