"""Reading pictures: everything a user may hand over becomes a float tensor (3, H, W) in [0, 1]."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image, ImageOps, UnidentifiedImageError
from torch import Tensor

from ..errors import DeepvisError
from .view import View, plain

ACCEPTED = "a path, a PIL image, a uint8 array (H, W, 3) or a float tensor (3, H, W) in [0, 1]"
LONGEST = 4096  # pixels; hardly a network looks closer, and a 12,000-pixel photo would hold half a gigabyte
MOST_PIXELS = 400_000_000
PICTURE = "The picture"  # what errors call one without a name
FORMATS = "PNG, JPEG, WebP, GIF, BMP or TIFF"


def to_tensor(source: Any, longest: int = LONGEST) -> Tensor:
    """Returns the picture as a float32 tensor (3, H, W) in [0, 1].

    `source` is a path, encoded bytes, a PIL image of any mode, a uint8 array (H, W, 3) or a float tensor (3, H, W) in
    [0, 1]; one that is no tensor is made smaller where a side is longer than `longest`. Raises DeepvisError when it is
    none of these or cannot be decoded.

    >>> to_tensor(Image.new("RGB", (4, 2), "red"))[:, 0, 0]
    tensor([1., 0., 0.])
    """
    if isinstance(source, Tensor):
        return _from_tensor(source)
    if (file := _file(source)) is None:
        return _from_pil(_given(source), PICTURE, longest)
    with _of_file(*file) as image:
        image.draft("RGB", (longest, longest))  # a JPEG then decodes at a fraction of its size
        return _from_pil(image, file[1], longest)


def opened(source: Any) -> Image.Image:
    """Returns the picture as a PIL image, decoded, but else as it is: of any mode and size, and not turned upright.

    `source` is what `to_tensor` takes, and the same errors are raised.

    >>> opened(torch.ones(3, 2, 4)).size
    (4, 2)
    """
    if isinstance(source, Tensor):
        return to_pil(_from_tensor(source))
    file = _file(source)
    image, name = (_given(source), PICTURE) if file is None else (_of_file(*file), file[1])
    _check_pixels(image, name)
    try:
        image.load()
    except MemoryError:
        raise
    except Exception as error:
        raise _damaged(name, error) from None
    return image


def to_pil(picture: Tensor) -> Image.Image:
    """Returns the picture (3, H, W) in [0, 1] as an 8-bit PIL image.

    >>> to_pil(torch.zeros(3, 2, 4)).size
    (4, 2)
    """
    return Image.fromarray(to_bytes(picture))


def to_bytes(picture: Tensor) -> np.ndarray:
    """Returns the picture (3, H, W) in [0, 1] as a uint8 array (H, W, 3); one channel becomes grey, and of more than
    three the first ones are the colours.

    >>> to_bytes(torch.ones(1, 1, 1)).tolist()
    [[[255, 255, 255]]]
    """
    picture = plain(picture.detach())
    picture = picture.expand(3, -1, -1) if picture.shape[0] == 1 else picture[:3]
    levels = picture.float().clamp(0, 1).mul_(255).round_().to(torch.uint8)
    return np.ascontiguousarray(levels.permute(1, 2, 0).cpu().numpy())


def from_bytes(levels: np.ndarray) -> Tensor:
    """Returns the picture of a uint8 array (H, W, 3) as a float tensor (3, H, W) in [0, 1].

    >>> tuple(from_bytes(np.zeros((2, 4, 3), np.uint8)).shape)
    (3, 2, 4)
    """
    return torch.from_numpy(np.array(levels)).permute(2, 0, 1).float() / 255


def _file(source: Any) -> tuple[io.BytesIO, str] | None:
    """The encoded picture, and what errors call it; None where there is none."""
    if isinstance(source, bytes | bytearray | memoryview):
        return io.BytesIO(bytes(source)), PICTURE
    if isinstance(source, str | os.PathLike):
        path = Path(source).expanduser()
        return io.BytesIO(_read(path)), f'"{path.name}"'
    return None


def _given(source: Any) -> Image.Image:
    """What is in memory, as a PIL image."""
    if isinstance(source, np.ndarray):
        return _of_array(source)
    image = source if isinstance(source, Image.Image) else getattr(source, "image", None)  # an embedded scene
    if not isinstance(image, Image.Image):
        raise DeepvisError(f"A {type(source).__name__} is not a picture; accepted is {ACCEPTED}.")
    return image


def _read(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise DeepvisError(f'"{path}" is a folder; give the path of one picture.')
        encoded = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise DeepvisError(f'There is no file "{path}"; give the path of a picture.') from None
    except OSError as error:
        raise DeepvisError(f'"{_short(path)}" cannot be read ({error.strerror}); give the path of a picture.') from None
    if not encoded:
        raise DeepvisError(f'"{path.name}" is empty; give a {FORMATS} picture.')
    return encoded


def _short(path: Path) -> str:
    return str(path) if len(str(path)) < 100 else f"{str(path)[:97]}..."


def _of_file(file: Any, name: str) -> Image.Image:
    try:
        return Image.open(file)
    except Image.DecompressionBombError as error:
        raise DeepvisError(f"{name} has too many pixels to be a picture ({error}).") from None
    except UnidentifiedImageError:
        raise DeepvisError(f"{name} is not a picture that can be read; accepted: {FORMATS}.") from None
    except Exception as error:
        raise _damaged(name, error) from None


def _damaged(name: str, error: Exception) -> DeepvisError:
    reason = " ".join(str(error).split()) or type(error).__name__
    return DeepvisError(f"{name} is damaged or incomplete ({reason}); give a whole picture file.")


def _from_pil(image: Image.Image, name: str, longest: int) -> Tensor:
    _check_pixels(image, name)
    try:
        turned = ImageOps.exif_transpose(image)
        if turned.mode.startswith("I;16"):  # Pillow makes these smaller since 11 only
            turned = turned.convert("I")
        turned.thumbnail((longest, longest), reducing_gap=2.0)
        rgb = _to_rgb(turned)
    except MemoryError:
        raise
    except Exception as error:  # decoders of damaged files fail in every way there is
        raise _damaged(name, error) from None
    return from_bytes(np.asarray(rgb))


def _check_pixels(image: Image.Image, name: str) -> None:
    if image.width * image.height > MOST_PIXELS:
        raise DeepvisError(f"{name} has {image.height} × {image.width} pixels; accepted are up to {MOST_PIXELS:,}.")


def upright(image: Image.Image) -> Image.Image:
    """Returns a decoded picture in colours, on white where it is transparent, and turned as its camera says.

    >>> upright(Image.new("L", (4, 2))).mode
    'RGB'
    """
    return _to_rgb(ImageOps.exif_transpose(image))


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode in (
        "I",
        "I;16",
        "I;16B",
        "I;16L",
        "I;16N",
    ):  # PIL's own conversion clips 16 bits instead of scaling them
        levels = np.asarray(image, dtype=np.float64)
        return Image.fromarray((levels.clip(0, 65535) / 257).round().astype(np.uint8)).convert("RGB")
    if image.mode == "F":
        raise ValueError("floating-point pixels without a known range")
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        rgba = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba).convert("RGB")
    return image.convert("RGB")


def _of_array(array: np.ndarray) -> Image.Image:
    if (
        array.dtype != np.uint8
        or array.ndim not in (2, 3)
        or (array.ndim == 3 and array.shape[2] not in (1, 3, 4))
        or not array.size
    ):
        raise DeepvisError(
            f"An array of {array.dtype} with shape {array.shape} is not a picture; accepted is {ACCEPTED}."
        )
    return Image.fromarray(array[..., 0] if array.ndim == 3 and array.shape[2] == 1 else array)


def _from_tensor(tensor: Tensor) -> Tensor:
    if isinstance(tensor, View):  # as another network sees it
        tensor = plain(tensor)[:3].clamp(0, 1)
    if tensor.ndim != 3 or tensor.shape[0] not in (1, 3) or not tensor.is_floating_point() or not tensor.numel():
        raise DeepvisError(
            f"A tensor of {str(tensor.dtype)[6:]} with shape {tuple(tensor.shape)} is not a picture; "
            f"accepted is {ACCEPTED}."
        )
    tensor = tensor.detach().float().cpu()
    if not torch.isfinite(tensor).all() or tensor.min() < -1e-4 or tensor.max() > 1 + 1e-4:
        raise DeepvisError("The picture tensor has values outside [0, 1]; give the picture before any normalisation.")
    return tensor.clamp(0, 1).expand(3, -1, -1).contiguous()
