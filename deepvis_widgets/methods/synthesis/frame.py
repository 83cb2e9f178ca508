"""Which part of the picture is optimised, and which part has to be run to know what the unit says of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from ...core.network.layer import Layer
from ...core.network.layout import Position
from ...core.network.network import Network
from ...core.network.target import Target
from ...core.picture.boxes import Box
from .objective import Objective

TOLERANCE = 1e-4  # of the largest value: how far the answers to a crop and to the full picture may lie apart


@dataclass(frozen=True)
class Frame:
    """`box` is what the unit sees of a picture of `size` (H, W) and all that is optimised; `crop`, around it, is what
    is run; `position` (row, col) is the unit's in the map of the crop, None for a class score or the mean of the map.
    """

    size: tuple[int, int]
    box: Box
    crop: Box
    position: Position | None = None

    @property
    def inner(self) -> Box:
        """The box within the crop."""
        return self.box[0] - self.crop[0], self.box[1] - self.crop[1], self.box[2], self.box[3]

    def in_crop(self, boxes: Tensor, fill: Tensor) -> Tensor:
        """Returns boxes (n, C, h, w) on a crop filled with the colour `fill` (C, 1, 1); differentiable."""
        return _pasted(boxes, fill, self.inner, self.crop[2:])

    def in_picture(self, boxes: Tensor, fill: Tensor) -> Tensor:
        """Returns boxes (n, C, h, w) on the full picture filled with the colour `fill` (C, 1, 1)."""
        return _pasted(boxes, fill, self.box, self.size)


def full_frame(network: Network, target: Target, objective: str) -> Frame:
    """Returns the frame that runs the whole picture; its box is still what the unit sees."""
    height, width = network.size
    everything = (0, 0, height, width)
    if target.layer is None or objective == "channel":
        return Frame(network.size, everything, everything)
    field = network.layers[target.layer].field
    position = target.position or field.middle()
    if isinstance(position, str):
        return Frame(network.size, everything, everything, position)
    return Frame(network.size, field.box(position), everything, position)


def find_frame(network: Network, target: Target, objective: str, sources: Sequence[Target] = ()) -> Frame:
    """Returns the smallest frame in which the unit (or its `sources`) says exactly what it says in the full picture.

    Its crop begins at a multiple of the layer's stride, so that the grids of all layers lie as in the full picture.
    One pass over both checks that; where they differ, or the network takes no smaller picture, it is the full frame.
    """
    full = full_frame(network, target, objective)
    if target.layer is None or not isinstance(full.position, tuple):
        return full
    small = _cropped(full, network.layers[target.layer])
    return small if small.crop != full.crop and _agree(network, sources or [target], full, small) else full


def _cropped(full: Frame, layer: Layer) -> Frame:
    assert isinstance(full.position, tuple)
    (top, left, height, width), (down, right) = full.box, layer.field.stride
    first_row, first_col = top // down, left // right
    row, col = first_row * down, first_col * right
    crop = (row, col, top + height - row, left + width - col)
    return Frame(full.size, full.box, crop, (full.position[0] - first_row, full.position[1] - first_col))


def _agree(network: Network, units: Sequence[Target], full: Frame, small: Frame) -> bool:
    views = torch.rand(2, network.bands, *full.size, generator=torch.Generator().manual_seed(0))
    top, left, height, width = small.crop
    whole = _said(network, units, full, views)
    try:
        part = _said(network, units, small, views[..., top : top + height, left : left + width])
    except Exception:  # whatever a network raises on a picture of another size
        return False
    precision = max(TOLERANCE, 10 * torch.finfo(network.dtype).eps)
    return bool(((whole - part).abs() <= precision * whole.abs().clamp(min=1e-3)).all())


def _said(network: Network, units: Sequence[Target], frame: Frame, views: Tensor) -> Tensor:
    """Returns what each of these units of one layer says of each view."""
    own = [Objective(network, (unit.channel,) * len(views), unit.layer, frame.position, unit.looking) for unit in units]
    with torch.inference_mode(False), torch.no_grad():
        answer = own[0].plain()(network.feed(views))
        return torch.stack([objective.of(answer)[0] for objective in own])


def _pasted(boxes: Tensor, fill: Tensor, box: Box, size: tuple[int, ...]) -> Tensor:
    top, left, height, width = box
    return F.pad(boxes - fill, (left, size[1] - left - width, top, size[0] - top - height)) + fill
