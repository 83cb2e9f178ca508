"""From an attribution (C, H, W) to something that can be looked at: the toolbox's backward views, and heat maps."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from .contrast import reach

VIEWS = ("raw", "grey", "norm", "blurred norm")
BLUR = 4.0  # σ in pixels of the toolbox's blurred norm


def backward_view(attribution: Tensor, view: str) -> Tensor:
    """One of VIEWS of an attribution (C, H, W): a picture (3, H, W) in [0, 1].

    "raw" and "grey" (the channel mean) put 0 at mid-grey and the strongest percent at white and black; "norm" (L2 over
    channels) and "blurred norm" put 0 at black and the strongest percent at white. The first three channels are the
    colours of "raw".

    >>> backward_view(torch.tensor([[[-1.0, 0.0, 2.0]]]), "raw")[0]
    tensor([[0.2500, 0.5000, 1.0000]])
    """
    signal = attribution.detach().float()
    if view == "raw":
        return centred((signal if len(signal) == 1 else signal[:3]).expand(3, -1, -1))
    if view == "grey":
        return centred(signal.mean(0, keepdim=True)).expand(3, -1, -1)
    norm: Tensor = signal.norm(dim=0)
    if view == "blurred norm":
        norm = blur(norm[None, None], BLUR)[0, 0]
    return (norm / reach(norm).clamp(min=1e-30)).clamp(0, 1).expand(3, -1, -1)


def centred(signal: Tensor) -> Tensor:
    """Scaled so that 0 becomes 0.5 and the strongest percent 0 or 1 (see reach); all zeros stay mid-grey.

    >>> centred(torch.tensor([-4.0, 2.0]))
    tensor([0.0000, 0.7500])
    """
    peak = reach(signal)
    return (signal / peak).clamp_(-1, 1).mul_(0.5).add_(0.5) if peak > 0 else torch.full_like(signal, 0.5)


def blur(images: Tensor, sigma: float) -> Tensor:
    """Gaussian blur of images (B, C, H, W), σ in pixels, borders reflected (repeated where the picture is smaller than
    the kernel).

    >>> float(blur(torch.ones(1, 3, 8, 8), 2.0).mean().round(decimals=4))
    1.0
    """
    radius = max(1, int(3 * sigma + 0.5))
    at = torch.arange(-radius, radius + 1, dtype=images.dtype, device=images.device)
    kernel = torch.exp(-0.5 * (at / sigma) ** 2)
    kernel = (kernel / kernel.sum()).expand(images.shape[1], 1, -1)
    for taps, pad in ((kernel[..., None], (0, 0, radius, radius)), (kernel[:, :, None], (radius, radius, 0, 0))):
        mode = "reflect" if radius < min(images.shape[-2:]) else "replicate"
        images = F.conv2d(F.pad(images, pad, mode=mode), taps, groups=images.shape[1])
    return images


def to_size(heatmap: Tensor, size: tuple[int, int]) -> Tensor:
    """A coarse map (h, w) over the picture: bilinear to (H, W), corners not aligned.

    >>> to_size(torch.tensor([[0.0, 1.0]]), (1, 4))
    tensor([[0.0000, 0.2500, 0.7500, 1.0000]])
    """
    return F.interpolate(heatmap[None, None], size, mode="bilinear", align_corners=False)[0, 0]
