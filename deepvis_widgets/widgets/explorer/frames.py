"""The Explorer's frames: tiles, statistics of units."""

from __future__ import annotations

import numpy as np

from ..link.frames import Parts, quantise, spans
from .answers import Maps, Tiles, UnitMap


def tiles_frame(tiles: Tiles) -> Parts:
    """Meta and arrays of a "tiles" or "gradient" frame: each tile between its own extremes."""
    maps = tiles.maps
    low, high = maps.values.amin((1, 2)), maps.values.amax((1, 2))
    meta = {
        "layer": maps.layer.name,
        "all": tiles.everything,
        "lo": float(maps.low.min()),
        "hi": float(maps.high.max()),
        "shape": [maps.layer.height, maps.layer.width],
    }
    arrays = {
        "units": maps.units.numpy().astype(np.int32),
        "values": quantise(maps.values, low[:, None, None], high[:, None, None], 255),
        "lo": low.numpy(),
        "hi": high.numpy(),
        "mean": maps.mean[maps.units].numpy(),
    }
    return meta, arrays | spans(maps.layer.field, maps.values.shape[1:])


def stats_frame(maps: Maps) -> Parts:
    """Meta and arrays of a "stats" frame: extremes and mean of every unit, for sorting."""
    arrays = {"lo": maps.low.numpy(), "hi": maps.high.numpy(), "mean": maps.mean.numpy()}
    return {"layer": maps.layer.name}, arrays


def statistics(found: UnitMap) -> list[str]:
    """What is worth saying about one unit's map."""
    values, (row, col) = found.values, found.position
    active = float((values > 0).float().mean())
    lines = [f"max {float(values.max()):.3g} · mean {float(values.mean()):.3g} · min {float(values.min()):.3g}"]
    if values.numel() > 1:
        lines.append(f"{active:.0%} of {values.shape[0]}×{values.shape[1]} above 0 · shown at ({row}, {col})")
    return lines
