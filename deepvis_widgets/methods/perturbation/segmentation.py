"""Superpixels of a picture, by scikit-image; imported only when asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ...core.errors import DeepvisError


def _quickshift(pixels: np.ndarray, params: Any) -> Any:
    """Vedaldi & Soatto 2008; the seed breaks ties."""
    from skimage.segmentation import quickshift

    untyped: Any = quickshift
    return untyped(pixels, kernel_size=params.kernel, max_dist=params.max_dist, ratio=params.ratio, rng=params.seed)


def _slic(pixels: np.ndarray, params: Any) -> Any:
    """Achanta et al. 2012."""
    from skimage.segmentation import slic

    return slic(pixels, n_segments=params.pieces, start_label=0)


def _felzenszwalb(pixels: np.ndarray, params: Any) -> Any:
    """Felzenszwalb & Huttenlocher 2004."""
    from skimage.segmentation import felzenszwalb

    return felzenszwalb(pixels, scale=params.scale, sigma=0.5, min_size=50)


SEGMENTATIONS: dict[str, Callable[[np.ndarray, Any], Any]] = {
    "quickshift": _quickshift,
    "slic": _slic,
    "felzenszwalb": _felzenszwalb,
}


def superpixels(image: Tensor, params: Any) -> Tensor:
    """Returns the superpixels (H, W) of a view, by its colours: numbered from 0 without gaps, by `params.segmentation`.

    Raises DeepvisError where scikit-image is not installed.

    >>> from deepvis_widgets.methods.lime import LimeParams
    >>> superpixels(torch.rand(3, 32, 32), LimeParams(segmentation="slic", pieces=9)).shape
    torch.Size([32, 32])
    """
    pixels = image[:3].permute(1, 2, 0).double().cpu().numpy()
    try:
        found = SEGMENTATIONS[params.segmentation](pixels, params)
    except ImportError:
        raise DeepvisError("Superpixels need scikit-image; install it with: pip install scikit-image.") from None
    _, numbered = np.unique(found, return_inverse=True)
    return torch.from_numpy(numbered.reshape(found.shape).astype(np.int64))
