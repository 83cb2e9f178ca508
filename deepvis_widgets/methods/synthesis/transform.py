"""Moving, scaling and turning a picture at random, so that what is found does not hang on single pixels."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from .frame import Frame

# Lucid's standard transforms (Olah et al. 2017, "Transformation robustness"): pad 12, jitter 8, scale, rotate, jitter 4
PAD = 12  # pixels of border colour around the picture; here the colour goes on for ever
JITTER = (4.0, 2.0)  # pixels each way, before and after the turn: a random crop of 8, and of 4
SCALE = 0.1
TURN = math.radians(10)
SIDE = 128  # pixels of the pictures these numbers were made for; smaller ones are moved by less


def draw(generator: torch.Generator) -> Tensor:
    """Returns six uniform numbers in [-1, 1]: two shifts (rows, cols), scale, turn."""
    return 2 * torch.rand(6, generator=generator, dtype=torch.float64) - 1


def transformed(boxes: Tensor, fill: Tensor, frame: Frame, drawn: Tensor, strength: float) -> Tensor:
    """Returns boxes (n, C, h, w), moved as `drawn` (n, 6) says, on the frame's crop in the colour `fill` (C, 1, 1):
    (n, C, crop height, crop width). All of Lucid's chain is one resampling.
    """
    grid = grid_of(affine(drawn * strength, frame.inner, frame.crop[2:]), frame.crop[2:])
    return F.grid_sample(boxes - fill, grid, "bilinear", "zeros", align_corners=False) + fill


def grid_of(theta: Tensor, size: tuple[int, ...]) -> Tensor:
    """Returns for maps (n, 2, 3) which point is shown in the middle of each pixel, (n, h, w, 2), as F.affine_grid
    does with a product of matrices as thin as they get.
    """
    rows, cols = (torch.arange(1 - side, side, 2, device=theta.device).to(theta) / side for side in size)
    sideways, down, shift = theta[:, None, None].unbind(-1)
    return (sideways * cols[:, None]).addcmul(down, rows[:, None, None]).add_(shift)


def affine(drawn: Tensor, inner: tuple[int, int, int, int], crop: tuple[int, ...]) -> Tensor:
    """Returns the maps (n, 2, 3) from a point of the crop to the point of the box shown there, both in grid_sample's
    [-1, 1], (x, y).
    """
    top, left, height, width = inner
    reach = min(1.0, min(height, width) / SIDE)
    before, after = (drawn[:, i : i + 2] * jitter * reach for i, jitter in zip((0, 2), JITTER, strict=True))
    turn, scale = drawn[:, 5] * TURN, 1 / (1 + SCALE * drawn[:, 4])
    cos, sin = turn.cos() * scale, turn.sin() * scale
    matrix = torch.stack([torch.stack([cos, -sin], 1), torch.stack([sin, cos], 1)], 1)
    half_crop, half_box = drawn.new_tensor([crop[1], crop[0]]) / 2, drawn.new_tensor([width, height]) / 2
    centre = half_crop - drawn.new_tensor([left, top]) - half_box  # from the middle of the box to that of the crop
    shift = (matrix @ (centre + after)[:, :, None])[:, :, 0] + before
    return torch.cat([matrix * half_crop, shift[:, :, None]], 2) / half_box[:, None]
