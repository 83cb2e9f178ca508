"""Random changes to training pictures: place, colour, noise, a patch cut out."""

import torch
import torch.nn.functional as F
from torch import Generator, Tensor


def _uniform(rng: Generator, count: int, low: float, high: float) -> Tensor:
    return torch.rand(count, generator=rng) * (high - low) + low


def _moved(pictures: Tensor, rng: Generator, size: int) -> Tensor:
    """Mirrors, zooms, turns, shifts and resamples to `size`; what comes in from outside is a reflection."""
    n = len(pictures)
    flip = torch.where(torch.rand(n, generator=rng) < 0.5, -1.0, 1.0)
    zoom = torch.exp(_uniform(rng, n, -0.25, 0.15))
    turn = 0.1 * torch.randn(n, generator=rng)
    affine = torch.zeros(n, 2, 3)
    affine[:, 0, 0], affine[:, 0, 1] = flip * zoom * turn.cos(), -zoom * turn.sin()
    affine[:, 1, 0], affine[:, 1, 1] = flip * zoom * turn.sin(), zoom * turn.cos()
    affine[:, 0, 2], affine[:, 1, 2] = _uniform(rng, n, -0.2, 0.2), _uniform(rng, n, -0.15, 0.15)
    grid = F.affine_grid(affine, [n, 3, size, size], align_corners=False)
    return F.grid_sample(pictures, grid, padding_mode="reflection", align_corners=False)


def _recoloured(pictures: Tensor, rng: Generator) -> Tensor:
    """Changes contrast, brightness, saturation and white balance, and adds grain."""
    n = len(pictures)
    contrast, brightness, saturation = (
        _uniform(rng, n, low, high).view(n, 1, 1, 1) for low, high in ((0.75, 1.25), (-0.1, 0.1), (0.5, 1.3))
    )
    pictures = (pictures - 0.5) * contrast + 0.5 + brightness
    grey = pictures.mean(dim=1, keepdim=True)
    pictures = grey + (pictures - grey) * saturation
    pictures = pictures * (1 + 0.05 * torch.randn(n, 3, 1, 1, generator=rng))
    grain = 0.05 * torch.rand(n, 1, 1, 1, generator=rng)
    return pictures + grain * torch.randn(pictures.shape, generator=rng)


def _cut_out(pictures: Tensor, rng: Generator, share: float = 0.25) -> Tensor:
    """Hides one square of each picture of some batches behind a plain colour, so that no single part is needed."""
    n, _, height, width = pictures.shape
    if torch.rand((), generator=rng) < 0.3:
        side = int(share * height)
        top = int(torch.randint(height - side, (), generator=rng))
        left = int(torch.randint(width - side, (), generator=rng))
        pictures[:, :, top : top + side, left : left + side] = torch.rand(n, 3, 1, 1, generator=rng)
    return pictures


def augmented(pictures: Tensor, rng: Generator, size: int) -> Tensor:
    """Turns uint8 pictures (n, 3, h, w) into changed float ones (n, 3, size, size), around [0, 1].

    >>> augmented(torch.zeros(2, 3, 128, 128, dtype=torch.uint8), Generator().manual_seed(0), 96).shape
    torch.Size([2, 3, 96, 96])
    """
    return _cut_out(_recoloured(_moved(pictures.float() / 255, rng, size), rng), rng)
