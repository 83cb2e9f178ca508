"""Reading pictures of any number of bands and any range: satellites', microscopes', scanners'."""

from __future__ import annotations

import io
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image, ImageOps, ImageSequence
from torch import Tensor

from ..errors import DeepvisError
from .channels import Window
from .map_over import LUMA
from .picture import opened, upright
from .view import plain

RANGES = {"uint8": 255.0, "uint16": 65535.0}  # what white is, where no window says it
WIDE_MODES = ("I", "I;16", "I;16B", "I;16L", "I;16N", "F")  # PIL's, of more than 8 bits
MAGIC = np.lib.format.MAGIC_PREFIX


def planes(source: Any, count: int, window: Window | None, shown: Sequence[int] | None = None) -> Tensor:
    """Returns a picture as `count` bands, float32 (count, H, W) in [0, 1].

    `source` is a float tensor (C, H, W), an array (H, W) or (H, W, C) of uint8, uint16 or floats, the path of one in an
    .npy file, or a picture file or PIL image, with 16 bits or floats too. `window` (low, high) says what is black and
    what is white, in the picture's own numbers; what lies beyond is clipped. Without it the whole range of uint8 and
    uint16 counts, and floats lie in [0, 1].

    Of colours, `shown` None, three become a grey one as they look, and one becomes three. Of bands, `shown` says which
    are on screen: those are the red, green and blue of a file; a TIFF's pages are bands, too. Raises DeepvisError where
    something does not fit.

    >>> planes(np.array([[100, 300]], np.uint16), 1, (100, 500))
    tensor([[[0.0000, 0.5000]]])
    """
    picture = _scaled(_numbers(source, count, shown), window)
    if shown is None and len(picture) == 1:
        return picture.expand(count, -1, -1)
    if shown is None and len(picture) == 3 and count == 1:
        return (picture * picture.new_tensor(LUMA).view(3, 1, 1)).sum(0, keepdim=True)
    if len(picture) != count:
        raise DeepvisError(
            f"The picture has {_said(len(picture))} and the network takes {count}; "
            f"give a float tensor ({count}, H, W) or an array (H, W, {count})."
        )
    return picture


def is_wide(source: Any) -> bool:
    """Returns whether it is an array of more than 8 bits, or an .npy file: what has no colours of 8 bits."""
    if isinstance(source, np.ndarray):
        return source.dtype != np.uint8 and source.dtype.kind in "uf"
    return isinstance(source, bytes) and source.startswith(MAGIC) or _is_npy(source)


def packed(source: Any, count: int, shown: Sequence[int] | None = None) -> bytes:
    """Returns a picture as the bytes of an .npy file that `planes` reads as it reads the picture.

    >>> planes(packed(np.full((1, 1, 2), 51, np.uint8), 2), 2, None).flatten()
    tensor([0.2000, 0.2000])
    """
    numbers = _numbers(source, count, shown)
    file = io.BytesIO()
    np.save(file, numbers.permute(1, 2, 0).numpy() if isinstance(numbers, Tensor) else numbers, allow_pickle=False)
    return file.getvalue()


def _is_npy(source: Any) -> bool:
    return isinstance(source, str | os.PathLike) and Path(source).suffix == ".npy"


def _said(count: int) -> str:
    return "1 band" if count == 1 else f"{count} bands"


def _numbers(source: Any, count: int, shown: Sequence[int] | None) -> Tensor | np.ndarray:
    """The numbers as they are: a tensor (C, H, W), or an array (H, W, C)."""
    if isinstance(source, Tensor):
        return plain(source.detach()).cpu()
    if isinstance(source, np.ndarray):
        return source
    if _is_npy(source):
        source = _bytes(Path(source).expanduser())
    if isinstance(source, bytes) and source.startswith(MAGIC):
        return _loaded(source)
    return _of_image(opened(source), count, shown)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DeepvisError(f'"{path}" cannot be read ({error.strerror}); give the path of a picture.') from None


def _loaded(content: bytes) -> np.ndarray:
    try:
        found: np.ndarray = np.load(io.BytesIO(content), allow_pickle=False)
    except ValueError as error:
        raise DeepvisError(f"The .npy file cannot be read ({error}); give an array of numbers.") from None
    return found


def _of_image(image: Image.Image, count: int, shown: Sequence[int] | None) -> np.ndarray:
    if shown is not None and count > 1 and image.format == "TIFF" and getattr(image, "n_frames", 1) == count:
        return np.stack([np.asarray(page) for page in ImageSequence.Iterator(image)], -1)
    bands = shown is not None and len(image.getbands()) == count
    whole = bands or image.mode in ("L", "RGB", *WIDE_MODES)
    array = np.asarray(ImageOps.exif_transpose(image) if whole else upright(image))
    if shown is not None and image.mode == "RGB" and count == 3:
        return array[..., np.argsort(shown)]
    return array.astype(np.uint16) if image.mode == "I" and array.min() >= 0 and array.max() < 2**16 else array


def _scaled(numbers: Tensor | np.ndarray, window: Window | None) -> Tensor:
    """Float32 (C, H, W) in [0, 1]."""
    kind = str(numbers.dtype).removeprefix("torch.").lstrip("<>=|")
    if isinstance(numbers, np.ndarray):
        if numbers.dtype.kind not in "uif" or numbers.ndim not in (2, 3) or not numbers.size:
            raise DeepvisError(f"An array of {kind} with shape {numbers.shape} is not a picture of bands; {_ACCEPTED}.")
        kind = numbers.dtype.name
        numbers = torch.from_numpy(np.atleast_3d(numbers).astype(np.float64)).permute(2, 0, 1)
    elif numbers.ndim != 3 or numbers.is_complex() or not numbers.numel():
        raise DeepvisError(f"A tensor of {kind} with shape {tuple(numbers.shape)} is not a picture; {_ACCEPTED}.")
    low, high = window or (0.0, RANGES.get(kind, 1.0))
    scaled = (numbers.double() - low) / (high - low)
    if not torch.isfinite(scaled).all():
        raise DeepvisError("The picture has NaN or infinity in it; give finite numbers.")
    least, most = float(scaled.min()), float(scaled.max())
    if window is None and (least < -1e-4 or most > 1 + 1e-4):
        raise DeepvisError(
            f"The picture of {kind} has values outside [0, 1]; give the range that is seen: "
            "dv.Preprocess(..., window=(low, high))."
        )
    return scaled.clamp(0, 1).float().contiguous()


_ACCEPTED = "accepted is a float tensor (C, H, W), or an array (H, W, C) of uint8, uint16 or floats"
