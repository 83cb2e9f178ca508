"""What an occluder shows instead of the picture."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from ..errors import DeepvisError
from .boxes import Box
from .reduce import blur

NOISE_SEED = 0  # the same noise at every step of a drag, or the answers would flicker


def _grey(view: Tensor) -> Tensor:
    return torch.full_like(view, 0.5)


def _mean(view: Tensor) -> Tensor:
    return view.mean((1, 2), keepdim=True).expand_as(view)


def _noise(view: Tensor) -> Tensor:
    return torch.rand(view.shape, generator=torch.Generator().manual_seed(NOISE_SEED), dtype=torch.float32).to(view)


def _blur(view: Tensor) -> Tensor:
    return blur(view[None], max(view.shape[1:]) / 20)[0].clamp(0, 1)


_FILLS: dict[str, Callable[[Tensor], Tensor]] = {
    "grey": _grey,
    "mean": _mean,
    "black": torch.zeros_like,
    "noise": _noise,
    "blur": _blur,
}
FILLS = tuple(_FILLS)


def fill_picture(view: Tensor, fill: str) -> Tensor:
    """A whole picture (3, H, W) of what the occluder shows over `view`; DeepvisError for a fill that does not exist.

    >>> fill_picture(torch.zeros(3, 4, 4), "grey")[0, 0]
    tensor([0.5000, 0.5000, 0.5000, 0.5000])
    """
    if fill not in _FILLS:
        raise DeepvisError(f'There is no fill "{fill}"; accepted: {", ".join(FILLS)}.')
    return _FILLS[fill](view)


def occlude(view: Tensor, fill: Tensor, box: Box | None) -> Tensor:
    """The view (3, H, W) with the box (top, left, height, width) taken from `fill`; a part outside the picture is
    ignored.

    >>> view = torch.ones(3, 2, 3)
    >>> occlude(view, fill_picture(view, "black"), (0, 1, 1, 5))[0]
    tensor([[1., 0., 0.],
            [1., 1., 1.]])
    """
    if box is None:
        return view
    top, left, height, width = box
    rows, cols = slice(max(top, 0), max(top + height, 0)), slice(max(left, 0), max(left + width, 0))
    covered = view.clone()
    covered[:, rows, cols] = fill[:, rows, cols]
    return covered
