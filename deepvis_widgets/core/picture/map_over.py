"""A heat map over its picture: what Python draws and, in js/src/picture/scene.ts, the browser."""

from __future__ import annotations

import torch
from torch import Tensor

from .colormap import colour
from .contrast import reach

FAINT, RISE = 0.12, 1.3  # opacity of a map where it says nothing, and how it grows with the strength
LUMA = (0.299, 0.587, 0.114)  # Rec. 601


def ends(values: Tensor, signed: bool, fine: bool) -> tuple[float, float]:
    """Returns the values (low, high) that the ends of the colours stand for.

    A signed map (H, W) is symmetric about 0. With `fine`, for maps made of pixels, the ends are at the 99th percentile
    of what is not zero (see reach) instead of the extremes, and beyond them colours stay what they are.

    >>> ends(torch.tensor([[-1.0, 3.0]]), signed=True, fine=False)
    (-3.0, 3.0)
    """
    shown = values.detach().double().cpu()
    if signed:
        most = float(reach(shown) if fine else shown.abs().max())
        return -most, most
    low = float(shown.min())
    return low, low + float(reach(shown - low) if fine else shown.max() - low)


def grey(picture: Tensor) -> Tensor:
    """Returns a picture (3, H, W) without its colours, by how bright they look.

    >>> grey(torch.ones(3, 2, 2)).shape
    torch.Size([3, 2, 2])
    """
    weights = torch.tensor(LUMA, dtype=picture.dtype)[:, None, None]
    return (picture * weights).sum(0, keepdim=True).expand(3, -1, -1)


def map_over(
    picture: Tensor,
    values: Tensor,
    colormap: str,
    signed: bool,
    fine: bool = False,
    opacity: float = 0.6,
    between: tuple[float, float] | None = None,
) -> Tensor:
    """Returns a heat map (H, W) over its picture (3, H, W): float tensor (3, H, W) in [0, 1]. Of further bands of the
    picture nothing is shown.

    Where the map says nothing the picture shows through. Under a `fine` map, one made of pixels, the picture is grey:
    colours are the map's then. `between` are other values for the ends of the colours than those of `ends`.

    >>> map_over(torch.ones(3, 4, 4), torch.zeros(4, 4), "inferno", signed=False).shape
    torch.Size([3, 4, 4])
    """
    low, high = ends(values, signed, fine) if between is None else between
    shown = values.detach().double().cpu().clamp(low, high)
    share = (shown - low) / (high - low) if high > low else torch.full_like(shown, 0.5 if signed else 0.0)
    strength = (2 * share - 1).abs() if signed else share
    alpha = (opacity * (FAINT + RISE * strength).clamp(max=1)).float()
    colours = picture[:3]
    below = grey(colours) if fine else colours
    return (1 - alpha) * below + alpha * colour(shown, colormap, signed, (low, high))
