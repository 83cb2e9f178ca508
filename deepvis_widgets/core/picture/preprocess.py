"""From any picture to the picture a network sees, and from there to the numbers it is fed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from ..checks import one_of
from ..errors import DeepvisError
from .picture import LONGEST, to_bytes, to_pil, to_tensor

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)
MOST_RESIZED = 40_000_000  # pixels
RESAMPLING = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
}


@dataclass(frozen=True)
class Preprocess:
    """Resize and crop to what the network sees, then normalise.

    `size` is (H, W); `resize` is the length of the shorter side before the centre crop (None: the crop just fits);
    `fit` is "crop" or "stretch"; `mean` and `std` are per channel, in [0, 1] units. One mean makes a one-channel (grey)
    network.

    >>> prepare = Preprocess(size=(32, 48), resize=None, mean=(0.5,) * 3, std=(0.25,) * 3)
    >>> picture = Image.new("RGB", (640, 480), "white")
    >>> tuple(prepare.view(picture).shape), float(prepare(picture).max())
    ((3, 32, 48), 2.0)
    """

    size: tuple[int, int] = (224, 224)
    resize: int | None = 256
    mean: tuple[float, ...] = IMAGENET_MEAN
    std: tuple[float, ...] = IMAGENET_STD
    interpolation: str = "bilinear"
    fit: str = "crop"

    def __post_init__(self) -> None:
        whole = isinstance(self.size, tuple | list) and len(self.size) == 2
        if not whole or not all(isinstance(side, int) and side > 0 for side in self.size):
            raise DeepvisError(f"size={self.size!r} is not accepted by Preprocess; accepted: (height, width).")
        one_of("fit", self.fit, ("crop", "stretch"), by="Preprocess")
        one_of("interpolation", self.interpolation, tuple(RESAMPLING), by="Preprocess")
        if len(self.mean) != len(self.std) or len(self.mean) not in (1, 3) or min(self.std) <= 0:
            raise DeepvisError("mean and std must have one number per channel, 1 or 3, and std must be above 0.")

    def view(self, picture: Any) -> Tensor:
        """Returns the picture as the network sees it: float tensor (3, H, W) in [0, 1]."""
        longest = max(LONGEST, *self.size)
        tensor = to_tensor(picture, longest)
        if tuple(tensor.shape[1:]) == self.size:
            return tensor
        image = to_pil(tensor)
        return to_tensor(self._stretched(image) if self.fit == "stretch" else self._cropped(image), longest)

    def normalize(self, view: Tensor) -> Tensor:
        """Returns what the network is fed, (..., C, H, W), for views (..., 3, H, W) in [0, 1]; differentiable."""
        mean, std = (view.new_tensor(numbers).view(-1, 1, 1) for numbers in (self.mean, self.std))
        if len(self.mean) == 1:
            view = (view * view.new_tensor([0.299, 0.587, 0.114]).view(3, 1, 1)).sum(-3, keepdim=True)
        return (view - mean) / std

    def __call__(self, picture: Any) -> Tensor:
        return self.normalize(self.view(picture))

    def _stretched(self, image: Image.Image) -> Image.Image:
        return image.resize((self.size[1], self.size[0]), RESAMPLING[self.interpolation])

    def _cropped(self, image: Image.Image) -> Image.Image:
        height, width = self.size
        wide, high = _scaled(image.size, self.resize) if self.resize else (0, 0)
        if wide < width or high < height:  # the crop just fits
            scale = max(height / image.height, width / image.width)
            wide, high = max(width, round(scale * image.width)), max(height, round(scale * image.height))
        left, top = round((wide - width) / 2), round((high - height) / 2)
        window = (left, top, left + width, top + height)
        if wide * high > MOST_RESIZED:  # a strip of a picture: resize no more than what the crop keeps
            x, y = image.width / wide, image.height / high
            box = (window[0] * x, window[1] * y, window[2] * x, window[3] * y)
            return image.resize((width, height), RESAMPLING[self.interpolation], box=box)
        return image.resize((wide, high), RESAMPLING[self.interpolation]).crop(window)


def _scaled(size: tuple[int, int], shorter: int) -> tuple[int, int]:
    """(width, height) with the shorter side of that length; the longer one is cut off to a whole number, as torchvision
    does.
    """
    least = min(size)
    wide, high = (shorter if side == least else int(shorter * side / least) for side in size)
    return wide, high


def understand(preprocess: Any) -> Preprocess:
    """Returns our Preprocess for what a user gave: None, a Preprocess, a torchvision preset, or any callable that
    resizes and normalises.

    A callable is probed with plain pictures: it must take a PIL image, return a float tensor (C, H, W) of one size, and
    normalise each channel by itself. Raises DeepvisError otherwise.

    >>> understand(None).size
    (224, 224)
    """
    if preprocess is None:
        return Preprocess()
    if isinstance(preprocess, Preprocess):
        return preprocess
    if all(hasattr(preprocess, field) for field in ("crop_size", "resize_size", "mean", "std")):
        return _from_preset(preprocess)
    if callable(preprocess):
        return _Probed.probe(preprocess)
    raise DeepvisError(
        f"preprocess is a {type(preprocess).__name__}; "
        "accepted is a callable from a PIL image to a float tensor (C, H, W)."
    )


def _from_preset(preset: Any) -> Preprocess:
    side, shorter = int(preset.crop_size[0]), int(preset.resize_size[0])
    mode = str(getattr(preset.interpolation, "value", "bilinear"))
    return Preprocess(
        (side, side), shorter, tuple(preset.mean), tuple(preset.std), mode if mode in RESAMPLING else "bilinear"
    )


@dataclass(frozen=True)
class _Probed(Preprocess):
    """A user's callable, of which the normalisation was found by probing; the view is its output with that undone."""

    call: Callable[[Image.Image], Tensor] | None = None

    @classmethod
    def probe(cls, call: Callable[[Image.Image], Tensor]) -> _Probed:
        black, grey, white = (_checked(call, Image.new("RGB", (320, 256), (level,) * 3)) for level in (0, 51, 255))
        offset, gain = black.mean((1, 2)), (white - black).mean((1, 2))
        plain = torch.allclose(grey, black + (white - black) / 5, atol=1e-2) and bool((gain > 0).all())
        if not plain or len(gain) not in (1, 3) or float(black.std((1, 2)).max()) > 1e-3:
            raise DeepvisError(
                "preprocess must normalise each channel by its own mean and deviation; give dv.Network a dv.Preprocess."
            )
        std = tuple(float(1 / g) for g in gain)
        mean = tuple(float(-o / g) for o, g in zip(offset, gain, strict=True))
        return cls((black.shape[1], black.shape[2]), None, mean, std, call=call)

    def view(self, picture: Any) -> Tensor:
        tensor = to_tensor(picture, max(LONGEST, *self.size))
        if tuple(tensor.shape[1:]) == self.size:  # already what the network sees: resizing again would move every pixel
            return tensor
        assert self.call is not None
        fed = _checked(self.call, Image.fromarray(to_bytes(tensor)))
        if tuple(fed.shape[1:]) != self.size:
            raise DeepvisError(
                f"preprocess gave {tuple(fed.shape[1:])} pixels for this picture and {self.size} before; "
                "it must always give one size."
            )
        mean, std = (torch.tensor(numbers).view(-1, 1, 1) for numbers in (self.mean, self.std))
        return (fed * std + mean).clamp(0, 1).expand(3, -1, -1).contiguous()


def _checked(call: Callable[[Image.Image], Tensor], image: Image.Image) -> Tensor:
    try:
        fed = call(image)
    except Exception as error:
        raise DeepvisError(f"preprocess failed on a PIL image: {type(error).__name__}: {error}") from error
    if isinstance(fed, np.ndarray):
        fed = torch.from_numpy(fed)
    if not isinstance(fed, Tensor) or fed.ndim != 3 or not fed.is_floating_point():
        what = f"shape {tuple(fed.shape)}" if isinstance(fed, Tensor) else type(fed).__name__
        raise DeepvisError(f"preprocess returned {what}; accepted is a float tensor (C, H, W) for one PIL image.")
    return fed.detach().float().cpu()
