"""Where the units of a layer sit in its output tensor."""

from __future__ import annotations

import math
from enum import Enum

import torch
from torch import Tensor, nn


class Layout(Enum):
    """MAPS (B, C, H, W); VECTOR (B, C); TOKENS (B, N, C), as in a vision transformer; LAST (B, H, W, C), as in Swin and
    ConvNeXt.

    >>> Layout.LAST.grid(torch.Size((1, 7, 9, 96)))
    (96, 7, 9)
    """

    MAPS = "maps"
    VECTOR = "vector"
    TOKENS = "tokens"
    LAST = "last"

    def maps(self, output: Tensor) -> Tensor:
        """Returns the output as maps (B, C, H, W). Class tokens are left out; a vector gives 1 × 1 maps."""
        if self is Layout.MAPS:
            return output
        if self is Layout.VECTOR:
            return output[:, :, None, None]
        if self is Layout.LAST:
            return output.permute(0, 3, 1, 2)
        first, height, width = token_grid(output.shape[1])
        return output[:, first:].transpose(1, 2).reshape(len(output), output.shape[2], height, width)

    def grid(self, shape: torch.Size) -> tuple[int, int, int]:
        """Returns (channels, height, width) of the maps of an output of this shape."""
        if self is Layout.MAPS:
            return shape[1], shape[2], shape[3]
        if self is Layout.VECTOR:
            return shape[1], 1, 1
        if self is Layout.LAST:
            return shape[3], shape[1], shape[2]
        _, height, width = token_grid(shape[1])
        return shape[2], height, width


def token_grid(count: int) -> tuple[int, int, int]:
    """Returns (leading class tokens, height, width) of `count` tokens; a count that is no square becomes one row.

    >>> token_grid(197)
    (1, 14, 14)
    """
    for leading in (0, 1):
        side = math.isqrt(count - leading)
        if side and side * side == count - leading:
            return leading, side, side
    return 0, 1, count


POSITIONS = {(-2, -1): Layout.MAPS, (-3, -2): Layout.LAST}


def find_layout(
    module: nn.Module, output: Tensor, earlier: dict[torch.Size, Layout], dims: tuple[int, int] | None = None
) -> Layout:
    """Returns the layout of a module's output. `dims` are those its rows and columns are known to run along; where they
    are not known, a 4-D output of a block follows the `earlier` layers of the same shape.
    """
    if output.ndim == 2:
        return Layout.VECTOR
    if output.ndim == 3:
        return Layout.TOKENS
    if dims in POSITIONS:
        return POSITIONS[dims]
    if isinstance(module, nn.Linear | nn.LayerNorm) and output.shape[-1] == _features(module):
        return Layout.LAST
    return earlier.get(output.shape, Layout.MAPS)


def _features(module: nn.Linear | nn.LayerNorm) -> int:
    return module.out_features if isinstance(module, nn.Linear) else int(module.normalized_shape[-1])
