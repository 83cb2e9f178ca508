"""Explanations laid over their pictures, for a gallery."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from torch import Tensor

from ...core.picture.map_over import map_over
from ...core.picture.picture import to_bytes
from ...core.results import HeatMap
from ..link.frames import no_pictures
from ..link.protocol import Array


def blended(view: Tensor, result: HeatMap, opacity: float) -> Tensor:
    """Returns a heat map over its picture (3, H, W), drawn as everywhere else."""
    colormap = "blue-red" if result.signed else "inferno"
    return map_over(view, result.heatmap, colormap, result.signed, result.fine, opacity)


def gallery_pictures(views: Sequence[Tensor], maps: Mapping[int, HeatMap], opacity: float) -> Array:
    """Returns pictures (3, H, W) as uint8 (n, H, W, 3), each with its map where there is one."""
    shown = [blended(view, maps[i], opacity) if i in maps else view for i, view in enumerate(views)]
    return np.stack([to_bytes(view) for view in shown]) if shown else no_pictures()
