"""Explanations laid over their pictures, for a gallery."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor

from ...core.picture.colormap import colour
from ...core.picture.picture import to_bytes
from ...core.results import HeatMap
from ..link.frames import no_pictures
from ..link.protocol import Array

FAINT = 0.12  # the least a map covers of its picture


def blended(view: Tensor, result: HeatMap, opacity: float) -> Tensor:
    """Returns a heat map over its picture (3, H, W), the picture showing through where the map says little, as on the
    stage.
    """
    over = colour(result.heatmap, "blue-red" if result.signed else "inferno", result.signed)
    values = result.heatmap.detach().float().cpu()
    size = values.abs() if result.signed else values - values.min()
    strength = (FAINT + 1.3 * size / size.max().clamp(min=1e-30)).clamp(max=1) * opacity
    return torch.lerp(view, over, strength)


def gallery_pictures(views: Sequence[Tensor], maps: Mapping[int, HeatMap], opacity: float) -> Array:
    """Returns pictures (3, H, W) as uint8 (n, H, W, 3), each with its map where there is one."""
    shown = [blended(view, maps[i], opacity) if i in maps else view for i, view in enumerate(views)]
    return np.stack([to_bytes(view) for view in shown]) if shown else no_pictures()
