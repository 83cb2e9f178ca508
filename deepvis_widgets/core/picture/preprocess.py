"""From any picture to the picture a network sees, and from there to the numbers it is fed."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from ..checks import one_of
from ..content_key import content_key
from ..errors import DeepvisError
from .bands import is_wide, packed, planes
from .callables import Call, Caller, callable_of
from .channels import COLOURS, Window, check_channels, check_window, places_of
from .map_over import LUMA
from .picture import LONGEST, opened, to_pil, to_tensor
from .probing import probe
from .view import View, made_by, plain

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
    `fit` is "crop" or "stretch"; `mean` and `std` are per channel, in [0, 1] units. `channels` is "RGB", "L" (grey;
    what one mean stands for where nothing is said), or the names of the bands a network is fed; `shown` are the three
    of these that are red, green and blue on screen (None: the first three). `window` (low, high) says which numbers of
    a picture are black and white, 0 and 1; what lies beyond is clipped. It is for pictures of 16 bits and of floats.

    >>> prepare = Preprocess(size=(32, 48), resize=None, mean=(0.5,) * 3, std=(0.25,) * 3)
    >>> picture = Image.new("RGB", (640, 480), "white")
    >>> tuple(prepare.view(picture).shape), float(prepare(picture).max())
    ((3, 32, 48), 2.0)
    >>> bands = ["blue", "green", "red", "near infrared"]
    >>> field = Preprocess((8, 8), None, (0.5,) * 4, (0.5,) * 4, channels=bands, shown=bands[2::-1], window=(0, 4000))
    >>> field(np.full((8, 8, 4), 3000, np.uint16))[:, 0, 0]
    tensor([0.5000, 0.5000, 0.5000, 0.5000])
    """

    size: tuple[int, int] = (224, 224)
    resize: int | None = 256
    mean: tuple[float, ...] = IMAGENET_MEAN
    std: tuple[float, ...] = IMAGENET_STD
    interpolation: str = "bilinear"
    fit: str = "crop"
    channels: str | Sequence[str] | None = None
    shown: Sequence[str] | None = None
    window: Window | None = None

    def __post_init__(self) -> None:
        whole = isinstance(self.size, tuple | list) and len(self.size) == 2
        if not whole or not all(isinstance(side, int) and side > 0 for side in self.size):
            raise DeepvisError(f"size={self.size!r} is not accepted by Preprocess; accepted: (height, width).")
        one_of("fit", self.fit, ("crop", "stretch"), by="Preprocess")
        one_of("interpolation", self.interpolation, tuple(RESAMPLING), by="Preprocess")
        channels = COLOURS.get(len(self.mean), "RGB") if self.channels is None else self.channels
        object.__setattr__(self, "channels", channels if isinstance(channels, str) else tuple(channels))
        object.__setattr__(self, "shown", None if self.shown is None else tuple(self.shown))
        object.__setattr__(self, "window", None if self.window is None else tuple(self.window))
        check_channels(self._named, self.shown, self.mean, self.std)
        check_window(self.window)

    # --- what a view is ---

    @property
    def bands(self) -> int:
        """How many bands a view has: 3 that are shown as colours, and further ones behind them."""
        return max(3, len(self.mean))

    @property
    def grey(self) -> bool:
        """Whether the network is fed one channel; a view has three equal ones, then."""
        return len(self.mean) == 1

    @cached_property
    def order(self) -> tuple[int, ...]:
        """For each channel of the network the band of a view that holds it."""
        first = range(min(3, len(self.mean)))
        return places_of(first if self._shown_bands is None else self._shown_bands, len(self.mean))

    @property
    def _shown_bands(self) -> list[int] | None:
        """The numbers of the bands on screen; None where channels are colours."""
        named = self._named
        return None if isinstance(named, str) else [named.index(name) for name in self.shown or named[:3]]

    @property
    def _named(self) -> Sequence[str]:
        assert self.channels is not None
        return self.channels

    @cached_property
    def _wide(self) -> bool:
        """Whether pictures are read as bands of any range, not as 8-bit colours."""
        return not isinstance(self.channels, str) or self.window is not None

    @cached_property
    def key(self) -> str:
        """What marks the views made here."""
        return content_key("Preprocess", self.size, self.channels, self.shown, self.window)

    @property
    def described(self) -> str:
        """What is to be said beside a picture: which bands are its colours, and what its window is; "" for others.

        >>> Preprocess((8, 8), mean=(0.5,), std=(0.5,), window=(-160, 240)).described
        '-160 is black, 240 white'
        """
        bands = "" if isinstance(self.channels, str | None) else f"{', '.join(self.shown or self._named[:3])} shown"
        window = "" if self.window is None else f"{self.window[0]:g} is black, {self.window[1]:g} white"
        return " · ".join(filter(None, (bands, window)))

    @property
    def more(self) -> tuple[Any, ...]:
        """What decides how pictures are prepared besides size, resize, mean, std, interpolation and fit; () where
        nothing does.
        """
        return (self.channels, self.shown, self.window) if self._wide else ()

    def arranged(self, signal: Tensor) -> Tensor:
        """Returns a signal (C, H, W) of the network's channels in the order of a view's bands: colours first.

        >>> order = Preprocess((1, 1), mean=(0.5,) * 3, std=(1.0,) * 3, channels=["b", "g", "r"], shown=["r", "g", "b"])
        >>> order.arranged(torch.tensor([1.0, 2.0, 3.0]).view(3, 1, 1)).flatten()
        tensor([3., 2., 1.])
        """
        channels = len(self.mean)
        if channels == 2:
            return torch.cat([signal, torch.zeros_like(signal[:1])])
        return (
            signal if self.order == tuple(range(channels)) else signal[[self.order.index(b) for b in range(channels)]]
        )

    # --- pictures ---

    def is_view(self, picture: Any) -> bool:
        """Returns whether this is a view that was made here, perhaps changed since. Raises DeepvisError for a part of
        one, which is neither a view nor a picture.
        """
        made = made_by(self.key, picture)
        if made and tuple(picture.shape) != (self.bands, *self.size):
            raise DeepvisError(
                f"A part of a view, of shape {tuple(picture.shape)}, cannot be seen by the network; "
                f"give a picture, or a whole view, of shape {(self.bands, *self.size)}."
            )
        return made

    def view(self, picture: Any) -> Tensor:
        """Returns the picture as the network sees it: float tensor (bands, H, W) in [0, 1], the first three of which
        are the colours on screen. A view that was made here is returned as it is.
        """
        if self.is_view(picture):
            return picture  # type: ignore[no-any-return]
        if self._wide or is_wide(picture):
            return self._wide_view(self._planes(picture))
        return self._colours(picture)

    def extent(self, picture: Any) -> tuple[int, int]:
        """Returns (H, W) of a picture before it is prepared, as a mask of it must have."""
        if self.is_view(picture):
            return self.size
        wide = self._wide or is_wide(picture)
        shape = (self._planes(picture) if wide else to_tensor(picture)).shape
        return shape[1], shape[2]

    def packed(self, picture: Any) -> bytes | None:
        """Returns a picture as the bytes of a file that has the same view; None where its view, stored as a picture,
        has. Raises DeepvisError for a view.
        """
        self._check_picture(picture)
        return packed(picture, len(self.mean), self._shown_bands) if self._wide or is_wide(picture) else None

    def _check_picture(self, picture: Any) -> None:
        if self.is_view(picture):
            raise DeepvisError("A view is no picture that can be kept; give the picture that it was made of.")

    def mask(self, picture: np.ndarray) -> Tensor:
        """Returns where a picture (H, W, 3) of black and white is white as the network sees it: bool (H, W)."""
        return self._colours(picture)[0] >= 0.5

    def normalize(self, view: Tensor) -> Tensor:
        """Returns what the network is fed, (..., C, H, W), for views (..., bands, H, W) in [0, 1]; differentiable."""
        view = plain(view)
        mean, std = (view.new_tensor(numbers).view(-1, 1, 1) for numbers in (self.mean, self.std))
        if self.grey:
            view = (view * view.new_tensor(LUMA).view(3, 1, 1)).sum(-3, keepdim=True)
        elif self.order != tuple(range(self.bands)):
            view = view[..., list(self.order), :, :]
        return (view - mean) / std

    def fed(self, views: Tensor, device: torch.device, dtype: torch.dtype) -> Tensor:
        """Returns what the network is fed for views, on its device and in its precision; differentiable."""
        return self.normalize(views.to(device, dtype))

    def __call__(self, picture: Any) -> Tensor:
        return self.normalize(self.view(picture))

    def _colours(self, picture: Any) -> Tensor:
        """8-bit colours, (3, H, W)."""
        longest = max(LONGEST, *self.size)
        tensor = to_tensor(picture, longest)
        if tuple(tensor.shape[1:]) == self.size:
            return tensor
        return to_tensor(self._fitted(to_pil(tensor)), longest)

    def _planes(self, picture: Any) -> Tensor:
        return planes(picture, len(self.mean), self.window, self._shown_bands)

    def _wide_view(self, picture: Tensor) -> View:
        """Bands (C, H, W) in [0, 1], fitted one by one, with the colours first."""
        if tuple(picture.shape[1:]) != self.size:
            fitted = [np.asarray(self._fitted(Image.fromarray(band.numpy(), "F"))) for band in picture]
            picture = torch.from_numpy(np.stack(fitted)).clamp(0, 1)  # bicubic overshoots
        view = picture.expand(3, -1, -1).contiguous() if self.grey else self.arranged(picture)
        return View.of(view, self.key)

    def _fitted(self, image: Image.Image) -> Image.Image:
        return self._stretched(image) if self.fit == "stretch" else self._cropped(image)

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
    """Returns our Preprocess for what a user gave: None, a Preprocess, or any callable that prepares a PIL image.

    A callable is called for every picture, also for one of the network's own size, and what it gives is fed to the
    network to the bit. Raises DeepvisError where it does not always give floats (C, H, W) of one size, or gives others
    each time.

    >>> understand(None).size
    (224, 224)
    >>> understand(lambda image: np.asarray(image.resize((4, 4)), np.float32).transpose(2, 0, 1)[::-1]).size
    (4, 4)
    """
    if preprocess is None:
        return Preprocess()
    if isinstance(preprocess, Preprocess):
        return preprocess
    call = callable_of(preprocess)
    if callable(call):
        return OwnWay.of(call)
    raise DeepvisError(
        f"preprocess is a {type(preprocess).__name__}; "
        "accepted is a callable from a PIL image to a float tensor (C, H, W)."
    )


@dataclass(frozen=True)
class OwnWay(Preprocess):
    """A user's callable. It gets each picture as it is, not turned upright, and a view is what it gives: with the
    colours found by probing, and not clipped, since what goes beyond [0, 1] was fed, too.

    A view is of float64, where `normalize` finds back every number that was given, float32 at most; rounded to `dtype`,
    the type they had, they are these numbers to the bit. `order` says for each channel where it is in a view.
    """

    caller: Caller = Caller(to_tensor, (3, 0, 0))
    places: tuple[int, ...] = (0, 1, 2)
    dtype: torch.dtype = torch.float32
    made: str = ""

    def __post_init__(self) -> None:
        """Nothing is to be checked: all was found."""

    @classmethod
    def of(cls, call: Call) -> OwnWay:
        """Returns it for a callable; raises DeepvisError as `probe` does."""
        found = probe(call)
        std = tuple(1 / gain for gain in found.gain)
        mean = tuple((0 - low) / gain for low, gain in zip(found.black, found.gain, strict=True))
        caller = Caller(call, found.shape, found.draws)
        places = places_of(found.colours, len(mean))
        return cls(found.shape[1:], None, mean, std, caller=caller, places=places, dtype=found.dtype, made=found.key)

    @property
    def order(self) -> tuple[int, ...]:
        return self.places

    @property
    def key(self) -> str:
        return self.made

    @property
    def more(self) -> tuple[Any, ...]:
        return (self.made,)

    def view(self, picture: Any) -> Tensor:
        return picture if self.is_view(picture) else self._shown(self.caller.fed(opened(picture)).to(self.dtype))

    def extent(self, picture: Any) -> tuple[int, int]:
        if self.is_view(picture):
            return self.size
        width, height = opened(picture).size
        return height, width

    def packed(self, picture: Any) -> bytes | None:
        self._check_picture(picture)
        file = io.BytesIO()
        opened(picture).save(file, "TIFF", compression="tiff_deflate")
        return file.getvalue()

    def mask(self, picture: np.ndarray) -> Tensor:
        """What is white is what comes nearer to white than to black by being so: borders that are added do neither."""
        found, white, black = (
            self.view(levels) for levels in (picture, np.full_like(picture, 255), np.zeros_like(picture))
        )
        near = (2 * (found - black).abs() >= (white - black).abs()) & (white != black)
        return plain(near[0])

    def fed(self, views: Tensor, device: torch.device, dtype: torch.dtype) -> Tensor:
        views = views if device.type == "mps" else views.to(device)  # which has no float64
        x = self.normalize(views)
        return (x.to(self.dtype) if isinstance(views, View) else x).to(device, dtype)

    def __call__(self, picture: Any) -> Tensor:
        if self.is_view(picture):
            return self.normalize(picture).to(self.dtype)
        return self.caller.fed(opened(picture)).to(self.dtype)

    def _shown(self, fed: Tensor) -> View:
        """What was given, as a view."""
        view = self._seen(fed)
        if self.dtype == torch.float64:  # what a network of float32 is fed is to be right to the bit
            missed = self.normalize(view).float() != fed.float()
            view = self._seen(torch.where(missed, fed.float().double(), fed))
        elif not torch.equal(self.normalize(view).to(self.dtype), fed):
            raise DeepvisError(
                "preprocess gave numbers so small that they cannot be shown and fed alike; let it give 0 for them."
            )
        return View.of(view, self.key)

    def _seen(self, fed: Tensor) -> Tensor:
        mean, std = (torch.tensor(numbers, dtype=torch.float64).view(-1, 1, 1) for numbers in (self.mean, self.std))
        seen = fed.double() * std + mean
        return seen.expand(3, -1, -1).contiguous() if self.grey else self.arranged(seen)
